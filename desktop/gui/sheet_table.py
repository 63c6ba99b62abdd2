"""A sheet of a workbook as a table that asks only for the rows that are looked at, with the cited cells marked."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, QTimer, Signal

from desktop.gui.controls import plain_tip
from desktop.gui.source_marks import Mark
from desktop.gui.theme import Theme
from desktop.gui.translation import tr
from desktop.protocol.source_messages import SheetRow, SheetShape, SourceRows

PAGE = 100  # rows asked for at once
KEPT = 60  # pages
HEADER = -1  # as a row
TIP = 40  # letters of a cell from which on it has a tooltip
NUMBERS = frozenset("0123456789.,-+%€$£() '/:")
Index = QModelIndex | QPersistentModelIndex
Ask = Callable[[int, int, int], None]


class SheetTable(QAbstractTableModel):
    """Signals: `rows_read()` after rows arrived."""

    rows_read = Signal()

    def __init__(self, theme: Theme, ask: Ask) -> None:
        """`ask(sheet, first, count)` has `take` called later."""
        super().__init__()
        self._theme, self._ask = theme, ask
        self._shape = SheetShape("", 0, 0, ())
        self._sheet = 0
        self._rows: OrderedDict[int, SheetRow] = OrderedDict()
        self._asked: set[int] = set()
        self._wanted: set[int] = set()
        self._marks: tuple[Mark, ...] = ()
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self._ask_wanted)
        theme.changed.connect(self._repaint)

    def show_sheet(self, rows: SourceRows) -> None:
        """Another sheet, with the rows that came with it."""
        self.beginResetModel()
        self._sheet, self._shape = rows.sheet, rows.sheets[rows.sheet] if rows.sheets else SheetShape("", 0, 0, ())
        self._rows.clear()
        self._asked.clear()
        self._wanted.clear()
        self._keep(rows)
        self.endResetModel()

    def take(self, rows: SourceRows) -> None:
        if rows.sheet == self._sheet:
            self._asked.discard(rows.first // PAGE)
            self._keep(rows)
            self._repaint()
            self.rows_read.emit()

    def show_marks(self, marks: tuple[Mark, ...]) -> None:
        self._marks = marks
        self._repaint()

    def row(self, number: int) -> SheetRow | None:
        """None while it is not read yet."""
        return self._rows.get(number)

    def look(self, row: int, column: int) -> str:
        """The colour that a cell is marked in, or none. The header is row HEADER."""
        touching = self._touching(row, column)
        return touching[-1].look if touching else ""

    def note(self, row: int, column: int) -> int:
        """The footnote that cites the cell, 0 for none."""
        return next((mark.n for mark in reversed(self._touching(row, column)) if mark.n), 0)

    def _touching(self, row: int, column: int) -> list[Mark]:
        known = self._rows.get(row)
        ranges = self._shape.header_ranges if row == HEADER else known.ranges if known is not None else ()
        if not 0 <= column < len(ranges):
            return []
        start, end = ranges[column]
        return [mark for mark in self._marks if mark.start < max(end, start + 1) and mark.end > start]

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else self._shape.rows

    def columnCount(self, parent: Index | None = None) -> int:
        return self._shape.columns

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Vertical:
            return self._number(section) if role == Qt.ItemDataRole.DisplayRole else None
        names = self._shape.header
        name = names[section] if section < len(names) else ("" if names else letters_of(section))
        if role == Qt.ItemDataRole.DisplayRole:
            return name
        return self._marked(role, self._touching(HEADER, section), name)

    def _number(self, row: int) -> str:
        """The file's own, as soon as the row is read; until then it is counted."""
        known = self._rows.get(row)
        return str(known.number if known is not None and known.number else row + 1 + bool(self._shape.header))

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = index.row(), index.column()
        known = self._rows.get(row)
        if known is None:
            self._want(row // PAGE)
            return None
        text = known.cells[column] if column < len(known.cells) else ""
        if role == Qt.ItemDataRole.DisplayRole:
            return text
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(text) if len(text) > TIP else None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if text and NUMBERS.issuperset(text) else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return self._marked(role, self._touching(row, column), text)

    def _marked(self, role: int, touching: list[Mark], text: str) -> Any:
        if touching and role == Qt.ItemDataRole.BackgroundRole:
            return self._theme.colour(touching[-1].look)
        if touching and role == Qt.ItemDataRole.AccessibleTextRole:
            return tr("{text}, marked", text=text)
        return None

    def _keep(self, rows: SourceRows) -> None:
        for number, row in enumerate(rows.rows, rows.first):
            self._rows[number] = row
        while len(self._rows) > KEPT * PAGE:
            self._rows.popitem(last=False)

    def _want(self, page: int) -> None:
        if page not in self._asked:
            self._wanted.add(page)
            self._later.start()

    def _ask_wanted(self) -> None:
        for page in sorted(self._wanted)[-2:]:
            self._asked.add(page)
            self._ask(self._sheet, page * PAGE, PAGE)
        self._wanted.clear()

    def _repaint(self) -> None:
        if self._shape.rows and self._shape.columns:
            last = self.index(self._shape.rows - 1, self._shape.columns - 1)
            self.dataChanged.emit(self.index(0, 0), last)
            self.headerDataChanged.emit(Qt.Orientation.Vertical, 0, self._shape.rows - 1)
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, self._shape.columns - 1)


def letters_of(column: int) -> str:
    """A, B, … Z, AA for 0, 1, …"""
    letters = ""
    while column >= 0:
        letters = chr(ord("A") + column % 26) + letters
        column = column // 26 - 1
    return letters
