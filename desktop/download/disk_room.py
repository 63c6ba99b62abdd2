"""Whether a disk has room for what is to come, and what to say of one that refuses."""

import errno
import shutil
from pathlib import Path

from desktop.download.problems import DownloadProblem, NoRoom

SPARE = 256 << 20  # bytes that stay free on the disk


def need_room(folder: Path, more: int) -> None:
    """Raises NoRoom where `more` bytes in `folder` would fill the disk."""
    free = shutil.disk_usage(_existing(folder)).free
    if more + SPARE > free:
        need, has = _gigabytes(more + SPARE), _gigabytes(free)
        raise NoRoom(f"There is not enough room on the disk: {need} are needed, {has} are free.", "Free some space.")


def disk_problem(folder: Path, error: OSError) -> DownloadProblem:
    if error.errno == errno.ENOSPC:
        return no_space(folder)
    return DownloadProblem(f"{folder} can't be written to: {error.strerror or error}.", "What came is kept.")


def no_space(path: Path) -> NoRoom:
    return NoRoom(
        f"The disk is full while writing {path}.",
        "Free some space, then try again: what was downloaded is kept.",
    )


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    return next(place for place in (folder, *folder.parents) if place.exists())


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB"
