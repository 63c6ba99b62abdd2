"""Pauses of text recognition: the sign between the processes, and the time in which they don't count."""

import threading
import time
from pathlib import Path

from desktop.reading.ocr_pausing import PauseSign, WorkingTime


def test_the_sign_is_waited_for(tmp_path: Path) -> None:
    sign = PauseSign(tmp_path / "scratch")
    sign.wait()
    sign.show(True)
    waiting = threading.Thread(target=PauseSign(tmp_path / "scratch").wait)
    waiting.start()
    waiting.join(0.2)
    assert waiting.is_alive()
    sign.show(False)
    waiting.join(5)
    assert not waiting.is_alive()
    sign.show(False)


def test_a_sign_that_can_not_be_written_holds_nothing_up(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    sign = PauseSign(tmp_path / "file")
    sign.show(True)
    sign.wait()


def test_time_is_over_after_so_much_work_and_pauses_are_none(tmp_path: Path) -> None:
    over = threading.Event()
    work = WorkingTime(0.3, over.set)
    work.pause(True)
    with work:
        assert not over.wait(0.5)
        begun = time.monotonic()
        work.pause(False)
        assert over.wait(5) and time.monotonic() - begun > 0.25


def test_what_is_done_in_time_is_never_over(tmp_path: Path) -> None:
    over = threading.Event()
    work = WorkingTime(0.3, over.set)
    for _ in range(3):
        with work:
            assert not over.wait(0.15), "each piece has its own time"
    assert not over.wait(0.4)
    work.pause(False)
    assert not over.wait(0.4), "nothing is done now"
