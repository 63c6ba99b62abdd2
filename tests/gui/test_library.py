"""Adding and removing, the library in numbers, its folders; conversations deleted and brought back."""

import dataclasses
from collections.abc import Callable

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from desktop.gui.controls import Button
from desktop.gui.folder_rows import FolderRow
from desktop.gui.library_files import LibraryFiles
from desktop.gui.library_page import LibraryPage
from desktop.gui.library_summary import summary_parts
from desktop.gui.window import FootnoteWindow
from tests.gui.conftest import OpenWindow

Calls = Callable[[], list[str]]


def library(qtbot: QtBot, window: FootnoteWindow) -> LibraryFiles:
    window.show_page("library")
    page = window.pages["library"]
    assert isinstance(page, LibraryPage)
    qtbot.waitUntil(lambda: page.list.table.rowCount() > 0)
    return page.list


def choose(row: FolderRow, text: str) -> None:
    """As a click in the row's menu would."""
    next(action for action in row.menu().actions() if action.text() == text).trigger()


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
    choose(page.folders.rows[1], "Remove from the library")
    assert window.bar.current is not None and "leaves the library" in window.bar.current.text
    next(b for b in window.bar.findChildren(Button) if b.text() == "Undo" and not b.isHidden()).click()
    assert window.bar.current is None
    assert calls() == []
    assert any("Contracts" in label.text() for label in page.findChildren(QLabel))


def test_removing_without_undo_removes(qtbot: QtBot, open_window: OpenWindow, calls: Calls) -> None:
    window = open_window()
    page = library(qtbot, window)
    choose(page.folders.rows[1], "Remove from the library")
    window.bar.put_away()
    qtbot.waitUntil(lambda: calls() == ["remove 1"])


def test_forgetting_asks_first_and_says_what_was_looked_for(
    qtbot: QtBot, open_window: OpenWindow, calls: Calls
) -> None:
    window = open_window()
    page = library(qtbot, window)
    choose(page.folders.rows[1], "Forget for good…")
    assert window.bar.current is not None and "answers made from its files are deleted too" in window.bar.current.text
    window.bar.put_away()
    assert calls() == []
    choose(page.folders.rows[1], "Forget for good…")
    next(b for b in window.bar.findChildren(Button) if b.text() == "Forget now" and not b.isHidden()).click()
    qtbot.waitUntil(lambda: window.bar.current is not None and "none is left" in window.bar.current.text)
    assert "2 answers were deleted" in window.bar.current.text
    assert calls() == ["remove 1"]


def test_files_that_will_not_come_back_are_let_go(qtbot: QtBot, open_window: OpenWindow, calls: Calls) -> None:
    window = open_window("folders")
    library(qtbot, window).folders.rows[4].gone.click()
    assert window.bar.current is not None
    assert window.bar.current.text.startswith("Are the 12 missing files of “")
    assert "gone for good?" in window.bar.current.text
    next(b for b in window.bar.findChildren(Button) if b.text() == "They are gone" and not b.isHidden()).click()
    qtbot.waitUntil(lambda: calls() == ["forget missing 4"])


def test_the_library_in_one_line_leads_to_its_files(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window("problems")
    page = library(qtbot, window)
    assert page.summary.texts[:4] == ["1,198 of 1,310 files", "10 waiting", "41 need OCR", "6 locked"]
    assert page.summary.accessibleName().startswith("1,198 of 1,310 files; 10 waiting; 41 need OCR; 6 locked; ")
    page.summary.button("needs_ocr").click()
    qtbot.waitUntil(lambda: page.table.rowCount() == 41)
    assert (page.states.currentText(), page.summary.button("needs_ocr").isChecked()) == ("needs OCR (41)", True)
    page.summary.button("needs_ocr").click()
    qtbot.waitUntil(lambda: page.table.rowCount() == 1310)
    assert not page.summary.button("needs_ocr").isChecked()


def test_a_whole_library_is_one_number() -> None:
    assert summary_parts({"indexed": 3}) == [("indexed", "3 files")]
    assert summary_parts({}) == []
    assert [text for _, text in summary_parts({"needs_ocr": 1, "reading": 2})] == [
        "0 of 3 files",
        "2 being read",
        "1 needs OCR",
    ]


def test_a_folder_shows_how_far_it_is_read(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window("busy", "problems", "folders")
    rows = library(qtbot, window).folders.rows
    assert len(rows) == 9
    assert (rows[1].text, rows[1].progress.value(), rows[1].progress.maximum()) == (
        "830 of 1,310 files read",
        830,
        1310,
    )
    assert (rows[2].text, rows[2].progress.isHidden(), rows[3].text[:31]) == (
        *("180 files", True),
        "not there now, kept until " + rows[3].text[26:31],
    )
    assert (rows[3].gone.isHidden(), rows[3].rules.isHidden(), rows[2].gone.isHidden()) == (False, True, True)
    assert rows[4].text == f"360 files  ·  12 missing, {rows[3].text.removeprefix('not there now, ')}"
    assert (rows[4].gone.isHidden(), rows[4].rules.isHidden()) == (False, True)
    assert [rows[n].rules.text() for n in (1, 2)] == ["Rules…", "2 rules…"]


def test_rows_of_folders_stay_while_their_numbers_change(qtbot: QtBot, open_window: OpenWindow) -> None:
    """Else the focus would be lost at every file that is read."""
    window = open_window("folders")
    page = library(qtbot, window)
    qtbot.waitUntil(page.folders.rows[2].more.isVisible)
    page.folders.rows[2].more.setFocus()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is page.folders.rows[2].more)
    kept = dict(page.folders.rows)
    status = window.parts.state.status
    assert status is not None
    changed = tuple(dataclasses.replace(folder, files=folder.files + 7) for folder in status.folders[1:])
    window.parts.state.status = dataclasses.replace(status, folders=changed)
    window.parts.state.status_changed.emit()
    assert page.folders.rows == {n: row for n, row in kept.items() if n != 1}
    assert page.folders.rows[2].text == "180 of 187 files"
    assert QApplication.focusWidget() is page.folders.rows[2].more


def test_folders_are_scanned_and_opened_from_their_menu(
    qtbot: QtBot, open_window: OpenWindow, calls: Calls, opened: list[str]
) -> None:
    window = open_window()
    row = library(qtbot, window).folders.rows[1]
    choose(row, "Scan now")
    qtbot.waitUntil(lambda: calls() == ["rescan"])
    choose(row, "Open folder")
    assert opened == [row.folder.path]


def test_reading_is_paused_from_the_library(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window("busy")
    page = library(qtbot, window)
    assert page.pause.isVisible() and page.pause.accessibleName() == "Pause reading"
    page.pause.click()
    qtbot.waitUntil(lambda: window.parts.state.paused)
    assert page.pause.accessibleName() == "Go on reading"


def test_a_deleted_conversation_comes_back(qtbot: QtBot, open_window: OpenWindow, calls: Calls) -> None:
    window = open_window()
    side = window.side
    side.view.setCurrentIndex(side.list.index_of(1))
    qtbot.keyClick(side.view, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: window.bar.current is not None and not side.list.index_of(1).isValid())
    next(b for b in window.bar.findChildren(Button) if b.text() == "Undo" and not b.isHidden()).click()
    qtbot.waitUntil(lambda: side.list.index_of(1).isValid())
    # a conversation that is on screen meanwhile may have its footnotes prepared
    assert [call for call in calls() if not call.startswith("prepare")] == ["delete 1", "restore 1"]


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
