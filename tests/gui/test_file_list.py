"""The table of files: what is asked for and when, what is chosen, why a file is not used, and what is done about it."""

import csv
import gc
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from desktop.domain.files import FileRow, FileState
from desktop.gui.file_table import CHANGED, NAME, PASSAGES, PLACE, REASON, SIZE
from desktop.gui.library_files import LibraryFiles
from desktop.gui.library_page import LibraryPage
from desktop.gui.list_copy import csv_line, csv_of
from desktop.gui.opening import can_open, open_in_app
from desktop.gui.why_not_used import next_step, why_not_used, why_title
from desktop.gui.window import FootnoteWindow
from tests.benchmarks.scroll import LIMIT, Turns, drag, wheel
from tests.gui.conftest import OpenWindow
from tests.gui.fake_engine import LISTED

Calls = Callable[[], list[str]]


def files_of(qtbot: QtBot, window: FootnoteWindow) -> LibraryFiles:
    window.show_page("library")
    page = window.pages["library"]
    assert isinstance(page, LibraryPage)
    qtbot.waitUntil(lambda: page.list.table.file_at(0) is not None)
    return page.list


def show_state(qtbot: QtBot, page: LibraryFiles, state: str, count: int) -> None:
    page.summary.button(state).click()
    qtbot.waitUntil(lambda: page.table.rowCount() == count and page.table.file_at(0) is not None)


def listed(folder: Path) -> list[str]:
    return (folder / LISTED).read_text(encoding="utf-8").splitlines()


def row_named(page: LibraryFiles, name: str) -> int:
    return next(n for n in range(page.table.rowCount()) if page.table.index(n, NAME).data() == name)


def headings(page: LibraryFiles) -> list[str]:
    return [page.table.headerData(n, Qt.Orientation.Horizontal) for n in range(page.table.columnCount())]


