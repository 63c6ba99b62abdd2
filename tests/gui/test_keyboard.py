"""The whole job by keys alone, where the focus goes, and that the window remembers itself."""

import json
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from desktop.gui.controls import Button
from desktop.gui.footnote_entry import SourceEntry
from desktop.gui.shortcuts import cycle, keys
from desktop.gui.single_instance import FirstInstance, raise_first_window
from desktop.gui.window import FootnoteWindow
from tests.gui.conftest import OpenWindow


def press(qtbot: QtBot, window: FootnoteWindow, key: str) -> None:
    """What the key does; offscreen windows are not active, so the shortcut is looked up in the table."""
    next(do for name, _, do in keys(window) if name == key)()


def test_asking_and_reading_by_keys_alone(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window()
    press(qtbot, window, "Ctrl+L")
    draft = window.conversation.composer.draft
    qtbot.waitUntil(lambda: QApplication.focusWidget() is draft)
    qtbot.keyClicks(draft, "How long?")
    qtbot.keyClick(draft, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert draft.toPlainText() == "How long?\n"
    qtbot.keyClick(draft, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(window.conversation.views) and window.conversation.views[0].answer is not None)
    entries = window.conversation.views[0].entries
    copy = next(b for b in window.conversation.views[0].findChildren(Button) if b.text() == "Copy")
    qtbot.waitUntil(lambda: entries[4].isVisible() and copy.isVisible())  # Qt shows what is new a turn later
    for _ in range(8):  # past the actions to the last footnote
        focused = QApplication.focusWidget()
        assert focused is not None
        if not isinstance(focused, SourceEntry):
            qtbot.keyClick(focused, Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    focused = QApplication.focusWidget()
    assert isinstance(focused, SourceEntry) and focused is window.conversation.views[0].entries[4]
    qtbot.keyClick(focused, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.reader is not None and window.reader.isVisible())
    press(qtbot, window, "Esc")
    assert window.reader is not None and not window.reader.isVisible()


def test_every_page_has_a_key(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window()
    for key, page in (("Ctrl+2", "library"), ("Ctrl+3", "models"), ("Ctrl+4", "tones"), ("Ctrl+5", "settings")):
        press(qtbot, window, key)
        assert window.page == page
    press(qtbot, window, "Ctrl+N")
    assert window.page == "conversation"
    press(qtbot, window, "Ctrl+K")
    assert QApplication.focusWidget() is window.side.search


def test_f6_goes_round(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window()
    window.conversation.focus_composer()
    cycle(window, 1)
    assert window.side.isAncestorOf(QApplication.focusWidget())
    cycle(window, 1)
    assert QApplication.focusWidget() is window.conversation.composer.draft
    cycle(window, -1)
    assert window.side.isAncestorOf(QApplication.focusWidget())


def test_the_list_of_keys_has_them_all(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window()
    press(qtbot, window, "F1")
    dialog = window.findChild(QDialog)
    assert dialog is not None and dialog.isVisible()
    dialog.close()


def test_the_window_remembers_itself(qtbot: QtBot, open_window: OpenWindow, tmp_path: Path) -> None:
    window = open_window()
    window.resize(900, 640)
    window.open_conversation(1)
    qtbot.waitUntil(lambda: window.conversation.conversation_id == 1)
    window.close()
    kept = json.loads((tmp_path / "window.json").read_text())["values"]
    assert kept["place"][2:] == [900, 640]
    again = open_window()
    assert (again.width(), again.height()) == (900, 640)
    qtbot.waitUntil(lambda: again.conversation.conversation_id == 1)


def test_a_second_start_raises_the_first_window(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> None:
    assert not raise_first_window(tmp_path)
    first = FirstInstance(tmp_path)
    assert first.listening
    with qtbot.waitSignal(first.window_wanted):
        assert raise_first_window(tmp_path)
    assert not raise_first_window(tmp_path / "another library")
    first.close()
    assert not raise_first_window(tmp_path)


def test_first_steps_lead_on_and_can_be_skipped(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window("empty")
    steps = window.conversation.steps

    def buttons() -> list[Button]:
        return [button for button in steps.findChildren(Button) if button.isVisible()]

    qtbot.waitUntil(lambda: len(buttons()) == 4)
    assert [button.text() for button in buttons()][0::2] == ["Choose a folder…", "Choose a model…"]
    buttons()[-1].click()
    assert window.parts.memory.get("first_steps_done")
    qtbot.waitUntil(lambda: [button.text() for button in buttons()] == ["Choose a folder…", "Get a model"])
