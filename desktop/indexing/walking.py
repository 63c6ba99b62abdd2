"""What is on disk below a folder now, by `scandir` and `stat` alone: no file is opened, no link followed.

Links, pipes, sockets and devices are listed with what they are, so that nothing is left out without a word.
"""

import os
import stat
import time
from dataclasses import dataclass, field
from pathlib import Path

from desktop.domain.files import MOST_MB, FileState
from desktop.indexing.ignoring import DEFAULT_LARGEST_MB, FolderRules
from desktop.reading.formats import format_of
from desktop.reading.regular_files import KINDS
from desktop.storage.file_table import FileStamp

# SQLite keeps signed 64-bit numbers; some file systems use the top bit of the inode
_INODE = 0x7FFF_FFFF_FFFF_FFFF

_RAISE_IT = "Raise the limit in the rules of its folder, or split the file."
_SPLIT_IT = "No larger file is read: split it, or save the part you need as a file of its own."
_LINK = "A link to another place, which is not followed. Add the folder that it leads to, if that is to be read."
_COPIED_WITHIN = 60_000_000_000  # nanoseconds

Numbers = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Found:
    """A file on disk; `format` is empty when no reader knows it. Larger than `largest` bytes it is not read.

    `opened` (nanoseconds) is when it was last opened, 0 when nobody has since it came to be where it is. `special` says
    of whatever is no regular file what it is and what to do.
    """

    path: str
    stamp: FileStamp
    format: str
    largest: int
    opened: int = 0
    special: str = ""


@dataclass(slots=True)
class Walk:
    """The result of one walk. `complete` is False when time ran out, or a folder could not be listed.

    `left_out` are the files and folders (these end in a separator) that the rules leave out.
    """

    files: dict[str, Found] = field(default_factory=dict[str, Found])
    complete: bool = True
    left_out: list[str] = field(default_factory=list[str])
    unreadable: list[str] = field(default_factory=list[str])


def walk(
    root: str,
    seconds: float | None = None,
    leave_out: frozenset[str] = frozenset(),
    rules: FolderRules | None = None,
    settled: dict[str, Numbers] | None = None,
) -> Walk:
    """Every file below `root` (or `root` itself, when it is a file) that the rules don't leave out.

    `leave_out` names files and folders by path, `root` never among them; `rules` are of a folder that holds `root`.
    `settled` are files that need no look while size, time and inode are these: those met so are taken out of it, and
    are not in the result. For a hundred thousand unchanged files nothing is built.
    """
    result = Walk()
    rules = rules or FolderRules(root)
    settled = {} if settled is None else settled
    deadline = None if seconds is None else time.monotonic() + seconds
    if single := find_file(root, rules.largest):
        if not _met(settled, root, numbers_of(single.stamp), rules.largest):
            result.files[root] = single
        return result
    stack = [root]
    while stack:
        if deadline is not None and time.monotonic() > deadline:
            result.complete = False
            break
        folder = stack.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.path not in leave_out:
                        _take(entry, rules, result, stack, settled)
        except (FileNotFoundError, NotADirectoryError):
            continue  # deleted since its parent was listed: its files are gone, not hidden
        except OSError:
            result.unreadable.append(folder)
            result.complete = False
    return result


def find_file(path: str, largest: int = DEFAULT_LARGEST_MB * 1024 * 1024) -> Found | None:
    """The regular file at `path`, or None."""
    try:
        found = os.lstat(path)
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(found.st_mode):
        return None
    return Found(path, stamp_of(found), format_of(path) or "", largest, _opened(found))


def find_special(path: str) -> Found | None:
    """What is at `path` when that is neither a regular file nor a folder: a link (to whatever), a pipe, a device."""
    try:
        found = os.lstat(path)
    except (OSError, ValueError):
        return None
    return None if stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode) else _special(path, found)


