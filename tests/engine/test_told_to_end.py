"""An engine that is told to end leaves no file to blame for it, however soon it is killed; a crash does.

What the next engine makes of the note: tests/unit/indexing/test_reading_queue.py.
"""

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.domain.errors import FootnoteError
from desktop.protocol import engine_messages as m
from desktop.protocol.common_messages import Nothing
from tests.support.running_engine import RunningEngine

READER = "desktop.reading.process"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals of this kind")


def end_of_input(engine: RunningEngine) -> None:
    engine.child.close()


def signalled(number: int) -> Callable[[RunningEngine], None]:
    return lambda engine: os.kill(engine.child.pid, number)


@pytest.mark.parametrize(
    ("tell", "left"),
    [
        pytest.param(end_of_input, False, id="end of input"),
        pytest.param(signalled(signal.SIGTERM), False, id="logout"),
        pytest.param(lambda _: None, True, id="killed at once"),
    ],
)
def test_the_file_under_way_is_noted_for_a_crash_alone(
    tmp_path: Path, tell: Callable[[RunningEngine], None], left: bool
) -> None:
    folder, note = tmp_path / "documents", tmp_path / "library" / "reading.note"
    folder.mkdir()
    (folder / "boat.txt").write_text("The password of the boathouse is marmalade.")
    with RunningEngine(tmp_path / "library") as engine:
        engine.add(folder)
        # a reader that stands still is a long file; a job that waits for it keeps the engine from ending
        reader = engine.children()[READER]
        os.kill(reader, signal.SIGSTOP)
        (folder / "long.txt").write_text("The lighthouse keeper is called Bramblewick.")
        wait_until(lambda: note.read_text().strip() != "")
        job = threading.Thread(target=ask_for_a_check, args=(engine,))
        job.start()
        tell(engine)
        if not left:
            wait_until(lambda: note.read_text().strip() == "")
        engine.kill()
        with contextlib.suppress(ProcessLookupError):  # the engine may have ended in order, and its reader with it
            os.kill(reader, signal.SIGKILL)
        job.join()
    assert bool(note.read_text().strip()) is left


def ask_for_a_check(engine: RunningEngine) -> None:
    with contextlib.suppress(FootnoteError):
        engine.call(m.CHECK, Nothing())


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_told_by_a_signal_it_ends_in_order(tmp_path: Path) -> None:
    with RunningEngine(tmp_path / "library") as engine:
        os.kill(engine.child.pid, signal.SIGHUP)
        assert engine.child.process.wait(20) == 0
