"""A note of what is being done, so that after a crash the next start knows. Survives the death of the process.

Not synced to the disk: a power cut may lose it, a killed process can't. One write a note, microseconds each.
"""

import os
import threading
from pathlib import Path

_WIDTH = 64


class CrashNote:
    """One short word (digits, ids) in a small file; empty means that nothing dangerous was under way.

    Any thread may call it, and a signal handler too.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._ours = self._sealed = self._closed = False
        path.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)

    def read(self) -> str:
        with self._lock:
            os.lseek(self._descriptor, 0, os.SEEK_SET)
            return os.read(self._descriptor, _WIDTH).decode("ascii", "replace").strip()

    def write(self, word: str) -> None:
        with self._lock:
            if not self._sealed:
                self._ours = True
                self._put(word)

    def clear(self) -> None:
        with self._lock:
            self._put("")

    def seal(self) -> None:
        """From now on an end is wanted, and no word of this process's is to blame anything for it.

        What the process before left stays for whoever reads it.
        """
        with self._lock:
            self._sealed = True
            if self._ours:
                self._put("")

    def unseal(self) -> None:
        """The end is put off."""
        with self._lock:
            self._sealed = False

    def close(self) -> None:
        with self._lock:
            self._sealed = self._closed = True
            os.close(self._descriptor)

    def _put(self, word: str) -> None:
        if not self._closed:  # the number may be that of another file by now
            os.lseek(self._descriptor, 0, os.SEEK_SET)
            os.write(self._descriptor, word[:_WIDTH].ljust(_WIDTH).encode("ascii", "replace"))
