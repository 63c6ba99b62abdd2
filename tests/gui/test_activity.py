"""The engine is told that somebody is at the computer: when the window opens, and when the focus has moved."""

from pathlib import Path

from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop.gui.activity import Activity
from desktop.gui.engine_client import EngineClient
from desktop.gui.restart_rules import RestartRules
from tests.gui.conftest import QUICK, fake_command


def test_it_is_told_when_the_window_opens_and_when_somebody_does_something(qtbot: QtBot, tmp_path: Path) -> None:
    told = tmp_path / "active.log"

    def times() -> int:
        return len(told.read_text(encoding="utf-8").split()) if told.exists() else 0

    window = QWidget()
    first, second = QLineEdit(), QLineEdit()
    whole = QVBoxLayout(window)
    whole.addWidget(first)
    whole.addWidget(second)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    first.setFocus()
    qtbot.waitUntil(first.hasFocus)
    client = EngineClient(fake_command(tmp_path), RestartRules(QUICK))
    activity = Activity(client)
    with qtbot.waitSignal(client.engine_started):
        client.start()
    qtbot.waitUntil(lambda: times() == 1)
    activity.look()
    second.setFocus()
    activity.look()
    qtbot.waitUntil(lambda: times() == 2)  # the first look found nobody
    client.close()
    assert times() == 2