def _special(path: str, found: os.stat_result) -> Found:
    if stat.S_ISLNK(found.st_mode):
        return Found(path, stamp_of(found), "", 0, special=_LINK)
    what = KINDS.get(stat.S_IFMT(found.st_mode), "something special")
    # whatever passes through a pipe or a device sets its time: that is no change of it
    stamp = FileStamp(0, 0, found.st_ino & _INODE)
    return Found(path, stamp, "", 0, special=f"This is {what}, not a file. There is nothing in it to read.")


def stamp_of(found: os.stat_result) -> FileStamp:
    return FileStamp(found.st_size, found.st_mtime_ns, found.st_ino & _INODE)


def numbers_of(stamp: FileStamp) -> Numbers:
    return stamp.size, stamp.mtime_ns, stamp.inode


def _opened(found: os.stat_result) -> int:
    # copying a file sets the time of its last reading too: that is nobody who opened it
    later = found.st_atime_ns - max(found.st_mtime_ns, found.st_ctime_ns)
    return found.st_atime_ns if later > _COPIED_WITHIN else 0


def starting_state(found: Found) -> tuple[FileState, str]:
    """The state and reason of a file before anything opened it."""
    if found.special:
        return FileState.UNSUPPORTED, found.special
    if not found.format:
        ending = Path(found.path).suffix
        kind = f"Files of type “{ending}”" if ending else "Files without an ending"
        return FileState.UNSUPPORTED, f"{kind} can't be read yet."
    if is_too_large(found):
        limit = found.largest // 1024**2
        return FileState.TOO_LARGE, f"Larger than {limit} MB. {_RAISE_IT if limit < MOST_MB else _SPLIT_IT}"
    if found.stamp.size == 0:
        return FileState.EMPTY, "The file is empty."
    return FileState.WAITING, ""


def is_too_large(found: Found) -> bool:
    """Whether it would be read if it were smaller."""
    return bool(found.format) and found.stamp.size > found.largest


def root_is_healthy(root: str, is_file: bool, had_files: bool) -> bool:
    """False for a folder that is gone, unmounted or suddenly empty: its files are missing, not deleted."""
    if is_file:
        return Path(root).parent.is_dir()
    try:
        with os.scandir(root) as entries:
            return not had_files or any(True for _ in entries)
    except OSError:
        return False


def _met(settled: dict[str, Numbers], path: str, numbers: Numbers, largest: int) -> bool:
    """Whether the file is as it was, and no larger than is read; it is taken out then."""
    if settled.get(path) != numbers or numbers[0] > largest:
        return False
    del settled[path]
    return True


def _take(
    entry: os.DirEntry[str], rules: FolderRules, result: Walk, stack: list[str], settled: dict[str, Numbers]
) -> None:
    try:
        if entry.is_dir(follow_symlinks=False):
            if rules.leave_out_folder(entry.path, entry.name):
                result.left_out.append(os.path.join(entry.path, ""))
            else:
                stack.append(entry.path)
        elif not entry.is_file(follow_symlinks=False):
            _take_special(entry, rules, result, settled)
        elif rules.leave_out_file(entry.path, entry.name):
            result.left_out.append(entry.path)
        else:
            found = entry.stat(follow_symlinks=False)
            numbers = (found.st_size, found.st_mtime_ns, found.st_ino & _INODE)
            if not _met(settled, entry.path, numbers, rules.largest):
                path = entry.path
                stamp, kind = FileStamp(*numbers), format_of(path) or ""
                result.files[path] = Found(path, stamp, kind, rules.largest, _opened(found))
    except OSError:
        return  # it vanished while we looked; the next scan knows


def _take_special(entry: os.DirEntry[str], rules: FolderRules, result: Walk, settled: dict[str, Numbers]) -> None:
    if rules.leave_out_special(entry.path, entry.name):
        result.left_out.append(entry.path)
        return
    found = _special(entry.path, entry.stat(follow_symlinks=False))
    if not _met(settled, entry.path, numbers_of(found.stamp), rules.largest):
        result.files[entry.path] = found
