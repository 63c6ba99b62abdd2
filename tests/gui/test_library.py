"""Adding, removing and looking at files; conversations deleted and brought back."""

from collections.abc import Callable

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from desktop.gui.controls import Button
from desktop.gui.library_page import LibraryPage
from desktop.gui.window import FootnoteWindow
from tests.gui.conftest import OpenWindow

Calls = Callable[[], list[str]]


def library(qtbot: QtBot, window: FootnoteWindow) -> LibraryPage:
    window.show_page("library")
    page = window.pages["library"]
    assert isinstance(page, LibraryPage)
    qtbot.waitUntil(lambda: page.table.rowCount() > 0)
    return page


def dragged(*paths: str) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(path) for path in paths])
    return mime


def drop(window: FootnoteWindow, *paths: str) -> None:
    mime = dragged(*paths)
    copy, left, no_key = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    window.dragEnterEvent(QDragEnterEvent(QPoint(9, 9), copy, mime, left, no_key))
    assert window.drop.isVisible()
    window.dropEvent(QDropEvent(QPointF(9, 9), copy, mime, left, no_key))


def sheet(window: FootnoteWindow) -> str:
    return "\n".join(label.text() for label in window.drop.findChildren(QLabel) if not label.isHidden())


def test_a_drop_says_what_it_would_do_then_adds(qtbot: QtBot, open_window: OpenWindow, calls: Calls) -> None:
    window = open_window("empty")
    drop(window, "/home/ada/Contracts")
    qtbot.waitUntil(lambda: window.drop.add is not None)
    qtbot.waitUntil(lambda: "1,204 files, 310 MB" in sheet(window))  # Qt shows new children a turn later
    assert "800 pdf, 404 docx" in sheet(window)
    assert calls() == []
    qtbot.keyClick(window.drop.add, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: calls() == ["add /home/ada/Contracts"])
    qtbot.waitUntil(lambda: window.parts.state.has_folders)
    assert not window.drop.isVisible()


def test_escape_adds_nothing(qtbot: QtBot, open_window: OpenWindow, calls: Calls) -> None:
    window = open_window("empty")
    drop(window, "/home/ada/Contracts")
    qtbot.waitUntil(lambda: window.drop.add is not None)
    qtbot.keyClick(window.drop.add, Qt.Key.Key_Escape)
    assert not window.drop.isVisible()
    assert calls() == []


def test_what_is_refused_says_why_and_can_only_be_closed(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window()
    drop(window, "/home/ada/old.zip")
    qtbot.waitUntil(lambda: "Zip archives can't be read." in sheet(window))
    assert window.drop.add is None


def test_a_dropped_model_and_a_dropped_tone(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window("empty")
    drop(window, "/m/new-model.gguf", "/m/my-tone.gguf")
    qtbot.waitUntil(lambda: window.drop.add is not None)
    assert window.drop.add is not None
    window.drop.add.click()
    state = window.parts.state
    qtbot.waitUntil(lambda: state.has_model and state.tones is not None and len(state.tones.tones) == 1)
    assert window.conversation.composer.models.currentText() == "new-model"


def test_removing_a_folder_can_be_undone(qtbot: QtBot, open_window: OpenWindow, calls: Calls) -> None:
    window = open_window()
    page = library(qtbot, window)
    next(b for b in page.findChildren(Button) if b.text() == "Remove").click()
    assert window.bar.current is not None and "leaves the library" in window.bar.current.text
    next(b for b in window.bar.findChildren(Button) if b.text() == "Undo" and not b.isHidden()).click()
    assert window.bar.current is None
    assert calls() == []
    assert any("Contracts" in label.text() for label in page.findChildren(QLabel))


def test_removing_without_undo_removes(qtbot: QtBot, open_window: OpenWindow, calls: Calls) -> None:
    window = open_window()
    page = library(qtbot, window)
    next(b for b in page.findChildren(Button) if b.text() == "Remove").click()
    window.bar.put_away()
    qtbot.waitUntil(lambda: calls() == ["remove 1"])


def test_only_rows_in_sight_are_asked_for(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window()
    page = library(qtbot, window)
    assert page.table.rowCount() == 1204
    assert page.table.file(page.table.index(1200, 0)) is None
    page.view.scrollToBottom()
    qtbot.waitUntil(lambda: page.table.file(page.table.index(1203, 0)) is not None)
    assert page.table.file(page.table.index(600, 0)) is None


def test_the_list_is_filtered_by_state_and_text(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window()
    page = library(qtbot, window)
    page.states.setCurrentIndex(page.states.findData("locked"))
    page.states.activated.emit(page.states.currentIndex())
    qtbot.waitUntil(lambda: page.table.rowCount() == 1)
    assert page.table.index(0, 4).data() == "It is protected by a password."
    page.states.setCurrentIndex(0)
    qtbot.keyClicks(page.containing, "late_fees")
    qtbot.waitUntil(lambda: page.table.rowCount() == 1 and page.table.index(0, 0).data() == "late_fees.py")


def test_a_deleted_conversation_comes_back(qtbot: QtBot, open_window: OpenWindow, calls: Calls) -> None:
    window = open_window()
    side = window.side
    side.view.setCurrentIndex(side.list.index_of(1))
    qtbot.keyClick(side.view, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: window.bar.current is not None and not side.list.index_of(1).isValid())
    next(b for b in window.bar.findChildren(Button) if b.text() == "Undo" and not b.isHidden()).click()
    qtbot.waitUntil(lambda: side.list.index_of(1).isValid())
    assert calls() == ["delete 1", "restore 1"]


def test_conversations_are_grouped_searched_and_renamed(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window()
    rows = window.side.list
    shown = [rows.index(n).data() for n in range(rows.rowCount())]
    assert [text for text in shown if text in ("Today", "Last week", "Older")] == ["Today", "Last week", "Older"]
    rows.setData(rows.index_of(2), "Regions", Qt.ItemDataRole.EditRole)
    qtbot.waitUntil(lambda: rows.index_of(2).data() == "Regions")
    qtbot.keyClicks(window.side.search, "regi")
    qtbot.waitUntil(lambda: rows.rowCount() == 2)


def test_settings_go_to_the_engine_and_the_theme_follows(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window()
    window.show_page("settings")
    theme = window.parts.theme
    window.parts.state.change_setting("theme", "dark")
    qtbot.waitUntil(lambda: theme.dark)
    window.parts.state.change_setting("theme", "light")
    qtbot.waitUntil(lambda: not theme.dark)
    window.parts.state.change_setting("answer_tokens", 7)
    qtbot.waitUntil(lambda: window.bar.current is not None)
    assert "Longest answer" in (window.bar.current.text if window.bar.current else "")
