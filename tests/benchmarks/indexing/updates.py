"""Many small changes, one file at a time: the data folder stays near the size of a fresh index of the same files."""

import os
import time
from contextlib import suppress
from pathlib import Path

from desktop.protocol import engine_messages as m
from tests.benchmarks.indexing.figures import Figure
from tests.benchmarks.indexing.prose import Prose
from tests.benchmarks.indexing.waiting import wait_for
from tests.support.running_engine import RunningEngine

PART = "updates"
FILES, PARAGRAPHS, UPDATES = 250, 5, 5_000
PAUSE = 0.06
MOST_TIMES_FRESH, MOST_IN_BETWEEN = 2.0, 5.0
# a moment's tidying rests for a minute, and what it leaves goes a little later
RESTS = 90.0


def size_of(folder: Path) -> int:
    """Bytes of all files below a folder, logs left out; what goes away meanwhile counts nothing."""
    total = 0
    for above, _, names in os.walk(folder):
        for name in names if os.path.basename(above) != "logs" else ():
            with suppress(FileNotFoundError):
                total += os.lstat(os.path.join(above, name)).st_size
    return total


def measure(scratch: Path) -> list[Figure]:
    folder, prose = scratch / "notes", Prose(21)
    folder.mkdir()
    texts = [prose.text(PARAGRAPHS).split("\n\n") for _ in range(FILES)]
    for n, paragraphs in enumerate(texts):
        _save(folder, n, paragraphs)
    largest = 0
    with RunningEngine(scratch / "worn") as engine:
        _index(engine, folder)
        for n in range(UPDATES):
            texts[n % FILES][n // FILES % PARAGRAPHS] = prose.paragraph()
            _save(folder, n % FILES, texts[n % FILES])
            time.sleep(PAUSE)
            if n % 100 == 0:
                largest = max(largest, size_of(scratch / "worn"))
        worn = wait_for(engine, lambda s: s.progress.phase == "idle" and s.covered == 1)
        at_once, at_rest = size_of(scratch / "worn"), _size_at_rest(scratch / "worn")
    with RunningEngine(scratch / "fresh") as engine:
        _index(engine, folder)
        fresh = _size_at_rest(scratch / "fresh")
    return [
        Figure(PART, "single-file updates", UPDATES),
        Figure(PART, "files read", worn.files_read),
        Figure(PART, "passages embedded", worn.passages_embedded),
        Figure(PART, "data folder, fresh", fresh / 1e6, "MB"),
        Figure(PART, "data folder, after the updates", at_rest / 1e6, "MB"),
        Figure(PART, "the same, beside fresh", at_rest / fresh, "times", MOST_TIMES_FRESH),
        Figure(PART, "before the old versions are dropped, beside fresh", at_once / fresh, "times"),
        Figure(PART, "largest in between, beside fresh", largest / fresh, "times", MOST_IN_BETWEEN),
    ]


def _size_at_rest(folder: Path) -> int:
    """Once it has not changed for so long that all is tidied."""
    size, since = size_of(folder), time.monotonic()
    while time.monotonic() - since < RESTS:
        time.sleep(1)
        if (now := size_of(folder)) != size:
            size, since = now, time.monotonic()
    return size


def _save(folder: Path, number: int, paragraphs: list[str]) -> None:
    (folder / f"note {number:04}.txt").write_text("\n\n".join(paragraphs), encoding="utf-8")


def _index(engine: RunningEngine, folder: Path) -> None:
    engine.call(m.ADD, m.Paths((str(folder),)))
    wait_for(engine, lambda s: s.progress.phase == "idle" and s.covered == 1 and s.counts.get("indexed") == FILES)
