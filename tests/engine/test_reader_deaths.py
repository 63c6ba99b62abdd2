"""Readers that end while the engine has them read: killed from outside, or by the file; and the pane's own reader.

A workbook that is tedious to read keeps a reader busy for long enough to be met.
"""

import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from desktop.domain.files import FileRow
from desktop.protocol import engine_messages as m
from tests.support.running_engine import RunningEngine
from tests.support.slow_files import slow_workbook
from tests.unit.reading.test_workbooks import ANN, NAMES, xlsx_of

READER = "desktop.reading.process"
BUSY = 0.8  # seconds of processor time: past its start, which takes a third of it
SIZE = 95 << 20

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no signals of this kind"),
]


@pytest.fixture(scope="module")
def slow() -> bytes:
    return slow_workbook(SIZE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "boat.txt").write_text("The password of the boathouse is marmalade.")
    return folder


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[RunningEngine]:
    with RunningEngine(tmp_path / "library") as engine:
        yield engine


def busy_reader(engine: RunningEngine, without: psutil.Process | None = None) -> psutil.Process:
    """The background reader, once it is at work on something that takes it long."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for child in psutil.Process(engine.child.pid).children():
            try:
                words = child.cmdline()
                if READER in words and "--background" in words and child != without and child.cpu_times().user > BUSY:
                    return child
            except (psutil.NoSuchProcess, psutil.ZombieProcess):
                continue
        time.sleep(0.02)
    raise AssertionError("no reader was busy")


def end_readers(engine: RunningEngine, number: signal.Signals, times: int) -> None:
    """One after the other, each while it reads."""
    reader = None
    for _ in range(times):
        reader = busy_reader(engine, reader)
        os.kill(reader.pid, number)


def row(engine: RunningEngine, name: str) -> FileRow:
    (found,) = engine.call(m.LIST_FILES, m.ListFiles("", name, 0, 10)).files
    return found


def test_readers_killed_again_and_again_cost_no_file(engine: RunningEngine, folder: Path, slow: bytes) -> None:
    (folder / "slow.xlsx").write_bytes(slow)
    engine.call(m.ADD, m.Paths((str(folder),)))
    end_readers(engine, signal.SIGKILL, 3)
    engine.wait_until_indexed()
    assert (row(engine, "slow").state, row(engine, "boat").state) == ("indexed", "indexed")
    assert "walls" in (engine.data / "logs" / "engine.log").read_text()


def test_a_file_that_crashes_two_readers_is_quarantined_until_one_of_them_is_another(
    tmp_path: Path, folder: Path, slow: bytes
) -> None:
    (folder / "slow.xlsx").write_bytes(slow)
    with RunningEngine(tmp_path / "library") as engine:
        engine.call(m.ADD, m.Paths((str(folder),)))
        end_readers(engine, signal.SIGSEGV, 2)
        engine.wait_until_indexed()
        assert (row(engine, "slow").state, row(engine, "boat").state) == ("quarantined", "indexed")
        assert "twice" in row(engine, "slow").reason
        engine.call_rescan()
        engine.wait_until_indexed()
        assert row(engine, "slow").state == "quarantined"
    with RunningEngine(tmp_path / "library") as engine:
        engine.wait_until_indexed()
        assert row(engine, "slow").state == "quarantined"
    with sqlite3.connect(tmp_path / "library" / "library.db") as database:
        database.execute("UPDATE notes SET value = 'another' WHERE name = 'reader_version'")
    database.close()
    with RunningEngine(tmp_path / "library") as engine:
        engine.wait_for(lambda s: s.progress.phase == "idle" and s.counts == {"indexed": 2})


def test_a_changed_file_leaves_quarantine(engine: RunningEngine, folder: Path, slow: bytes) -> None:
    (folder / "slow.xlsx").write_bytes(slow)
    engine.call(m.ADD, m.Paths((str(folder),)))
    end_readers(engine, signal.SIGABRT, 2)
    engine.wait_until_indexed()
    assert row(engine, "slow").state == "quarantined"
    (folder / "slow.xlsx").write_bytes(xlsx_of(NAMES + ANN))
    engine.wait_for(lambda s: s.counts == {"indexed": 2})


def test_the_pane_never_waits_for_indexing(engine: RunningEngine, folder: Path, slow: bytes) -> None:
    engine.add(folder)
    (folder / "slow.xlsx").write_bytes(slow)
    engine.call_rescan()
    reader = busy_reader(engine)
    reader.suspend()
    try:
        started = time.monotonic()
        shown = engine.call(m.OPEN_TEXT, m.OpenText(row(engine, "boat").id, 0, 100, False))
        assert shown.text == "The password of the boathouse is marmalade."
        assert time.monotonic() - started < 10
        assert row(engine, "slow").state == "waiting"
    finally:
        reader.resume()
    engine.wait_for(lambda s: s.counts == {"indexed": 2})
