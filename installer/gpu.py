"""Which build for a GPU suits this computer, and what building it needs: tools, and headers that are new enough."""

import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from desktop.download.package_index import IndexFile
from desktop.download.transfer import Downloader
from installer.machine import has_nvidia_gpu
from installer.prerequisites import Lack, Need, Probe
from installer.problems import SetupProblem

CHOICES = ("none", "auto", "vulkan", "cuda", "metal")
# llama.cpp of this version wants VK_EXT_layer_settings
OLDEST_HEADERS = (1, 3, 272)
# Debian 13's: headers alone, the same for every processor. Hashes were taken from the bytes that this project had.
_POOL = "http://deb.debian.org/debian/pool/main"
NEW_HEADERS = (
    IndexFile(
        "libvulkan-dev_1.4.309.0-1_amd64.deb",
        f"{_POOL}/v/vulkan-loader/libvulkan-dev_1.4.309.0-1_amd64.deb",
        "8d329d465e16168afff58b1bd0dd6db46aac2cc3f56054a481b25a04e90b345a",
        1_556_388,
    ),
    IndexFile(
        "spirv-headers_1.6.1+1.4.309.0-1_all.deb",
        f"{_POOL}/s/spirv-headers/spirv-headers_1.6.1+1.4.309.0-1_all.deb",
        "dc18db866d63680351c40ac6b6bece34cb52da64a7799ce1cc4f16f6bff4d064",
        151_140,
    ),
)


@dataclass(frozen=True, slots=True)
class Hardware:
    """How to look at the computer's GPUs; tests give their own."""

    system: str = sys.platform
    machine: str = field(default_factory=platform.machine)
    nvidia: Callable[[], bool] = has_nvidia_gpu
    program: Callable[[str], str | None] = shutil.which
    render_nodes: Path = Path("/dev/dri")


def choose_gpu(asked: str, hardware: Hardware) -> str:
    """The recipe to build: as asked, or for "auto" the one that suits this computer; empty for none.

    Raises SetupProblem for one that can't be built on this system.
    """
    if asked == "metal" and hardware.system != "darwin":
        raise SetupProblem("Metal is a part of macOS.", "Choose --gpu vulkan, --gpu cuda or --gpu auto.")
    if asked == "cuda" and hardware.system == "darwin":
        raise SetupProblem("There is no CUDA on macOS.", "Choose --gpu metal or --gpu auto.")
    if asked != "auto":
        return "" if asked == "none" else asked
    if hardware.system == "darwin":
        # on other Macs the processor is as fast
        return "metal" if hardware.machine == "arm64" else ""
    if hardware.nvidia() and hardware.program("nvcc"):
        return "cuda"
    has_card = hardware.nvidia() or any(hardware.render_nodes.glob("renderD*")) or hardware.system == "win32"
    return "vulkan" if has_card else ""


def missing_for_gpu(gpu: str, probe: Probe) -> list[Lack]:
    """What building for `gpu` needs beside a compiler."""
    if gpu == "cuda" and not probe.program("nvcc"):
        return [Lack("NVIDIA's CUDA compiler (nvcc)", ("nvidia-cuda-toolkit",), Need.REQUIRED)]
    if gpu != "vulkan":
        return []
    lacks: list[Lack] = []
    if not probe.program("glslc"):
        lacks.append(Lack("the shader compiler glslc", ("glslc",), Need.REQUIRED))
    if probe.system == "linux" and not probe.library("libvulkan.so.1"):
        lacks.append(Lack("the Vulkan loader", ("libvulkan1",), Need.REQUIRED))
    return lacks


class VulkanHeaders:
    """Headers that are new enough: the system's, else those of Debian 13, unpacked below `folder`."""

    def __init__(self, folder: Path, system: Path = Path("/usr/include")) -> None:
        self._folder, self._system = folder, system

    def provide(self, downloader: Downloader, unpack: Callable[[Path, Path], None] | None = None) -> None:
        """Fetches them where the system's are missing or old. Raises SetupProblem when that can't be done."""
        if self._are_new(self._system) or self._are_new(self._own):
            return
        if unpack is None and not shutil.which("dpkg-deb"):
            raise SetupProblem(
                "The headers of Vulkan are missing or too old.",
                "Install the Vulkan SDK (vulkan.lunarg.com) or your system's newest vulkan-headers and spirv-headers.",
            )
        for file in NEW_HEADERS:
            package = self._folder / file.name
            downloader.fetch(file, package, lambda _have, _total: None)
            (unpack or _unpack)(package, self._folder)

    def environment(self) -> dict[str, str]:
        """What the build needs to find them."""
        if self._are_new(self._system) or not self._are_new(self._own):
            return {}
        loader = next(iter(sorted(Path("/usr/lib").glob("*/libvulkan.so.1"))), None)
        options = [
            f"-DVulkan_INCLUDE_DIR={self._own}",
            f"-DSPIRV-Headers_DIR={self._folder}/usr/share/cmake/SPIRV-Headers",
            *([f"-DVulkan_LIBRARY={loader}"] if loader is not None else []),
        ]
        return {"CMAKE_ARGS": " ".join(options), "CXXFLAGS": f"-I{self._own}", "CFLAGS": f"-I{self._own}"}

    @property
    def _own(self) -> Path:
        return self._folder / "usr" / "include"

    def _are_new(self, include: Path) -> bool:
        spirv = include / "spirv" / "unified1" / "spirv.hpp"
        return spirv.is_file() and header_version(include / "vulkan" / "vulkan_core.h") >= OLDEST_HEADERS


def header_version(core: Path) -> tuple[int, ...]:
    """The version that a vulkan_core.h is of; zeros where there is none."""
    try:
        text = core.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return (0, 0, 0)
    patch = re.search(r"#define VK_HEADER_VERSION (\d+)", text)
    complete = re.search(r"VK_HEADER_VERSION_COMPLETE VK_MAKE_API_VERSION\(\d+, (\d+), (\d+)", text)
    if not patch or not complete:
        return (0, 0, 0)
    return (int(complete.group(1)), int(complete.group(2)), int(patch.group(1)))


def _unpack(package: Path, folder: Path) -> None:
    subprocess.run(["dpkg-deb", "-x", str(package), str(folder)], check=True, stdin=subprocess.DEVNULL)
