"""A scan of many unchanged files beside a bare walk of `os.scandir` and `stat`; a folder of 10,000 files renamed."""

import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from desktop.indexing.reconciling import Reconciler
from desktop.protocol import engine_messages as m
from desktop.storage.database import Database
from desktop.storage.file_table import FileTable
from tests.benchmarks.indexing.figures import Figure
from tests.benchmarks.indexing.waiting import wait_for
from tests.support.running_engine import RunningEngine

PART = "scanning"
FILES, RENAMED, ROUNDS = 100_000, 10_000, 5
MOST_TIMES_BARE = 2.5


def small_files(folder: Path, count: int, each_folder: int = 250, contents: int = 400) -> Path:
    """Small text files; one in so many says something of its own."""
    for n in range(count):
        place = folder / f"year-{n // 10_000:02}" / f"box-{n // each_folder:04}"
        if n % each_folder == 0:
            place.mkdir(parents=True, exist_ok=True)
        (place / f"paper {n:06}.txt").write_text(f"Paper {n % contents} was filed by the clerk.", encoding="utf-8")
    return folder


def bare_walk(root: Path) -> int:
    """Files below a folder, each with its stat."""
    count, stack = 0, [str(root)]
    while stack:
        with os.scandir(stack.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    stack.append(entry.path)
                elif entry.is_file(follow_symlinks=False):
                    entry.stat(follow_symlinks=False)
                    count += 1
    return count


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def scan_times(folder: Path, library: Path, rounds: int = ROUNDS) -> tuple[float, float, float]:
    """Medians: a scan of what is known and unchanged, a bare walk; and the first scan, in seconds."""
    database = Database(library / "library.db")
    files = FileTable(database)
    files.add_folder(str(folder), False)
    reconciler = Reconciler(files)
    first = seconds(lambda: reconciler.scan(files.folders()))
    taken = [
        (seconds(lambda: reconciler.scan(files.folders())), seconds(lambda: bare_walk(folder))) for _ in range(rounds)
    ]
    assert not reconciler.scan(files.folders()), "a scan of unchanged files changed something"
    database.close()
    return statistics.median(t[0] for t in taken), statistics.median(t[1] for t in taken), first


def measure(scratch: Path) -> list[Figure]:
    folder = small_files(scratch / "papers", FILES)
    scan, bare, first = scan_times(folder, scratch / "table")
    return [
        Figure(PART, f"first scan of {FILES:,} files", first, "s"),
        Figure(PART, "scan of the same, unchanged", scan, "s"),
        Figure(PART, "bare walk", bare, "s"),
        Figure(PART, "scan beside bare walk", scan / bare, "times", MOST_TIMES_BARE),
        *_rename(scratch),
    ]


def _rename(scratch: Path) -> list[Figure]:
    folder = small_files(scratch / "boxes", RENAMED) / "year-00"
    with RunningEngine(scratch / "library") as engine:
        engine.call(m.ADD, m.Paths((str(scratch / "boxes"),)))
        before = wait_for(engine, lambda s: s.covered == 1 and s.counts.get("indexed") == RENAMED)
        started = time.monotonic()
        folder.rename(folder.with_name("another year"))
        while not all("another year" in file for file in _first_files(engine)):
            time.sleep(0.05)
        taken = time.monotonic() - started
        after = wait_for(engine, lambda s: s.progress.phase == "idle")
    return [
        Figure(
            PART,
            f"folder of {RENAMED:,} files renamed: embedded",
            after.passages_embedded - before.passages_embedded,
            "",
            0,
        ),
        Figure(PART, "the same: files read", after.files_read - before.files_read, "", 0),
        Figure(PART, "renamed to known by its new name", taken, "s"),
    ]


def _first_files(engine: RunningEngine) -> list[str]:
    return [row.path for row in engine.call(m.LIST_FILES, m.ListFiles("", "", 0, 3)).files]
