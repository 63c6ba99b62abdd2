"""Remembers which big files have been checked against their SHA-256, so that a start doesn't read them again.

A file counts as checked while its size and time of change are those of the check.
"""

from pathlib import Path

from desktop.download.catalogue import CatalogueFile
from desktop.download.transfer import sha256_of
from installer.stamp import Stamp


class VerifiedFiles:
    """Checks files in one folder and keeps the results in `verified.json` there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stamp = Stamp(folder / "verified.json")

    def holds(self, file: CatalogueFile) -> bool:
        """True when the file is there and is the right one; reads it only when it changed since the last check."""
        path = self._folder / file.path
        try:
            found = path.stat()
        except OSError:
            return False
        if found.st_size != file.size:
            return False
        key = _key(file, found.st_mtime_ns)
        if self._stamp.holds(file.path, key):
            return True
        if sha256_of(path) != file.sha256:
            return False
        self._stamp.record(file.path, key)
        return True

    def record(self, file: CatalogueFile) -> None:
        """Notes a file whose bytes the caller has just checked."""
        self._stamp.record(file.path, _key(file, (self._folder / file.path).stat().st_mtime_ns))


def _key(file: CatalogueFile, changed: int) -> str:
    return f"{file.sha256} {file.size} {changed}"
