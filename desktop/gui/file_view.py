"""The table of files on screen: its columns, which fold away where there is no room, its keys, and what is chosen."""

from collections.abc import Iterator

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from desktop.domain.files import FileRow
from desktop.gui.file_table import (
    CHANGED,
    NAME,
    ORDERS,
    PASSAGES,
    PLACE,
    REASON,
    SIZE,
    SORTED,
    STATE,
    FileTable,
    column_text,
)
from desktop.gui.theme import grid
from desktop.gui.translation import tr

WIDTHS = {STATE: 26, PASSAGES: 22, CHANGED: 24, SIZE: 19}  # steps of the grid
ROOM = {PASSAGES: 150, PLACE: 180, CHANGED: 200, REASON: 215}  # a column is shown in a table that is so wide


class Sentence(QStyledItemDelegate):
    """Text that is cut at its end; names and paths are cut in the middle."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        option.textElideMode = Qt.TextElideMode.ElideRight  # pyright: ignore[reportAttributeAccessIssue]  # a field in C++


class FileView(QTableView):
    """Signals: `choice_changed()` when other files are chosen or theirs changed, `order_wanted(order, descending)`."""

    choice_changed = Signal()
    order_wanted = Signal(str, bool)

    def __init__(self, table: FileTable) -> None:
        super().__init__()
        self.table = table
        self._current_id = 0
        self.setModel(table)
        self.setAccessibleName(tr("Files"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(grid(8))
        self.setItemDelegateForColumn(REASON, Sentence(self))
        self._set_out_header()
        table.rows_read.connect(self._follow_current)
        table.modelReset.connect(self._forget_current)
        self.selectionModel().selectionChanged.connect(lambda *_: self._chosen())

    def chosen_rows(self) -> Iterator[int]:
        """Rows may be many thousands, and not all of them at hand."""
        for first, last in self._chosen_parts():
            yield from range(first, last + 1)

    def chosen_count(self) -> int:
        return sum(last - first + 1 for first, last in self._chosen_parts())

    def current_file(self) -> FileRow | None:
        return self.table.file(self.currentIndex()) if self.currentIndex().isValid() else None

    def sort_by(self, column: int) -> None:
        """As a click on its header: the other way round when it is the order already."""
        header, down = self.horizontalHeader(), Qt.SortOrder.DescendingOrder
        first = self.table.headerData(column, Qt.Orientation.Horizontal, Qt.ItemDataRole.InitialSortOrderRole)
        if header.sortIndicatorSection() == column:
            first = Qt.SortOrder.AscendingOrder if header.sortIndicatorOrder() == down else down
        header.setSortIndicator(column, first)

    def resizeEvent(self, event: QResizeEvent) -> None:
        for column, steps in ROOM.items():
            self.setColumnHidden(column, self.width() < grid(steps))
        super().resizeEvent(event)

    def _chosen_parts(self) -> list[tuple[int, int]]:
        chosen = self.selectionModel().selection()
        parts = (chosen.at(n) for n in range(chosen.size()))
        return [(part.top(), part.bottom()) for part in parts]

    def _set_out_header(self) -> None:
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        for column in (NAME, PLACE, REASON):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        for column, steps in WIDTHS.items():
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(column, grid(steps))
        header.setSortIndicator(PLACE, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        header.setSortIndicatorShown(False)  # it would stand on the names; the names say it themselves
        header.sortIndicatorChanged.connect(self._ordered)
        # painting the header looks at every row for whether it is chosen; here none ever is
        header.setSelectionModel(QItemSelectionModel(self.table, self))

    def _ordered(self, column: int, way: Qt.SortOrder) -> None:
        if column in ORDERS:
            self.order_wanted.emit(ORDERS[column], way == Qt.SortOrder.DescendingOrder)

    def _forget_current(self) -> None:
        self._current_id = 0
        self.scrollToTop()
        self.choice_changed.emit()

    def _chosen(self) -> None:
        file = self.current_file()
        self._current_id = file.id if file is not None else 0
        self.choice_changed.emit()

    def _follow_current(self) -> None:
        """Rows have arrived: the file that was chosen may stand elsewhere now, or have changed."""
        file = self.current_file()
        if file is None:
            return
        row = self.table.row_of(self._current_id) if self._current_id and file.id != self._current_id else -1
        if row >= 0:
            column = self.currentIndex().column()
            wanted = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.selectionModel().setCurrentIndex(self.table.index(row, column), wanted)
        else:
            self._current_id = file.id
            self.choice_changed.emit()


def order_names() -> Iterator[tuple[int, str]]:
    """(column, its name)"""
    for column in SORTED:
        yield column, column_text(column)
