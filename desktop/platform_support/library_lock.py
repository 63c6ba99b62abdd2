"""The lock that lets one engine at a time hold a library, or one process a download. The operating system drops it
when its holder dies.
"""

import os
import sys
from pathlib import Path
from typing import BinaryIO


class LibraryLock:
    """Holds `path` locked from a successful `take` to `release` or the end of the process."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO | None = None

    def take(self, note: str = "") -> bool:
        """False when another process holds it, else `note` is left for others to read.

        Raises OSError when the folder can't be written to, or its file system knows no locks.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = self._path.open("a+b")
        try:
            taken = _lock(file)
        except OSError:
            file.close()
            raise
        if not taken:
            file.close()
            return False
        file.seek(0)
        file.truncate()
        file.write(os.fsencode(note))
        file.flush()
        self._file = file
        return True

    def note(self) -> str:
        """What the holder left, or empty."""
        try:
            return os.fsdecode(self._path.read_bytes())
        except OSError:
            return ""

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def _lock(file: BinaryIO) -> bool:
    if sys.platform == "win32":
        import msvcrt

        # far behind the note, so that others can still read that
        file.seek(1 << 20)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
