"""Remembers the headers of files that did not change: a large vocabulary takes a tenth of a second to read, and the
list of models is asked for at every question. Keeps nothing on disk.
"""

import os
from pathlib import Path

from desktop.gguf.cursor import BadGguf
from desktop.gguf.header import GgufHeader, read_header

_MOST = 500


class RememberedHeaders:
    """For any thread. A file counts as the same while its size, time of change and inode are."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[tuple[int, int, int], GgufHeader | BadGguf]] = {}

    def read(self, path: str | Path) -> GgufHeader:
        """As `read_header`. What is wrong with a file's bytes is remembered too; why it can't be opened is not."""
        place = str(path)
        try:
            status = os.stat(place)
        except (OSError, ValueError):
            return read_header(path)
        stamp = (status.st_size, status.st_mtime_ns, status.st_ino)
        known = self._known.get(place)
        if known is None or known[0] != stamp:
            known = self._keep(place, (stamp, _outcome(path)))
        if isinstance(known[1], BadGguf):
            raise BadGguf(known[1].hint)
        return known[1]

    def _keep(
        self, place: str, known: tuple[tuple[int, int, int], GgufHeader | BadGguf]
    ) -> tuple[tuple[int, int, int], GgufHeader | BadGguf]:
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[place] = known
        return known


def _outcome(path: str | Path) -> GgufHeader | BadGguf:
    try:
        return read_header(path)
    except BadGguf as error:
        return error
