"""How smoothly the table of files scrolls: `python3 -m installer bench scroll`. Prints figures, fails above 50 ms.

A real window on a scripted engine with 100,000 files. What counts is the longest the event loop was kept from its next
turn; the share of it that this process computed tells a slow window from a busy computer.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QObject, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from desktop.gui.app import make_application
from desktop.gui.block_watch import BlockWatch
from desktop.gui.engine_client import EngineCommand
from desktop.gui.file_view import FileView
from desktop.gui.library_files import LibraryFiles
from desktop.gui.library_page import LibraryPage
from desktop.gui.parts import build_parts
from desktop.gui.window import FootnoteWindow
from desktop.platform_support.paths import DataFolders

LIMIT = 0.05  # seconds
TICK = 2  # milliseconds
STEPS = 300
PATIENCE = 60.0  # seconds


class Turns(QObject):
    """The longest time between two turns of the event loop, in seconds: by the clock, and of this thread's work."""

    def __init__(self) -> None:
        super().__init__()
        self._timer = QTimer(self, interval=TICK)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self.begin()
        self._timer.start()

    def begin(self) -> None:
        self.count, self.longest, self.work = 0, 0.0, 0.0
        self._clock, self._worked = time.perf_counter(), time.thread_time()

    def _tick(self) -> None:
        clock, worked = time.perf_counter(), time.thread_time()
        self.count += 1
        self.longest = max(self.longest, clock - self._clock - TICK / 1000)
        self.work = max(self.work, worked - self._worked)
        self._clock, self._worked = clock, worked


def run_until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        QApplication.processEvents()
        if time.monotonic() > deadline:
            raise TimeoutError


def turn(view: FileView) -> None:
    """One step is drawn before the next one comes, as with a hand on the wheel."""
    before = time.perf_counter()
    view.viewport().update()
    QApplication.processEvents()
    while time.perf_counter() - before < 0.008:  # the pace of a fast screen
        QApplication.processEvents()


def wheel(view: FileView, steps: int = STEPS) -> None:
    for _ in range(steps):
        middle = QPointF(view.viewport().rect().center())
        notch, none = QPoint(0, -120), Qt.MouseButton.NoButton
        place = QPointF(view.viewport().mapToGlobal(middle.toPoint()))
        event = QWheelEvent(middle, place, QPoint(), notch, none, Qt.KeyboardModifier.NoModifier,
                            Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
        QApplication.sendEvent(view.viewport(), event)
        turn(view)


def drag(view: FileView, steps: int = STEPS) -> None:
    """The whole list from top to bottom and back by its scroll bar."""
    bar = view.verticalScrollBar()
    for step in [*range(steps), *range(steps, -1, -1)]:
        bar.setValue(bar.maximum() * step // steps)
        turn(view)


def changes(view: FileView) -> None:
    """Every thirtieth turn the list is asked for again, as while files are read."""
    bar = view.verticalScrollBar()
    for step in range(STEPS):
        bar.setValue(bar.maximum() // 3 + 40 * step)
        if step % 30 == 0:
            view.table.reload()
        turn(view)


def copy_whole(page: LibraryFiles) -> None:
    page.doing.copy_list.trigger()
    run_until(lambda: not page.doing.copying.busy)


def choose_all(page: LibraryFiles) -> None:
    for _ in range(10):
        page.view.selectAll()
        turn(page.view)
        page.view.clearSelection()
        turn(page.view)


def open_library(window: FootnoteWindow) -> LibraryFiles:
    window.show_page("library")
    page = window.pages["library"]
    assert isinstance(page, LibraryPage)
    run_until(lambda: page.list.table.file_at(0) is not None)
    return page.list


def scenes(page: LibraryFiles) -> dict[str, Callable[[], None]]:
    return {
        "wheel": lambda: wheel(page.view),
        "scroll bar over all rows": lambda: drag(page.view),
        "while the library changes": lambda: changes(page.view),
        "choosing all": lambda: choose_all(page),
        "copying the list": lambda: copy_whole(page),
    }


def main() -> int:
    application = make_application(["scroll"])
    broken = False
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        command = EngineCommand(sys.executable, ("-m", "tests.gui.fake_engine", scratch, "many"), folder / "fake.log")
        parts = build_parts(application, DataFolders(folder, folder, folder), command)
        window = FootnoteWindow(parts)
        window.resize(1280, 800)
        window.show()
        parts.client.start()
        run_until(lambda: parts.state.status)
        page = open_library(window)
        watch = BlockWatch()
        watch.start(application)
        turns = Turns()
        for name, scene in scenes(page).items():
            turns.begin()
            scene()
            over = turns.work > LIMIT
            broken = broken or over
            told = f"longest turn {turns.longest * 1000:.0f} ms, {turns.work * 1000:.0f} ms of it work"
            print(f"{name}: {told}, {turns.count} turns{'  BROKEN' if over else ''}")
        print(f"files: {page.table.rowCount():,}; blocks that the window would log, worst: {watch.worst * 1000:.0f} ms")
        print(f"load average: {[round(load, 1) for load in os.getloadavg()] if hasattr(os, 'getloadavg') else []}")
        window.close()
    return int(broken)


if __name__ == "__main__":
    sys.exit(main())
