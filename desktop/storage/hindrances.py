"""Tells what the system or another program does to our files for a while from damage, which does not pass.

LanceDB's errors are texts; where the system caused one, they end in its number: "(os error 24)". Loads no LanceDB.
"""

import errno
import os
import re
import sys

from desktop.domain.errors import EngineProblem

_ITSELF = "Footnote goes on by itself."
FULL = ("The disk is full.", f"Free some space; nothing is lost, and {_ITSELF}")
_SHARE = ("The space that you may use on the disk is used up.", f"Free some; nothing is lost, and {_ITSELF}")
_OPEN = ("Too many files are open.", f"Close other programs; {_ITSELF}")
_MEMORY = ("Memory ran short.", f"Close other programs; {_ITSELF}")
_CLOSED = ("The library could not be opened or written to.", "Check that its folder and files can be written to")
_DISK = ("The disk with the library can't be read or written now.", "Check it, or the connection to it")
BUSY = ("Another program is using the library.", f"Close it; {_ITSELF}")

_WINDOWS = {
    5: errno.EACCES, 19: errno.EROFS, 4: errno.EMFILE, 8: errno.ENOMEM, 14: errno.ENOMEM, 32: errno.EBUSY,
    33: errno.EBUSY, 39: errno.ENOSPC, 112: errno.ENOSPC, 2: errno.ENOENT, 3: errno.ENOENT, 38: errno.EINVAL,
}  # fmt: skip
_SHORT = {
    errno.ENOSPC: FULL, getattr(errno, "EDQUOT", -1): _SHARE, errno.EMFILE: _OPEN, errno.ENFILE: _OPEN,
    errno.ENOMEM: _MEMORY,
}  # fmt: skip
_REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS}
# a file is not there, or is no such file: that is what damage looks like
_DAMAGE = {errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.EINVAL}
_NUMBER = re.compile(r"\(os error (\d+)\)")


class Hindrance(EngineProblem):
    """It passes, or the user can end it; then what was wanted can be done. Nothing is lost by waiting."""


def hindrance_of(error: BaseException) -> Hindrance | None:
    """What the system said of one of our own files; None where it said nothing, or that the file is not there."""
    number = _number_of(error)
    if number is None or number in _DAMAGE:
        return None
    if number in _SHORT:
        return Hindrance(*_SHORT[number])
    if number == errno.EBUSY:
        return Hindrance(*BUSY)
    title, hint = _CLOSED if number in _REFUSED else _DISK
    return Hindrance(title, f"{hint} ({_reason(number)}); {_ITSELF}")


def shortage_of(error: OSError) -> Hindrance | None:
    """What every file would meet: space, open files or memory ran out. None for what may be one file's own."""
    number = _number_of(error)
    return Hindrance(*_SHORT[number]) if number in _SHORT else None


def _number_of(error: BaseException) -> int | None:
    if isinstance(error, OSError) and error.errno:
        return error.errno
    found = _NUMBER.findall(str(error))
    if not found:
        return None
    number = int(found[-1])
    return _WINDOWS.get(number, errno.EIO) if sys.platform == "win32" else number


def _reason(number: int) -> str:
    return os.strerror(number).lower()
