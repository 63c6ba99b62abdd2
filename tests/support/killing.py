"""Indexing is killed: a random process at a random moment; then what was lost, doubled or read again.

One library for all runs: each adds a folder, kills, starts again what was killed, and looks at everything. Half of the
time passes inside of tedious workbooks, so that kills meet a reading; `scans` brings text recognition in.
"""

import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from desktop.protocol import engine_messages as m
from desktop.protocol.common_messages import Nothing
from tests.support.running_engine import RunningEngine
from tests.support.slow_files import slow_workbook, small_scan

NOTES, PARAGRAPHS = 12, 6
WORKBOOKS, TEDIOUS = 2, 8 << 20
WORDS = "amber basalt cedar delta ember fjord garnet harbour island juniper kelp lagoon meadow nickel orchard".split()
NEVER_READ = 1_000_000_000  # a time of last reading that says: not since it was made
ENGINE = "desktop.engine"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one kill did. `read_again` is None where the disk keeps no times of reading."""

    victim: str
    after: float
    read_again: int | None
    problems: tuple[str, ...]

    @property
    def harmless(self) -> bool:
        return not self.problems and (self.read_again or 0) <= 1


class Killing:
    """`home` holds folders and library; `seed` decides on victims and moments.

    `scans`: one page a folder is a picture.
    """

    def __init__(self, home: Path, seed: int, scans: bool = False) -> None:
        self._home, self._chance = home, random.Random(seed)
        self._scans, self._workbook = scans, slow_workbook(TEDIOUS)
        self._files = NOTES + WORKBOOKS + int(scans)
        self._added = 0
        self._usual = 1.0
        self._keeps_times = _keeps_times(home)

    def runs(self, count: int) -> Iterator[Outcome]:
        engine = self._start()
        try:
            self._add(engine)
            started = time.monotonic()
            engine.wait_until_indexed()
            self._usual = time.monotonic() - started
            for _ in range(count):
                outcome, engine = self._run(engine)
                yield outcome
        finally:
            engine.__exit__(None, None, None)

    def _run(self, engine: RunningEngine) -> tuple[Outcome, RunningEngine]:
        files = self._add(engine)
        delay = self._chance.uniform(0, 1.3 * self._usual)
        time.sleep(delay)
        with _standing_still(engine):
            children = engine.children()
            victim = self._chance.choice([ENGINE, *sorted(children)])
            before = {file: file.stat().st_atime_ns for file in files}
            if victim != ENGINE:
                os.kill(children[victim], signal.SIGKILL)
        if victim == ENGINE:
            engine.kill()
            engine.__exit__(None, None, None)
            engine = self._start()
        status = engine.wait_for(lambda s: s.progress.phase == "idle" and s.covered == 1.0)
        again = [f for f in files if before[f] != NEVER_READ * 10**9 and f.stat().st_atime_ns != before[f]]
        problems = self._problems(engine, status)
        return Outcome(victim, delay, len(again) if self._keeps_times else None, problems), engine

    def _start(self) -> RunningEngine:
        return RunningEngine(self._home / "library").__enter__()

    def _add(self, engine: RunningEngine) -> list[Path]:
        """The files that are read once: a scan is read again for its pictures, and once they are recognised."""
        self._added += 1
        folder = self._home / f"folder {self._added}"
        folder.mkdir()
        for number in range(NOTES):
            words = [self._chance.choices(WORDS, k=60) for _ in range(PARAGRAPHS)]
            text = "\n\n".join(" ".join(paragraph) for paragraph in words)
            (folder / f"note {number}.txt").write_text(text, encoding="utf-8")
        for number in range(WORKBOOKS):
            (folder / f"workbook {number}.xlsx").write_bytes(self._workbook + b"%d %d" % (self._added, number))
        files = sorted(folder.iterdir())
        for file in files:
            # with a change still to come, the disk notes every reading
            os.utime(file, (NEVER_READ, time.time() + 86_400))
        if self._scans:
            (folder / "scan.pdf").write_bytes(small_scan(f"The harbour master counts {self._added} herons"))
        engine.call(m.ADD, m.Paths((str(folder),)))
        return files

    def _problems(self, engine: RunningEngine, status: m.Status) -> tuple[str, ...]:
        problems = [*engine.call(m.CHECK, Nothing()).problems]
        if status.counts != {"indexed": self._added * self._files}:
            problems.append(f"states: {status.counts} of {self._added * self._files} files")
        rows = engine.call(m.LIST_FILES, m.ListFiles("", "", 0, 1_000, "modified", True)).files
        if len({row.path for row in rows}) != len(rows):
            problems.append("a file is listed twice")
        problems += [f"{row.path} has no passages" for row in rows if not row.passages]
        return tuple(problems)


@contextmanager
def _standing_still(engine: RunningEngine) -> Iterator[None]:
    """Between looking and killing nothing goes on."""
    os.kill(engine.child.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(engine.child.pid, signal.SIGCONT)


def _keeps_times(home: Path) -> bool:
    probe = home / "probe"
    probe.write_text("x", encoding="utf-8")
    os.utime(probe, (NEVER_READ, time.time() + 86_400))
    probe.read_text(encoding="utf-8")
    kept = probe.stat().st_atime_ns != NEVER_READ * 10**9
    probe.unlink()
    return kept
