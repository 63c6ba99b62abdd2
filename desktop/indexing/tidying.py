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
        self._next = self._last = self._last_write = float("-inf")
        self._at_once = self._promised = False
        self._left = self._first = True  # the engine before may have ended too soon to drop old versions
        self._finished = clock()

    def wrote(self, rows: int = 1) -> None:
        if rows:
            self._rows += rows
            self._writes += 1
            self._last_write = self._clock()

    def removed(self) -> None:
        """The user took something out: it is gone from the disk as soon as nothing else is to be done."""
        self._at_once = True
        self.wrote()

    @property
    def due(self) -> bool:
        """So much was written that it is done between two pieces of work."""
        return self._rows > _ROWS or self._writes > _WRITES

    def tidy(self, parts: IndexerParts) -> bool:
        """Mends and tidies; says whether there was anything to mend. Now and then as at rest, where there is none."""
        started = self._clock()
        at_rest = self._promised or started - self._finished > _LONGEST
        self._left, self._promised = True, self._promised or self._at_once
        self._rows, self._writes, self._at_once = 0, 0, False  # what comes while it lasts counts for the next
        found = parts.upkeep.compare()
        parts.upkeep.heal(found)
        self._tidy(parts, at_rest)
        self._next = self._last + max(_LEFT_FOR, min(_RESTS * (self._last - started), _LONGEST))
        return bool(found)

    def rest(self, parts: IndexerParts) -> bool:
        """Nothing else is to be done: tidies what was written, or drops what the last time left, once that is old.

        Says whether anything was mended. What the user took out waits for no other writes.
        """
        now = self._clock()
        if self._writes and (self._at_once or now >= self._next):
            return self.tidy(parts)
        old = now - max(self._last, self._last_write) > _LEFT_FOR
        if self._left and old and (self._promised or not self._writes):
            self._tidy(parts, at_rest=True)
            self._left = self._promised = False
        return False

    def _tidy(self, parts: IndexerParts, at_rest: bool) -> None:
        parts.upkeep.tidy(at_rest, all_versions=self._first)
        parts.recognition.tidy()
        self._first = False
        self._last = self._clock()
        if at_rest:
            self._finished = self._last
