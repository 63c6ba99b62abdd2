"""The developer command `lock`: resolves the groups of pyproject.toml and writes lock files and the licence list.

Runs inside `.venv`, for it needs pip and `packaging`; nothing else in the installer does.
"""

import json
import os
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import parse_wheel_filename

from desktop.download.index_settings import PUBLIC_INDEX, settings_of_pip
from desktop.download.package_index import IndexFile, PackageIndex, normal_name
from desktop.download.problems import DownloadProblem
from installer.checkout import Checkout, this_checkout
from installer.licence_list import licence_entry, write_licences
from installer.lock_files import LockedPackage, read_lock, write_lock
from installer.torch_offer import PYTORCH_CPU_INDEX, TIMEOUT_SECONDS

# openvino names its telemetry package as a dependency but runs without it; Footnote sends nothing anywhere.
LEFT_OUT = frozenset({"openvino-telemetry"})
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
SYSTEMS = (
    {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix", "platform_machine": "x86_64"},
    {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix", "platform_machine": "aarch64"},
    {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix", "platform_machine": "arm64"},
    {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt", "platform_machine": "AMD64"},
)
# CUDA comes only with torch's Linux build, and is no part of the common lock.
CUDA_PREFIXES = ("nvidia-", "cuda-", "triton")


@dataclass(frozen=True, slots=True)
class Resolved:
    """One package that pip chose, with the metadata of its wheel; `marker` where only some systems need it."""

    name: str
    version: str
    metadata: dict[str, object]
    marker: str | None = None


def make_locks(checkout: Checkout) -> None:
    """Writes installer/locks/*.txt and resources/licenses/packages.json."""
    groups = _groups(checkout)
    index = PackageIndex(settings_of_pip(Path(sys.executable)))
    app = _closure(_resolve(groups["app"]))
    runner = _resolve(groups["runner"], "--no-deps", "--no-binary", "llama-cpp-python")
    pins = [f"{package.name}=={package.version}" for package in app]
    _write(checkout, "app", app, index)
    _write(checkout, "runner", runner, index)
    for group in ("build", "check"):
        _write(checkout, group, _without(_closure(_resolve([*groups[group], *pins])), app), index)
    _write_workshop(checkout, _without(_closure(_resolve([*groups["workshop"], *pins])), app), index)
    write_licences(checkout.root, [licence_entry(package.metadata) for package in [*app, *runner]])


def _groups(checkout: Checkout) -> dict[str, list[str]]:
    content = tomllib.loads((checkout.root / "pyproject.toml").read_text(encoding="utf-8"))
    return cast("dict[str, list[str]]", content["dependency-groups"])


def _resolve(requirements: Sequence[str], *options: str, clean: bool = False) -> list[Resolved]:
    """`clean` leaves out the settings of this machine's pip, which may offer builds that are nowhere else."""
    print(f"Resolving {requirements[0]} and {len(requirements) - 1} more", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [sys.executable, "-m", "pip", "install", "-qq", "--dry-run", "--ignore-installed"]
        environment = {**os.environ, **({"PIP_CONFIG_FILE": os.devnull} if clean else {})}
        subprocess.run([*command, "--report", report, *options, *requirements], check=True, env=environment)
        content = cast("dict[str, list[dict[str, object]]]", json.loads(report.read_text(encoding="utf-8")))
    return [_resolved(entry) for entry in content["install"]]


def _resolved(entry: dict[str, object]) -> Resolved:
    metadata = cast("dict[str, object]", entry["metadata"])
    # A local build such as 2.13.0+cpu stands for the public version of the same number.
    version = str(metadata["version"]).partition("+")[0]
    return Resolved(normal_name(str(metadata["name"])), version, metadata)


def _closure(packages: list[Resolved]) -> list[Resolved]:
    """Adds what only other systems or Pythons need: pip resolves for the one it runs on."""
    found = {package.name: package for package in packages if package.name not in LEFT_OUT}
    waiting = list(found.values())
    while waiting:
        package = waiting.pop()
        for requirement in _elsewhere(package):
            name = normal_name(requirement.name)
            if name in found or name in LEFT_OUT or name.startswith(CUDA_PREFIXES):
                continue
            chosen = _resolve([f"{requirement.name}{requirement.specifier}"], "--no-deps")[0]
            marker = str(requirement.marker) if requirement.marker else package.marker
            found[name] = Resolved(name, chosen.version, chosen.metadata, marker)
            waiting.append(found[name])
    return list(found.values())


def _elsewhere(package: Resolved) -> list[Requirement]:
    listed = cast("list[str]", package.metadata.get("requires_dist", []))
    requirements = [Requirement(line) for line in listed]
    return [requirement for requirement in requirements if requirement.marker is None or _needed(requirement.marker)]


def _needed(marker: Marker) -> bool:
    common = {"extra": "", "implementation_name": "cpython", "platform_python_implementation": "CPython"}
    return any(
        marker.evaluate({**common, **system, "python_version": version, "python_full_version": f"{version}.5"})
        for system in SYSTEMS
        for version in PYTHONS
    )


def _without(packages: list[Resolved], others: list[Resolved]) -> list[Resolved]:
    names = {package.name for package in others}
    return [package for package in packages if package.name not in names]


def _write(checkout: Checkout, group: str, packages: list[Resolved], index: PackageIndex) -> None:
    write_lock(checkout.lock(group), [_locked(package, index) for package in packages])


def _write_workshop(checkout: Checkout, packages: list[Resolved], index: PackageIndex) -> None:
    """torch and its CUDA libraries have locks of their own: which of them is installed depends on the machine."""
    torch = next(package for package in packages if package.name == "torch")
    others = [package for package in packages if package is not torch and not package.name.startswith(CUDA_PREFIXES)]
    _write(checkout, "workshop", others, index)
    path = checkout.lock("torch")
    # CPU builds for Linux are not on the public index: those that an earlier lock knew are kept.
    kept = [old.hashes for old in read_lock(path) if old.version == torch.version] if path.exists() else []
    hashes = (*_locked(torch, index).hashes, *_cpu_hashes(torch.version, index), *(kept[0] if kept else ()))
    write_lock(path, [LockedPackage("torch", torch.version, hashes)])
    public = _resolve([f"torch=={torch.version}"], "--isolated", "--index-url", PUBLIC_INDEX, clean=True)
    _write(checkout, "cuda", [package for package in public if package.name.startswith(CUDA_PREFIXES)], index)


def _cpu_hashes(version: str, index: PackageIndex) -> list[str]:
    try:
        files = PackageIndex(replace(index.settings, indexes=(PYTORCH_CPU_INDEX,)), TIMEOUT_SECONDS).files("torch")
    except DownloadProblem as problem:
        print(f"No new CPU builds of torch: {problem.title}", flush=True)
        return []
    return [file.sha256 for file in files if file.sha256 and file.version == f"{version}+cpu" and _fits(file)]


def _locked(package: Resolved, index: PackageIndex) -> LockedPackage:
    files = index.of_version(package.name, package.version)
    wheels = [file for file in files if file.name.endswith(".whl") and _fits(file)]
    hashes = tuple(file.sha256 for file in (wheels or files) if file.sha256)
    if not hashes:
        raise SystemExit(f"the index has no hashes for {package.name} {package.version}")
    return LockedPackage(package.name, package.version, hashes, package.marker)


def _fits(file: IndexFile) -> bool:
    """Wheels for the Pythons that Footnote runs on, whatever the system."""
    return any(_fits_tag(tag.interpreter, tag.abi) for tag in parse_wheel_filename(file.name)[3])


def _fits_tag(interpreter: str, abi: str) -> bool:
    own = {f"cp{version.replace('.', '')}" for version in PYTHONS}
    if interpreter.startswith("py3"):
        return True
    return (interpreter in own and not abi.endswith("t")) or (abi == "abi3" and interpreter.startswith("cp3"))


if __name__ == "__main__":
    make_locks(this_checkout())
