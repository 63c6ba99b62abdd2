"""How the costs grow from 1,000 to 10,000 to 100,000 files, with a plot drawn by hand as SVG."""

import statistics
import time
from pathlib import Path

from desktop.protocol import engine_messages as m
from tests.benchmarks.indexing.figures import Figure
from tests.benchmarks.indexing.memory_use import memory_of
from tests.benchmarks.indexing.scanning import scan_times, small_files
from tests.benchmarks.indexing.updates import size_of
from tests.benchmarks.indexing.waiting import found_after, wait_for
from tests.support.running_engine import RunningEngine

PART = "growth"
SIZES = (1_000, 10_000, 100_000)
ASKED, EDITS = 15, 3


def measure(scratch: Path) -> list[Figure]:
    return [figure for size in SIZES for figure in _of_size(scratch / str(size), size)]


def _of_size(scratch: Path, size: int) -> list[Figure]:
    folder = small_files(scratch / "papers", size)
    scan, bare, _ = scan_times(folder, scratch / "table", 3)
    with RunningEngine(scratch / "library") as engine:
        started = time.monotonic()
        engine.call(m.ADD, m.Paths((str(folder),)))
        wait_for(
            engine, lambda s: s.counts.get("indexed") == size and s.covered == 1 and s.progress.phase == "idle", 0.5
        )
        indexed = time.monotonic() - started
        asked = [_seconds(engine, n) for n in range(ASKED)]
        edits = [_edit(engine, folder, n) for n in range(EDITS)]
        wait_for(engine, lambda s: s.progress.phase == "idle")
        memory = memory_of(engine.child.pid)
        data = size_of(scratch / "library")
    name = f"{size:,} files"
    return [
        Figure(PART, f"{name}: added to searchable", indexed, "s"),
        Figure(PART, f"{name}: scan, unchanged", scan, "s"),
        Figure(PART, f"{name}: bare walk", bare, "s"),
        Figure(PART, f"{name}: a question", statistics.median(asked) * 1_000, "ms"),
        Figure(PART, f"{name}: saved to searchable", statistics.median(edits), "s"),
        Figure(PART, f"{name}: engine memory", memory / 1e6, "MB"),
        Figure(PART, f"{name}: data folder", data / 1e6, "MB"),
    ]


def _seconds(engine: RunningEngine, number: int) -> float:
    started = time.perf_counter()
    engine.search(f"Who filed paper {number * 7}?", 10)
    return time.perf_counter() - started


def _edit(engine: RunningEngine, folder: Path, number: int) -> float:
    word = f"quillfeather{number}x"
    file = folder / "year-00" / "box-0001" / f"paper {250 + number:06}.txt"
    wait_for(engine, lambda s: s.progress.phase == "idle")
    started = time.monotonic()
    file.write_text(f"The {word} was filed by nobody.", encoding="utf-8")
    return found_after(engine, word, started)
