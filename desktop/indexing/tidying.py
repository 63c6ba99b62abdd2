"""When the stores are tidied: nothing is left to do, much was written, or what the last time left is old enough.

Every write makes a version of a table, which questions may still be reading; the newest are therefore left for a while.
"""

import time
from collections.abc import Callable

from desktop.indexing.reading_queue import IndexerParts
from desktop.storage.index_versions import KEEP_VERSIONS

_ROWS, _WRITES = 20_000, 300
_LEFT_FOR = KEEP_VERSIONS.total_seconds() + 1.0


class Tidying:
    """Counts what was written since the last time. `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._rows = self._writes = 0
        self._left_since: float | None = float("-inf")  # the engine before may have ended too soon for it
        self._first = True

    def wrote(self, rows: int = 1) -> None:
        if rows:
            self._rows += rows
            self._writes += 1

    @property
    def due(self) -> bool:
        """So much was written that it is done between two pieces of work."""
        return self._rows > _ROWS or self._writes > _WRITES

    def tidy(self, parts: IndexerParts) -> bool:
        """Mends and tidies if anything was written; says whether."""
        if not self._writes:
            return False
        self._rows = self._writes = 0
        parts.upkeep.heal(parts.upkeep.compare())
        self._tidy(parts)
        return True

    def finish(self, parts: IndexerParts) -> None:
        """At rest: the versions that the last time left are dropped, once no question can read them any more."""
        if self._left_since is not None and self._clock() - self._left_since > _LEFT_FOR:
            self._tidy(parts, at_rest=True)
            self._left_since = None

    def _tidy(self, parts: IndexerParts, at_rest: bool = False) -> None:
        self._left_since = self._clock()
        parts.upkeep.tidy(at_rest, all_versions=self._first)
        parts.recognition.tidy()
        self._first = False
