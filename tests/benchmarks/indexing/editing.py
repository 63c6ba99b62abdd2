"""A large file is edited: what is embedded again, and how soon the new words are found.

A paragraph anywhere in it, a paragraph put on top, and its title line.
"""

import statistics
import time
from collections.abc import Callable
from pathlib import Path

from desktop.protocol import engine_messages as m
from tests.benchmarks.indexing.figures import Figure
from tests.benchmarks.indexing.prose import Prose, write_files
from tests.benchmarks.indexing.waiting import found_after, wait_for, wait_for_rest
from tests.support.running_engine import RunningEngine

PART = "editing"
PARAGRAPHS, ROUNDS = 2_000, 7
MANY, EACH = 1_500, 12
MOST_EMBEDDED, MOST_IDLE, MOST_BUSY = 3, 3.0, 5.0


class LongFile:
    """A file of many paragraphs on disk, below a title line. What changes it returns a word that stands there alone."""

    def __init__(self, path: Path) -> None:
        self._path, self._prose = path, Prose(3)
        self._title = "Notes of the first year"
        self._paragraphs = [self._prose.paragraph() for _ in range(PARAGRAPHS)]
        path.parent.mkdir(parents=True)
        self.save()

    def save(self) -> None:
        self._path.write_text("\n\n".join([self._title, *self._paragraphs]), encoding="utf-8")

    def edit(self, number: int) -> str:
        """Another paragraph in the place of one: the first, then here and there."""
        word = f"quillfeather{number:03}x"
        self._paragraphs[number * 787 % len(self._paragraphs)] = self._with(word)
        self.save()
        return word

    def put_on_top(self, number: int) -> str:
        """One more paragraph, the first below the title."""
        word = f"bramblewick{number:03}x"
        self._paragraphs.insert(0, self._with(word))
        self.save()
        return word

    def rename(self, number: int) -> str:
        """Another title line."""
        word = f"marmalade{number:03}x"
        self._title = f"Notes of the {word}"
        self.save()
        return word

    def _with(self, word: str) -> str:
        return f"{self._prose.sentence()} The {word} was seen here. {self._prose.paragraph(3)}"


def measure(scratch: Path) -> list[Figure]:
    file = LongFile(scratch / "book" / "book.txt")
    many = write_files(scratch / "many", MANY, EACH, 9)
    with RunningEngine(scratch / "library") as engine:
        engine.call(m.ADD, m.Paths((str(scratch / "book"),)))
        before = wait_for(engine, lambda s: s.covered == 1.0 and s.counts == {"indexed": 1})
        wait_for_rest(engine)
        changes = {
            "an edit": _one_by_one(engine, file.edit),
            "a paragraph on top": _one_by_one(engine, file.put_on_top),
            "another title line": _one_by_one(engine, file.rename),
        }
        busy = _while_indexing(engine, file, many)
    return [
        Figure(PART, "passages of the file", before.passages_embedded),
        *(
            figure
            for name, (embedded, taken) in changes.items()
            for figure in (
                Figure(PART, f"passages embedded for {name}, at most", embedded, "", MOST_EMBEDDED),
                Figure(PART, f"saved to searchable, {name}, idle", taken, "s", MOST_IDLE),
            )
        ),
        *(
            Figure(PART, f"saved to searchable, while {phase} {MANY} files", statistics.median(taken), "s", MOST_BUSY)
            for phase, taken in busy.items()
            if taken
        ),
    ]


def _one_by_one(engine: RunningEngine, change: Callable[[int], str]) -> tuple[int, float]:
    """The most passages that were embedded for one, and the median of the seconds until the word was found."""
    taken: list[float] = []
    embedded: list[int] = []
    for number in range(ROUNDS):
        was = wait_for_rest(engine).passages_embedded
        started = time.monotonic()
        taken.append(found_after(engine, change(number), started))
        after = wait_for(engine, lambda s: s.covered == 1 and s.progress.phase == "idle")
        embedded.append(after.passages_embedded - was)
    return max(embedded), statistics.median(taken)


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
