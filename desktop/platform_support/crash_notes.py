"""A note of what is being done, so that after a crash the next start knows. Survives the death of the process.

Not synced to the disk: a power cut may lose it, a killed process can't. One write a note, microseconds each.
"""

import os
from pathlib import Path

_WIDTH = 64


class CrashNote:
    """One short word (digits, ids) in a small file; empty means that nothing dangerous was under way."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)

    def read(self) -> str:
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        return os.read(self._descriptor, _WIDTH).decode("ascii", "replace").strip()

    def write(self, word: str) -> None:
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        os.write(self._descriptor, word[:_WIDTH].ljust(_WIDTH).encode("ascii", "replace"))

    def clear(self) -> None:
        self.write("")

    def close(self) -> None:
        os.close(self._descriptor)
