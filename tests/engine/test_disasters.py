"""The disk is full or closed, the database is held by another program, the newest version of the index is empty."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from desktop.platform_support.environment import child_environment
from desktop.protocol import engine_messages as m
from desktop.protocol.common_messages import Nothing
from tests.support.mounting import disk, only_root_may_mount
from tests.support.running_engine import RunningEngine


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    for n in range(3):
        (folder / f"{n}.txt").write_text(f"The harbour master of pier {n} keeps a lantern.", encoding="utf-8")
    return folder


def test_only_the_newest_manifest_is_cut_to_nothing(tmp_path: Path, folder: Path) -> None:
    """As after a power cut: the versions before it are whole."""
    with RunningEngine(tmp_path / "library") as engine:
        engine.add(folder)
    for table in (tmp_path / "library" / "passages.lance").glob("*.lance"):
        newest = max((table / "_versions").glob("*.manifest"), key=lambda path: path.stat().st_mtime_ns)
        newest.write_bytes(b"")
    with RunningEngine(tmp_path / "library") as engine:
        engine.wait_for(lambda s: s.counts == {"indexed": 3} and s.covered == 1.0 and s.progress.phase == "idle")
        assert engine.search("lantern of pier 2")
        assert engine.call(m.CHECK, Nothing()).problems == ()
        assert engine.status().files_read == 3, "no file was read again"


def test_damaged_words_cost_no_vector(tmp_path: Path, folder: Path) -> None:
    with RunningEngine(tmp_path / "library") as engine:
        before = engine.add(folder)
    (words,) = (tmp_path / "library" / "passages.lance").glob("words_*.lance")
    for path in words.rglob("*.lance"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with RunningEngine(tmp_path / "library") as engine:
        engine.wait_until_found("lantern")
        after = engine.wait_for(lambda s: s.progress.phase == "idle" and s.covered == 1.0)
        assert after.passages_embedded == before.passages_embedded
        assert engine.call(m.CHECK, Nothing()).problems == ()


def test_indexing_waits_while_another_program_holds_the_database(tmp_path: Path, folder: Path) -> None:
    """A backup, say. It is said, reading goes on, nothing is lost, and all goes on by itself."""
    library = tmp_path / "library"
    with RunningEngine(library) as engine:
        engine.add(folder)
        with holding(library / "library.db"):
            (folder / "new.txt").write_text("A marmalade boathouse.", encoding="utf-8")
            waits = engine.wait_for(lambda s: s.progress.phase == "hindered").progress
            assert waits.problem.startswith("Another program is using the library. Close it; Footnote goes on")
            assert engine.search("lantern of pier 2")
        engine.wait_until_found("marmalade")
        status = engine.wait_for(lambda s: s.progress.phase == "idle" and s.covered == 1.0)
        assert (status.counts, status.progress.problem) == ({"indexed": 4}, "")
        assert engine.call(m.CHECK, Nothing()).problems == ()
    with holding(library / "library.db"), RunningEngine(library) as engine:
        engine.wait_for(lambda s: s.progress.phase == "hindered")  # an engine that starts then
        assert engine.search("marmalade boathouse")


@contextmanager
def holding(database: Path) -> Iterator[None]:
    """Another process may write, and does not."""
    script = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('BEGIN IMMEDIATE'); print(1, flush=True)"
    command = [sys.executable, "-c", f"{script}; sys.stdin.read()", str(database)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None and other.stdout.readline()
        yield
        other.communicate()


@pytest.mark.skipif(sys.platform == "win32", reason="no small disk can be made there")
def test_a_full_disk_is_said_and_nothing_is_lost(tmp_path: Path, folder: Path) -> None:
    if only_root_may_mount(__file__, "test_a_full_disk_is_said_and_nothing_is_lost"):
        return
    small = tmp_path / "small"
    with disk(small):
        library, ballast = small / "library", small / "ballast"
        with RunningEngine(library) as engine:
            engine.add(folder)
            fill(ballast)
            for n in range(40):
                words = " ".join(f"Line {i} of {n} tells of quays and cranes." for i in range(400))
                (folder / f"long {n}.txt").write_text(words, encoding="utf-8")
            said = subprocess.run(
                [sys.executable, "-m", "desktop.cli.main", "--data", str(library), "add", "--wait", str(folder)],
                env=child_environment(),
                capture_output=True,
                text=True,
                timeout=120,
            )
            assert said.returncode == 3 and "The disk is full. Free some space" in said.stderr, said
            assert "Traceback" not in said.stderr
            engine.wait_for(lambda s: s.progress.problem.startswith("The disk is full."))
            assert engine.search("lantern of pier 2")
            ballast.unlink()
            for n in range(40):
                (folder / f"long {n}.txt").unlink()
            (folder / "short.txt").write_text("A marmalade boathouse.", encoding="utf-8")
            engine.call_rescan()
            engine.wait_for(lambda s: s.counts == {"indexed": 4} and s.progress.phase == "idle")
            assert engine.search("marmalade boathouse") and engine.search("lantern of pier 2")
            assert engine.call(m.CHECK, Nothing()).problems == ()


def fill(ballast: Path) -> None:
    """With all that is left of the disk."""
    with ballast.open("wb") as file:
        try:
            while file.write(b"\0" * 65_536):
                file.flush()
        except OSError:
            pass


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only root may mount")
def test_a_data_folder_that_can_not_be_written_is_named(tmp_path: Path, folder: Path) -> None:
    library = tmp_path / "library"
    with RunningEngine(library) as engine:
        engine.add(folder)
    closed = tmp_path / "closed"
    closed.mkdir()
    shutil.copytree(library, closed / "library")
    bound = ["mount", "--bind", str(closed), str(closed)], ["mount", "-o", "remount,ro,bind", str(closed)]
    if any(subprocess.run(command, capture_output=True).returncode for command in bound):
        pytest.skip("nothing can be mounted here")
    try:
        said = subprocess.run(
            [sys.executable, "-m", "desktop.cli.main", "--data", str(closed / "library"), "search", "lantern"],
            env=child_environment(),
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert said.returncode == 3, said
        assert "can't be used" in said.stderr or "could not be opened or written to" in said.stderr, said.stderr
        assert "Traceback" not in said.stderr
    finally:
        subprocess.run(["umount", "-l", str(closed)], check=False)
