"""The grid of a workbook: sheets, rows that are asked for as they are looked at, cited cells; and showing a file."""

import dataclasses
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.gui import opening
from desktop.gui.reader_grid import ReaderGrid
from desktop.gui.sheet_table import letters_of
from desktop.gui.source_marks import CITED, OTHER, Mark
from desktop.gui.theme import Theme
from desktop.protocol.source_messages import SheetRow, SheetShape, SourceRows

LONG = "the sum agreed under the second clause of the lease as it was signed " * 4
SHEETS = (SheetShape("Summary", 1, 1, ()), SheetShape("Rents & dues", 1000, 3, ("Month", "Note", "Due")))


def row_of(number: int) -> SheetRow:
    """Each row is a thousand characters of the file's text, each cell a hundred."""
    at = number * 1000
    cells = (f"m{number}", LONG if number == 500 else f"note {number}", str(number * 10))
    return SheetRow(cells, tuple((at + 100 * n, at + 100 * n + 50) for n in range(3)))


def rows_of(first: int, count: int, sheet: int = 1, row: int = 0) -> SourceRows:
    return SourceRows(SHEETS, sheet, first, tuple(row_of(n) for n in range(first, min(first + count, 1000))), row)


@pytest.fixture
def asked() -> list[tuple[int, int, int]]:
    return []


@pytest.fixture
def grid(qtbot: QtBot, qapp: QApplication, asked: list[tuple[int, int, int]]) -> ReaderGrid:
    made = ReaderGrid(Theme(qapp), lambda sheet, first, count: asked.append((sheet, first, count)))
    qtbot.addWidget(made)
    made.resize(420, 500)
    made.show()
    marks = (Mark(500_100, 500_120, CITED, 1), Mark(501_000, 501_250, OTHER, 2))
    made.show_marks(marks)
    made.show_rows(rows_of(450, 100, row=500))
    return made


def test_the_cited_cell_is_marked_and_in_view(qtbot: QtBot, grid: ReaderGrid) -> None:
    qtbot.waitUntil(lambda: grid.view.rowAt(grid.view.viewport().height() // 2) in range(490, 511))
    table = grid.table
    assert [table.look(500, column) for column in range(3)] == ["", CITED, ""]
    assert [table.look(501, column) for column in range(3)] == [OTHER] * 3
    cell = table.index(500, 1)
    assert grid.view.viewport().rect().intersects(grid.view.visualRect(cell))
    assert grid.view.rowHeight(500) > grid.view.rowHeight(499), "its words can be read"
    assert "marked" in table.data(cell, Qt.ItemDataRole.AccessibleTextRole)


def test_names_of_sheets_and_columns(grid: ReaderGrid) -> None:
    assert [grid.tabs.tabText(n) for n in range(2)] == ["Summary", "Rents && dues"] and grid.tabs.currentIndex() == 1
    across, down = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
    assert [grid.table.headerData(n, across) for n in range(3)] == ["Month", "Note", "Due"]
    assert grid.table.headerData(0, down) == "2", "the header is the first row"
    assert [letters_of(n) for n in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_row_numbers_are_those_of_the_file(grid: ReaderGrid) -> None:
    """Empty rows are not shown, and are counted all the same."""
    rows = tuple(dataclasses.replace(row_of(n), number=2 * n + 5) for n in range(450, 460))
    grid.show_rows(dataclasses.replace(rows_of(450, 10), rows=rows))
    down = Qt.Orientation.Vertical
    assert [grid.table.headerData(row, down) for row in (450, 459)] == ["905", "923"]


def test_a_cited_name_of_a_column_is_marked(qtbot: QtBot, grid: ReaderGrid) -> None:
    sheet = dataclasses.replace(SHEETS[1], header_ranges=((0, 5), (8, 12), (15, 18)))
    shown = dataclasses.replace(rows_of(0, 100, row=-1), sheets=(SHEETS[0], sheet))
    grid.show_rows(shown)
    header, across = grid.view.horizontalHeader(), Qt.Orientation.Horizontal
    qtbot.waitUntil(lambda: header.sectionSize(1) > 0)
    before = header.grab().toImage()
    grid.show_marks((Mark(6, 13, CITED, 3),))
    marked = grid.table.headerData(1, across, Qt.ItemDataRole.BackgroundRole)
    assert marked and grid.table.headerData(0, across, Qt.ItemDataRole.BackgroundRole) is None
    assert grid.table.headerData(1, across, Qt.ItemDataRole.AccessibleTextRole) == "Note, marked"
    place = QPoint(header.sectionViewportPosition(1) + 3, 4)
    assert grid.header_note_at(place) == 3 and grid.header_note_at(QPoint(2, 4)) == 0
    painted = header.grab().toImage()
    assert painted.pixelColor(place) == marked != before.pixelColor(place)


def test_another_sheet_is_asked_for(qtbot: QtBot, grid: ReaderGrid) -> None:
    with qtbot.waitSignal(grid.sheet_wanted) as wanted:
        grid.tabs.setCurrentIndex(0)
    assert wanted.args == [0]


def test_rows_are_asked_for_when_they_are_looked_at(
    qtbot: QtBot, grid: ReaderGrid, asked: list[tuple[int, int, int]]
) -> None:
    grid.view.scrollToBottom()
    qtbot.waitUntil(lambda: (1, 900, 100) in asked)
    assert grid.table.row(950) is None
    grid.take_rows(rows_of(900, 100))
    assert grid.table.data(grid.table.index(950, 2)) == "9500"
    grid.take_rows(rows_of(0, 100, sheet=0))
    assert grid.table.row(0) is None, "those of another sheet are dropped"


def test_cells_are_copied_with_tabs(grid: ReaderGrid) -> None:
    grid.view.setCurrentIndex(grid.table.index(460, 0))
    grid.view.selectRow(460)
    assert grid.chosen_text() == "m460\tnote 460\t4600"
    grid.view.setFocus()
    QApplication.sendEvent(grid.view, _copy_key())
    assert QGuiApplication.clipboard().text() == "m460\tnote 460\t4600"


def _copy_key() -> object:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QKeyEvent

    return QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)


def test_zooming_keeps_the_columns_readable(grid: ReaderGrid) -> None:
    before = grid.view.columnWidth(0)
    for _ in range(3):
        grid.zoom(1)
    assert grid.view.columnWidth(0) >= before


def test_a_file_is_chosen_in_its_folder(opened: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    path = tmp_path / "a b.txt"
    path.write_text("x")
    assert opening.reveal_command(str(path), "darwin") == ("open", ["-R", str(path)])
    assert opening.reveal_command("C:/x/a.txt", "win32") == ("explorer", ["/select,", "C:\\x\\a.txt"])
    assert opening.reveal_command(str(path), "linux") is None
    opening.show_in_folder(str(path))
    assert opened == [str(tmp_path)], "without a session bus the folder is opened"
