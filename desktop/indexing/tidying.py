"""When the stores are tidied: nothing is left to do, much was written, or what the last time left is old enough.

Every write makes a version of a table, which questions may still be reading; the newest are therefore left for a while.
Tidying writes large parts of the index anew, however little was written since: single saves are tidied together.
"""

import time
from collections.abc import Callable

from desktop.indexing.reading_queue import IndexerParts
from desktop.storage.index_versions import KEEP_VERSIONS

_ROWS, _WRITES = 20_000, 300
_LEFT_FOR = KEEP_VERSIONS.total_seconds() + 1.0
_RESTS, _LONGEST = 200, 1_800.0  # times as long as it took, but no longer than so many seconds


class Tidying:
    """Counts what was written since the last time. `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._rows = self._writes = 0
        self._next = self._last = float("-inf")
        self._at_once = False
        self._left = self._first = True  # the engine before may have ended too soon to drop old versions

    def wrote(self, rows: int = 1) -> None:
        if rows:
            self._rows += rows
            self._writes += 1

    def removed(self) -> None:
        """The user took something out: it is gone from the disk as soon as nothing else is to be done."""
        self._at_once = True
        self.wrote()

    @property
    def due(self) -> bool:
        """So much was written that it is done between two pieces of work."""
        return self._rows > _ROWS or self._writes > _WRITES

    def tidy(self, parts: IndexerParts) -> bool:
        """Mends and tidies; says whether there was anything to mend."""
        self._rows, self._writes, self._at_once = 0, 0, False  # what comes while it lasts counts for the next
        started = self._clock()
        found = parts.upkeep.compare()
        parts.upkeep.heal(found)
        self._tidy(parts, at_rest=False)
        self._next = self._last + max(_LEFT_FOR, min(_RESTS * (self._last - started), _LONGEST))
        self._left = True
        return bool(found)

    def rest(self, parts: IndexerParts) -> bool:
        """Nothing else is to be done: tidies what was written, or else drops the versions that the last time left,
        once no question can read them any more. Says whether anything was mended."""
        if self._writes:
            return (self._at_once or self._clock() >= self._next) and self.tidy(parts)
        if self._left and self._clock() - self._last > _LEFT_FOR:
            self._tidy(parts, at_rest=True)
            self._left = False
        return False

    def _tidy(self, parts: IndexerParts, at_rest: bool) -> None:
        parts.upkeep.tidy(at_rest, all_versions=self._first)
        parts.recognition.tidy()
        self._first = False
        self._last = self._clock()
