"""One paragraph of a large file is edited: what is embedded again, and how soon the new words are found."""

import statistics
import time
from pathlib import Path

from desktop.protocol import engine_messages as m
from tests.benchmarks.indexing.figures import Figure
from tests.benchmarks.indexing.prose import Prose, write_files
from tests.benchmarks.indexing.waiting import found_after, wait_for, wait_for_rest
from tests.support.running_engine import RunningEngine

PART = "editing"
PARAGRAPHS, ROUNDS = 1_500, 7
MANY, EACH = 1_500, 12
MOST_EMBEDDED, MOST_IDLE, MOST_BUSY = 3, 3.0, 5.0


class LongFile:
    """A file of many paragraphs on disk; `edit` replaces one of them."""

    def __init__(self, path: Path) -> None:
        self._path, self._prose = path, Prose(3)
        self._paragraphs = [self._prose.paragraph() for _ in range(PARAGRAPHS)]
        path.parent.mkdir(parents=True)
        self.save()

    def save(self) -> None:
        self._path.write_text("\n\n".join(self._paragraphs), encoding="utf-8")

    def edit(self, number: int) -> str:
        """Another paragraph in the middle third; returns a word that stands in it alone."""
        word = f"quillfeather{number:03}x"
        at = PARAGRAPHS // 3 + number * 37 % (PARAGRAPHS // 3)
        self._paragraphs[at] = f"{self._prose.sentence()} The {word} was seen here. {self._prose.paragraph(3)}"
        self.save()
        return word


def measure(scratch: Path) -> list[Figure]:
    file = LongFile(scratch / "book" / "book.txt")
    many = write_files(scratch / "many", MANY, EACH, 9)
    with RunningEngine(scratch / "library") as engine:
        engine.call(m.ADD, m.Paths((str(scratch / "book"),)))
        before = wait_for(engine, lambda s: s.covered == 1.0 and s.counts == {"indexed": 1})
        wait_for_rest(engine)
        idle: list[float] = []
        embedded: list[int] = []
        for number in range(ROUNDS):
            was = wait_for_rest(engine).passages_embedded
            started = time.monotonic()
            idle.append(found_after(engine, file.edit(number), started))
            embedded.append(
                wait_for(engine, lambda s: s.covered == 1 and s.progress.phase == "idle").passages_embedded - was
            )
        busy = _while_indexing(engine, file, many)
    return [
        Figure(PART, "passages of the file", before.passages_embedded),
        Figure(PART, "passages embedded for an edit, at most", max(embedded), "", MOST_EMBEDDED),
        Figure(PART, "saved to searchable, idle", statistics.median(idle), "s", MOST_IDLE),
        *(
            Figure(PART, f"saved to searchable, while {phase} {MANY} files", statistics.median(taken), "s", MOST_BUSY)
            for phase, taken in busy.items()
            if taken
        ),
    ]


def _while_indexing(engine: RunningEngine, file: LongFile, many: Path) -> dict[str, list[float]]:
    """Seconds by what the engine did when the file was saved."""
    engine.call(m.ADD, m.Paths((str(many),)))
    wait_for(engine, lambda s: s.counts.get("waiting", 0) > MANY // 2, 0.02)
    taken: dict[str, list[float]] = {"reading": [], "embedding": []}
    for number in range(ROUNDS, 5 * ROUNDS):
        phase = "reading" if engine.status().counts.get("waiting", 0) else "embedding"
        if engine.status().progress.phase == "idle" or len(taken["embedding"]) == ROUNDS:
            break
        started = time.monotonic()
        taken[phase].append(found_after(engine, file.edit(number), started))
    return taken
