"""Lets one set-up at a time write into the user's folders; a second one waits and says so."""

import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from installer.console import Console

POLL_SECONDS = 0.5


@contextmanager
def one_at_a_time(path: Path, console: Console) -> Generator[None]:
    """Holds a lock on the file at `path`. The system lets go of it when the process ends, however it ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        if not _lock(file):
            console.say("Another set-up is running for this user; waiting for it to end (Ctrl-C stops waiting).")
            while not _lock(file):
                time.sleep(POLL_SECONDS)
        yield


def _lock(file: BinaryIO) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
