"""The native builds of llama.cpp on this computer: the one inside the package llama-cpp-python, or a portable one that
was shipped in its place, and those that `python3 -m installer run --gpu` made, each in a folder. Loads none of them.
"""

import hashlib
import importlib.metadata
import json
import os
import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from desktop.platform_support.paths import project_data

MANIFEST = "build.json"
LIBRARY_VARIABLE = "LLAMA_CPP_LIB_PATH"
PORTABLE = "portable"
# the fastest first, where a computer has several
GPU_KINDS = ("cuda", "metal", "vulkan")
_VULKAN_DRIVERS = ("/usr/share/vulkan/icd.d", "/usr/local/share/vulkan/icd.d", "/etc/vulkan/icd.d")
NVIDIA_DRIVER = Path("/proc/driver/nvidia/version")
_DRIVER_VARIABLES = ("VK_DRIVER_FILES", "VK_ICD_FILENAMES", "GGML_VK_VISIBLE_DEVICES", "CUDA_VISIBLE_DEVICES")


@dataclass(frozen=True, slots=True)
class NativeBuild:
    """`gpu` is one of GPU_KINDS, or empty for the processor; `folder` holds the libraries, None: the package does."""

    gpu: str
    folder: Path | None

    def environment(self) -> dict[str, str]:
        """What a process needs in its environment to load this build."""
        return {LIBRARY_VARIABLE: str(self.folder)} if self.folder is not None else {}

    @property
    def stamp(self) -> str:
        """Another text whenever the libraries may be others."""
        if self.folder is None:
            return f"package {llama_version()}"
        return f"{self.folder.name} {_file_stamp(self.folder / MANIFEST)}"


PROCESSOR = NativeBuild("", None)


def processor_build() -> NativeBuild:
    """The portable build that a package of the app brings in `native/portable`, beside `resources`; else the one of
    llama-cpp-python, which was built for this computer.
    """
    try:
        folder = project_data("native", PORTABLE)
    except FileNotFoundError:
        return PROCESSOR
    told = _read(folder / MANIFEST)
    fits = told.get("version") == llama_version() and told.get("gpu") == PORTABLE
    return NativeBuild("", folder) if fits else PROCESSOR


def gpu_builds(root: Path, system: str = sys.platform) -> tuple[NativeBuild, ...]:
    """Builds that can use a GPU, the best first; those made from another version of llama.cpp are left out."""
    found = [NativeBuild("metal", None)] if system == "darwin" else []
    for manifest in sorted(root.glob(f"*/{MANIFEST}")):
        told = _read(manifest)
        if told.get("version") == llama_version() and told.get("gpu") in GPU_KINDS:
            found.append(NativeBuild(str(told["gpu"]), manifest.parent))
    return tuple(sorted(found, key=lambda build: GPU_KINDS.index(build.gpu)))


def write_manifest(folder: Path, gpu: str, version: str) -> None:
    """Makes `folder` a build: written last, so that a half-copied folder is none."""
    (folder / MANIFEST).write_text(json.dumps({"gpu": gpu, "version": version}), encoding="utf-8")


def driver_stamp() -> str:
    """Another text whenever this computer's drivers may be others."""
    told = [platform.platform(), *(f"{name}={os.environ.get(name, '')}" for name in _DRIVER_VARIABLES)]
    # made anew at every start of the computer: only what it says tells one driver from another
    told.append(_text_of(NVIDIA_DRIVER))
    told += [f"{path} {_file_stamp(path)}" for path in _driver_files()]
    return hashlib.sha256("\n".join(told).encode("utf-8", "replace")).hexdigest()[:16]


def _driver_files() -> Iterator[Path]:
    named = os.environ.get("VK_DRIVER_FILES") or os.environ.get("VK_ICD_FILENAMES") or ""
    yield from (Path(name) for name in named.split(os.pathsep) if name)
    for folder in (*_VULKAN_DRIVERS, os.path.expanduser("~/.local/share/vulkan/icd.d")):
        yield from sorted(Path(folder).glob("*.json"))


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "-"


def _file_stamp(path: Path) -> str:
    try:
        status = path.stat()
    except OSError:
        return "-"
    return f"{status.st_size} {status.st_mtime_ns}"


def llama_version() -> str:
    """Of the installed package: libraries of another version don't fit it."""
    try:
        return importlib.metadata.version("llama-cpp-python")
    except importlib.metadata.PackageNotFoundError:
        return ""


def _read(manifest: Path) -> dict[str, Any]:
    try:
        told: Any = json.loads(manifest.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return cast("dict[str, Any]", told) if isinstance(told, dict) else {}
