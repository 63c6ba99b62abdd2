"""How far indexing is and how long it still takes, from measured speed; and when that is told."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from desktop.protocol.engine_messages import IndexingProgress

_WEIGHT = 0.1
_TELL_EVERY = 0.1


@dataclass(slots=True)
class Pace:
    """A running mean of seconds for one piece of work; None until measured."""

    seconds: float | None = None

    def measure(self, seconds: float, pieces: int) -> None:
        if pieces <= 0:
            return
        each = seconds / pieces
        self.seconds = each if self.seconds is None else (1 - _WEIGHT) * self.seconds + _WEIGHT * each


class RoundProgress:
    """A round starts when work arrives and ends when none is left; `done` and `total` count its files."""

    def __init__(self) -> None:
        self.reading = Pace()
        self.embedding = Pace()
        self._done = 0
        self._passages_of_file = Pace()

    def file_done(self, seconds: float, passages: int) -> None:
        self._done += 1
        self.reading.measure(seconds, 1)
        self._passages_of_file.measure(passages, 1)

    def round_over(self) -> None:
        self._done = 0

    def report(
        self, phase: str, waiting_files: int, waiting_passages: int, current: str = "", problem: str = ""
    ) -> IndexingProgress:
        return IndexingProgress(
            phase=phase,
            done=self._done,
            total=self._done + waiting_files,
            seconds_left=self._seconds_left(phase, waiting_files, waiting_passages),
            current=current,
            problem=problem,
        )

    def _seconds_left(self, phase: str, files: int, passages: int) -> float | None:
        if not files and not passages:
            return 0.0
        if phase == "recognising":  # nobody knows how many pictures are in a file before it is its turn
            return None
        if (files and self.reading.seconds is None) or self.embedding.seconds is None:
            return None
        to_come = passages + files * (self._passages_of_file.seconds or 0.0)
        return files * (self.reading.seconds or 0.0) + to_come * self.embedding.seconds


class ProgressTeller:
    """Tells how far a round is, and knows what was told last."""

    def __init__(self, progress: RoundProgress, tell: Callable[[IndexingProgress], None]) -> None:
        self._tell, self._told_at = tell, 0.0
        self.last = progress.report("scanning", 0, 0)

    def is_due(self, phase: str) -> bool:
        """Another phase, or a moment ago: counting takes longer than reading a small file, so not for each of them."""
        return phase != self.last.phase or time.monotonic() - self._told_at >= _TELL_EVERY

    def tell(self, report: IndexingProgress) -> None:
        self._told_at, self.last = time.monotonic(), report
        self._tell(report)
