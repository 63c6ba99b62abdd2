"""A window on a scripted engine, opened and closed for each test."""

import gc
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtCore import QEvent, QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.gui.engine_client import EngineCommand
from desktop.gui.parts import build_parts
from desktop.gui.restart_rules import RestartRules
from desktop.gui.window import FootnoteWindow
from desktop.platform_support.paths import DataFolders

OpenWindow = Callable[..., FootnoteWindow]
QUICK = (0.01, 0.02, 0.05)  # seconds between restarts


def fake_command(folder: Path, *words: str) -> EngineCommand:
    return EngineCommand(sys.executable, ("-m", "tests.gui.fake_engine", str(folder), *words), folder / "engine.log")


@pytest.fixture(scope="module", autouse=True)
def nothing_of_qt_left() -> Iterator[None]:
    """A thread of a later test that happens to collect garbage must not destroy windows: Qt crashes on that."""
    yield
    gc.collect()


@pytest.fixture
def open_window(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[OpenWindow]:
    """`open_window(*words, ready=True)`: words are those of the fake engine; ready waits for its first answers."""
    windows: list[FootnoteWindow] = []

    def open_one(*words: str, ready: bool = True) -> FootnoteWindow:
        folders = DataFolders(tmp_path, tmp_path, tmp_path)
        parts = build_parts(qapp, folders, fake_command(tmp_path, *words), RestartRules(QUICK))
        window = FootnoteWindow(parts)
        windows.append(window)
        window.show()
        parts.client.start()
        if ready:
            state = parts.state
            qtbot.waitUntil(lambda: bool(state.status and state.models and state.tones and state.settings))
            qtbot.waitUntil(lambda: window.side.list.rowCount() > 0 or "empty" in words)
        return window

    yield open_one
    for window in windows:
        window.close()
        window.deleteLater()
    qapp.processEvents()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


class Opened(QObject):
    """Takes the place of the system's file manager and apps."""

    def __init__(self) -> None:
        super().__init__()
        self.paths: list[str] = []

    @Slot(QUrl)
    def take(self, url: QUrl) -> None:
        self.paths.append(str(Path(url.toLocalFile())))


@pytest.fixture
def opened() -> Iterator[list[str]]:
    """Paths that the system was asked to open."""
    handler = Opened()
    QDesktopServices.setUrlHandler("file", handler, "take")
    yield handler.paths
    QDesktopServices.unsetUrlHandler("file")


@pytest.fixture
def calls(tmp_path: Path) -> Callable[[], list[str]]:
    """What the fake engine was told to do, in order."""

    def read() -> list[str]:
        log = tmp_path / "calls.log"
        return log.read_text(encoding="utf-8").splitlines() if log.exists() else []

    return read
