"""How often indexing tries again, and with what: of a damaged index no more is thrown away than must be."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # this loads numpy and LanceDB, which the engine's start must not wait for
    from desktop.indexing.upkeep import IndexUpkeep

_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 10.0

log = logging.getLogger("footnote.indexing")


class Mending:
    """One round's attempts, each stronger than the one before."""

    def __init__(self) -> None:
        self._tried = 0

    def next(self, upkeep: IndexUpkeep, opened_anew: bool) -> Callable[[], None] | None:
        """What to try now; None when all was tried. `opened_anew`: that was done already."""
        ways = (
            ("is opened anew", upkeep.open_anew),
            ("is damaged: what can't be read of it is made again", upkeep.mend),
            ("is damaged: all of it is made again", upkeep.rebuild),
        )
        self._tried = max(self._tried, int(opened_anew))
        if self._tried >= len(ways):
            return None
        words, way = ways[self._tried]
        self._tried += 1
        log.warning("the search index %s", words)
        return way

    def over(self) -> None:
        self._tried = 0


class WaitingOut:
    """Seconds between two tries while the disk or another program is in the way: longer each time."""

    def __init__(self) -> None:
        self._last = 0.0

    def pause(self) -> float:
        self._last = min(_LONGEST_PAUSE, max(_FIRST_PAUSE, 2 * self._last))
        return self._last

    def over(self) -> None:
        self._last = 0.0
