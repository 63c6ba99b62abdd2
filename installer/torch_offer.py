"""Finds out which build of torch pip would get here, so that gigabytes of CUDA never land on a machine without a GPU.

On Linux the public index has only CUDA builds; CPU builds are on PyTorch's own index, or in a folder or on an index
that pip's settings name.
"""

import platform
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from urllib.parse import unquote, urlsplit

from desktop.download.index_settings import IndexSettings
from desktop.download.package_index import IndexFile, PackageIndex
from desktop.download.problems import DownloadProblem

PYTORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"
TIMEOUT_SECONDS = 5.0


class Build(Enum):
    """Kinds of torch wheel, as far as it matters here."""

    CPU = "cpu"
    CUDA = "cuda"


@dataclass(frozen=True, slots=True)
class TorchOffer:
    """The wheel that fits this Python and system best; `size` in bytes where it is known."""

    build: Build
    file: IndexFile


def torch_on_offer(
    settings: IndexSettings, version: str, accepted: Sequence[str], more_indexes: Sequence[str] = ()
) -> TorchOffer | None:
    """A CPU build before a CUDA build; None when nothing fits. `accepted`: SHA-256 of the wheels in the lock."""
    offers = [
        TorchOffer(_build(file), file)
        for file in (*_in_folders(settings.find_links), *_on_indexes(settings, more_indexes))
        if file.version.partition("+")[0] == version and _fits(file.name) and _accepted(file, accepted)
    ]
    return min(offers, key=lambda offer: offer.build is Build.CUDA, default=None)


def _accepted(file: IndexFile, accepted: Sequence[str]) -> bool:
    """A file in a folder has no recorded hash; pip checks it when it installs."""
    return file.sha256 is None or file.sha256 in accepted


def _on_indexes(settings: IndexSettings, more: Sequence[str]) -> list[IndexFile]:
    """What every index has, not only the first that knows torch: the next may be the one with CPU builds."""
    found: list[IndexFile] = []
    for address in (*settings.indexes, *more):
        try:
            found.extend(PackageIndex(replace(settings, indexes=(address,)), TIMEOUT_SECONDS).files("torch"))
        except DownloadProblem:
            # Not having torch, or not being there, is no problem of an index that others stand in for.
            continue
    return found


def _in_folders(places: Sequence[str]) -> list[IndexFile]:
    """Wheels in the folders of pip's `find-links`; pages on the web named there are pip's own business."""
    found: list[IndexFile] = []
    for place in places:
        folder = Path(unquote(urlsplit(place).path)) if place.startswith("file:") else Path(place)
        if folder.is_dir():
            found.extend(
                IndexFile(wheel.name, wheel.absolute().as_uri(), None, wheel.stat().st_size)
                for wheel in sorted(folder.glob("torch-*.whl"))
            )
    return found


def _build(file: IndexFile) -> Build:
    if "+cpu" in file.version or sys.platform != "linux":
        return Build.CPU
    return Build.CUDA


def _fits(name: str) -> bool:
    if not name.endswith(".whl"):
        return False
    python, abi, system = name.removesuffix(".whl").split("-")[-3:]
    own = f"cp{sys.version_info[0]}{sys.version_info[1]}"
    return python == own and abi == own and _fits_system(system)


def _fits_system(tag: str) -> bool:
    machine = platform.machine().lower().replace("amd64", "x86_64")
    if sys.platform == "linux":
        return "linux" in tag and "musl" not in tag and tag.endswith(machine)
    if sys.platform == "darwin":
        return tag.startswith("macosx") and tag.endswith((machine, "universal2"))
    return tag.startswith("win") and tag.endswith(machine.replace("x86_64", "amd64"))
