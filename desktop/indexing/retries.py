"""Files whose reader was ended from outside: how often, and when each may be read again. Kept in memory alone.

Such an end (memory ran short, somebody stopped the program) says nothing about the file.
"""

import time
from collections.abc import Callable, Collection

_RETRIES = 5
_FIRST_PAUSE = 0.5


class Retries:
    """`clock` gives seconds; each pause is twice as long as the one before."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._ends: dict[int, tuple[int, float]] = {}

    def try_again(self, file_id: int) -> bool:
        """Notes one more end. False when it was the last that is forgiven; then the count begins anew."""
        ends = self._ends.pop(file_id, (0, 0.0))[0] + 1
        if ends > _RETRIES:
            return False
        self._ends[file_id] = ends, self._clock() + _FIRST_PAUSE * 2 ** (ends - 1)
        return True

    def forget(self, file_id: int) -> None:
        self._ends.pop(file_id, None)

    def resting(self) -> frozenset[int]:
        """Files whose pause is not over."""
        now = self._clock()
        return frozenset(file_id for file_id, (_, due) in self._ends.items() if due > now)

    def seconds_until_due(self, resting: Collection[int]) -> float:
        """Until the first of these resting files may be read again: more than 0, or 0 when there are none."""
        pauses = [self._ends[file_id][1] - self._clock() for file_id in resting]
        return max(0.001, min(pauses)) if pauses else 0.0