def test_only_rows_in_sight_are_asked_for(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window()
    page = files_of(qtbot, window)
    assert page.table.rowCount() == 1204
    assert page.table.file_at(1200) is None
    page.view.scrollToBottom()
    qtbot.waitUntil(lambda: page.table.file_at(1203) is not None)
    assert page.table.file_at(600) is None


def test_what_is_passed_in_a_quick_scroll_is_not_asked_for(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path
) -> None:
    window = open_window("many")
    page = files_of(qtbot, window)
    before = len(listed(tmp_path))
    bar = page.view.verticalScrollBar()
    for step in range(1, 101):  # faster than the event loop turns
        bar.setValue(bar.maximum() * step // 100)
        page.view.viewport().grab()
    qtbot.waitUntil(lambda: page.table.file_at(99_999) is not None)
    assert len(listed(tmp_path)) - before <= 6


def test_rows_that_were_passed_long_ago_are_let_go(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window("many")
    page = files_of(qtbot, window)
    for first in range(0, 14_000, 200):
        page.view.scrollTo(page.table.index(first, 0), page.view.ScrollHint.PositionAtTop)
        qtbot.waitUntil(lambda at=first: page.table.file_at(at) is not None)
    assert page.table.file_at(0) is None
    assert page.table.file_at(13_800) is not None


def test_scrolling_a_hundred_thousand_files_never_holds_the_window_up(qtbot: QtBot, open_window: OpenWindow) -> None:
    """By the work between two turns of the event loop: the clock alone would measure what else the computer does."""
    page = files_of(qtbot, open_window("many"))
    assert page.table.rowCount() == 100_000
    gc.collect()
    gc.freeze()  # what other tests left behind is not looked through meanwhile
    turns = Turns()
    wheel(page.view, 60)
    assert page.view.verticalScrollBar().value() > 1000
    drag(page.view, 40)
    page.view.selectAll()
    wheel(page.view, 10)
    gc.unfreeze()
    assert turns.count > 60
    assert turns.work < LIMIT


def test_the_list_is_filtered_by_state_and_text(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window()
    page = files_of(qtbot, window)
    page.states.setCurrentIndex(page.states.findData("locked"))
    page.states.activated.emit(page.states.currentIndex())
    qtbot.waitUntil(lambda: page.table.rowCount() == 1)
    assert page.table.index(0, REASON).data() == "It is protected by a password."
    page.states.setCurrentIndex(0)
    qtbot.keyClicks(page.containing, "late_fees")
    qtbot.waitUntil(lambda: page.table.rowCount() == 1 and page.table.index(0, NAME).data() == "late_fees.py")


def test_finding_nothing_says_so_and_leads_back(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window()
    page = files_of(qtbot, window)
    qtbot.keyClicks(page.containing, "no such file")
    qtbot.waitUntil(page.show_all.isVisible)
    assert not page.view.isVisible()
    page.show_all.click()
    qtbot.waitUntil(lambda: page.view.isVisible() and page.table.rowCount() == 1204)
    assert page.containing.text() == ""


def test_columns_say_where_when_and_how_large(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window("problems")
    page = files_of(qtbot, window)
    show_state(qtbot, page, "needs_ocr", 41)
    row = row_named(page, "needs_ocr-000.pdf")
    shown = [page.table.index(row, column).data() for column in (PLACE, PASSAGES, SIZE, REASON)]
    place = str(Path("Contracts", "2023", "Harrow Mill and the lands that belong to it"))
    assert shown == [place, "–", "90 KB", "This PDF shows pictures of its pages and holds no readable text."]
    assert "2026" in page.table.index(row, CHANGED).data()


def test_lists_are_sorted_by_the_engine(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window()
    page = files_of(qtbot, window)

    def first() -> str:
        return page.table.index(0, NAME).data()

    header = page.view.horizontalHeader()
    place = QPoint(header.sectionViewportPosition(SIZE) + 9, header.height() // 2)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: first() == "empty.txt")  # the largest first
    assert page.view.chosen_count() == 0
    assert headings(page) == ["File", "Folder", "State", "Passages", "Changed", "↓ Size", "Reason"]
    page.view.sort_by(SIZE)
    qtbot.waitUntil(lambda: first() == "lease-2024.pdf")
    menu = next(menu for menu in page.view.findChildren(QMenu) if menu.title() == "Sort by")
    next(action for action in menu.actions() if action.text() == "Passages").trigger()  # with keys alone
    qtbot.waitUntil(lambda: page.table.file_at(0) is not None and page.table.index(0, PASSAGES).data() == "40")


def test_a_change_in_the_library_moves_neither_the_choice_nor_the_view(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window("problems")
    page = files_of(qtbot, window)
    show_state(qtbot, page, "failed", 21)
    page.view.selectRow(row_named(page, "failed-004.docx"))
    chosen = page.view.current_file()
    page.doing.retry.trigger()
    qtbot.waitUntil(lambda: page.table.rowCount() == 20)  # the file is no longer among those that failed
    assert chosen is not None and page.view.current_file() != chosen
    page.view.selectRow(row_named(page, "failed-010.docx"))
    page.table.reload()
    with qtbot.waitSignal(page.table.rows_read):
        assert page.table.index(0, NAME).data()  # what is shown stays meanwhile
    assert page.view.current_file() is not None
    assert page.details.title == "Why is this file not used?"


def test_the_chosen_file_is_followed_to_its_new_row(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window("problems")
    page = files_of(qtbot, window)
    show_state(qtbot, page, "waiting", 10)
    page.view.selectRow(9)
    kept = page.view.current_file()
    show_state(qtbot, page, "failed", 21)
    page.view.selectRow(5)
    chosen = page.view.current_file()
    first = page.table.file_at(0)
    assert kept is not None and chosen is not None and first is not None
    page.doing.retrying.retry([first])  # it leaves the list, and all below move up
    qtbot.waitUntil(lambda: page.table.rowCount() == 20 and page.view.current_file() == chosen)
    assert page.view.currentIndex().row() == 4


def test_why_is_this_file_not_used(qtbot: QtBot, open_window: OpenWindow, opened: list[str]) -> None:
    window = open_window("problems")
    page = files_of(qtbot, window)
    assert not page.details.isVisible()
    show_state(qtbot, page, "needs_ocr", 41)
    page.view.selectRow(row_named(page, "needs_ocr-003.pdf"))
    qtbot.waitUntil(page.details.isVisible)
    assert page.details.title == "Why is this file not used?"
    assert page.details.why.text().startswith("This PDF shows pictures of its pages and holds no readable text.")
    assert page.details.next.text() == "Footnote reads it then, by itself."
    offered = [button.text() for button in page.details.buttons.values() if button.isVisible()]
    assert offered == ["Open in its app", "Show in folder", "Try again", "Leave it out…", "Copy path"]
    chosen = page.view.current_file()
    assert chosen is not None
    for button in list(page.details.buttons.values())[1:3]:
        button.click()
    assert opened == [chosen.path, str(Path(chosen.path).parent)]


def test_scripts_are_never_opened_with_the_system(opened: list[str]) -> None:
    assert not can_open("/a/late_fees.PY") and can_open("/a/lease.pdf")
    open_in_app("/a/late_fees.py")
    assert opened == []


@pytest.mark.parametrize("state", list(FileState))
def test_every_state_has_its_why_and_its_next_step(state: FileState) -> None:
    plain = FileRow(1, 1, "/a/b.pdf", state, "", 10, 0.0, 3, "pdf")
    used = state is FileState.INDEXED
    assert why_title(state) == ("This file is used" if used else "Why is this file not used?")
    assert why_not_used(plain).endswith(".")
    assert bool(next_step(plain)) is not used
    told = FileRow(1, 1, "/a/b.pdf", state, "It is torn. Mend it.", 10, 0.0, 3, "pdf")
    if used:
        assert why_not_used(told) == f"{why_not_used(plain)} It is torn. Mend it."
    else:
        assert why_not_used(told) == "It is torn. Mend it."
        assert len(next_step(told)) <= len(next_step(plain))  # what to do is said once


def test_next_steps_fit_the_state() -> None:
    def step(state: FileState, *, paused: bool = False) -> str:
        return next_step(FileRow(1, 1, "/a", state, "", 1, 0.0, 0, ""), paused=paused)

    assert "OCR" in step(FileState.NEEDS_OCR)
    assert "password" in step(FileState.LOCKED)
    assert "rules" in step(FileState.TOO_LARGE)
    assert "Try again" in step(FileState.FAILED) and "Try again" in step(FileState.QUARANTINED)
    assert "drive" in step(FileState.MISSING)
    assert "Go on reading" in step(FileState.WAITING, paused=True)
    assert "Go on reading" not in step(FileState.WAITING)


def test_several_files_are_tried_again(qtbot: QtBot, open_window: OpenWindow, calls: Calls) -> None:
    window = open_window("problems")
    page = files_of(qtbot, window)
    show_state(qtbot, page, "failed", 21)
    page.view.selectAll()
    assert page.details.title == "21 files chosen"
    page.doing.retry.trigger()
    qtbot.waitUntil(lambda: window.bar.current is not None and "21 files will be read again" in window.bar.current.text)
    assert len(calls()) == len(set(calls())) == 21
    assert {call.split()[0] for call in calls()} == {"retry"}


def test_files_out_of_sight_are_tried_again_too(qtbot: QtBot, open_window: OpenWindow, calls: Calls) -> None:
    window = open_window("problems")
    page = files_of(qtbot, window)
    page.view.selectAll()
    assert page.table.file_at(900) is None
    page.doing.retry.trigger()
    # 41 need OCR, 21 failed, 6 locked, 1 quarantined, 1 too large
    qtbot.waitUntil(lambda: window.bar.current is not None and "70 files will be read again" in window.bar.current.text)
    assert len(calls()) == 70


def test_the_list_is_copied_whole(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window("problems")
    page = files_of(qtbot, window)
    page.doing.copy_list.trigger()
    qtbot.waitUntil(lambda: window.bar.current is not None and "1,310 files was copied" in window.bar.current.text)
    text = QGuiApplication.clipboard().text()
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert len(rows) == 1311
    assert rows[0] == ["File", "State", "Reason", "Passages", "Changed", "Size in bytes"]
    lease = next(row for row in rows if row[0].endswith("lease-2024.pdf"))
    assert lease[1:] == ["indexed", "", "4", "2026-09-21T14:13:20+00:00", "2300"]
    assert page.copy.accessibleName() == "Copy list"


def test_copying_can_be_stopped(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window("many")
    page = files_of(qtbot, window)
    QGuiApplication.clipboard().setText("before")
    with qtbot.waitSignal(page.doing.copying.progressed):
        page.copy.click()
    assert page.copy.text().startswith("Stop (")
    page.copy.click()
    assert (page.doing.copying.busy, page.copy.accessibleName()) == (False, "Copy list")
    page.view.selectRow(0)
    assert QGuiApplication.clipboard().text() == "before"


def test_fields_of_csv_are_quoted_and_are_no_formulas() -> None:
    assert csv_line(("plain", 'say "a", b', "two\r\nlines")) == 'plain,"say ""a"", b","two\r\nlines"\r\n'
    for evil in ("=1+1", "+1", "-1", "@sum", "\tx", "\rx"):
        assert next(csv.reader(io.StringIO(csv_line((evil,)), newline=""))) == [f"'{evil}"]
    odd = FileRow(1, 1, "/a/odd\udcff.txt", FileState.FAILED, "=cmd()", 5, float("inf"), 0, "")
    assert csv_of(odd) == "/a/odd?.txt,failed,'=cmd(),0,,5\r\n"


def test_paths_are_copied_with_the_key_of_copying(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window()
    page = files_of(qtbot, window)
    keys = {action.text(): action.shortcut().toString() for action in page.view.actions() if action.text()}
    assert keys["Copy path"] == "Ctrl+C" and keys["Try again"] == "Ctrl+R" and keys["Copy the list as CSV"]
    page.view.selectRow(row_named(page, "lease-2024.pdf"))
    page.doing.copy_path.trigger()
    assert QGuiApplication.clipboard().text().endswith("lease-2024.pdf")


def test_enter_reads_a_file_in_the_reader(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window()
    page = files_of(qtbot, window)
    page.view.selectRow(row_named(page, "late_fees.py"))
    qtbot.keyClick(page.view, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.reader is not None and window.reader.isVisible())


def test_the_list_is_there_again_after_the_engine_died(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window("crash")
    page = files_of(qtbot, window)
    page.view.selectRow(3)
    chosen = page.view.current_file()
    with qtbot.waitSignal(window.parts.client.engine_lost):
        window.conversation.ask("How long?")  # it dies in the middle of the answer
    assert page.table.file_at(0) is not None
    with qtbot.waitSignal(page.table.rows_read):
        pass
    assert page.view.current_file() == chosen


def test_every_part_is_reached_with_the_tab_key(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window("problems", "busy")
    page = files_of(qtbot, window)
    page.view.selectRow(0)
    qtbot.waitUntil(page.details.isVisible)
    page.containing.setFocus()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is page.containing)
    seen: list[QWidget] = []
    while (focused := QApplication.focusWidget()) is not None and focused not in seen:
        seen.append(focused)
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    row = page.folders.rows[1]
    parts = [row.rules, row.more, page.summary.button("locked"), page.states, page.pause, page.rescan, page.copy]
    details = [button for button in page.details.buttons.values() if button.isVisible()]
    assert len(details) == 5
    assert [part for part in (*parts, page.view, *details, window.side.search) if part not in seen] == []
    assert seen.index(page.states) < seen.index(page.view) < seen.index(details[0])


def test_a_file_that_is_too_large_leads_to_the_limit(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window()
    page = files_of(qtbot, window)
    page.view.selectRow(row_named(page, "dump.md"))
    assert page.doing.leave_out.text() == "Rules of its folder…"
    page.doing.leave_out.trigger()
    library = window.pages["library"]
    assert isinstance(library, LibraryPage) and library.rules is not None
    rules = library.rules
    qtbot.waitUntil(lambda: QApplication.focusWidget() is rules.largest)
    assert rules.text.toPlainText() == ""
