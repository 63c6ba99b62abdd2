"""How far indexing is and how long it still takes, from measured speed. Pure arithmetic; the clock is a parameter."""

from dataclasses import dataclass

from desktop.protocol.engine_messages import IndexingProgress

_WEIGHT = 0.1


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

    def report(self, phase: str, waiting_files: int, waiting_passages: int, current: str = "") -> IndexingProgress:
        return IndexingProgress(
            phase=phase,
            done=self._done,
            total=self._done + waiting_files,
            seconds_left=self._seconds_left(phase, waiting_files, waiting_passages),
            current=current,
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
