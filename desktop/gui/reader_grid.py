"""A workbook or a table file as a grid: a tab for each sheet, the names of the columns stay, cited cells are marked."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QFont, QFontMetrics, QGuiApplication, QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTabBar,
    QTableView,
    QWidget,
)

from desktop.gui.controls import column
from desktop.gui.sheet_table import HEADER, Ask, SheetTable
from desktop.gui.source_marks import CITED, HERE, Mark
from desktop.gui.theme import ZOOMS, Text, Theme, grid
from desktop.gui.translation import tr
from desktop.protocol.source_messages import SourceRows

NARROWEST, WIDEST = grid(12), grid(72)
LINES = 8  # of a cell that is cited are shown, if it has as many
LOOKED_AT = 40  # rows that a column's width is made for


class SheetCell(QStyledItemDelegate):
    """Paints the mark itself: a style sheet would leave the model's background out."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        mark = index.data(Qt.ItemDataRole.BackgroundRole)
        if mark is not None:
            painter.fillRect(option.rect, mark)  # pyright: ignore[reportAttributeAccessIssue]  # a field in C++
        super().paint(painter, option, index)


class SheetHeader(QHeaderView):
    """Paints marks over the names of columns, which may be cited too."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._theme = theme

    def name_font(self) -> QFont:
        """As the style sheet sets it."""
        font = self._theme.font(Text.CAPTION)
        font.setWeight(QFont.Weight.DemiBold)
        return font

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        super().paintSection(painter, rect, logicalIndex)
        mark = self.model().headerData(logicalIndex, self.orientation(), Qt.ItemDataRole.BackgroundRole)
        if mark is None:
            return
        name = str(self.model().headerData(logicalIndex, self.orientation()) or "")
        inside = rect.adjusted(0, 0, -1, -1)
        painter.fillRect(inside, mark)
        painter.setFont(self.name_font())
        painter.setPen(self.palette().windowText().color())
        words = inside.adjusted(grid(2), 0, -grid(1), 0)
        shown = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, self.defaultAlignment() | Qt.AlignmentFlag.AlignVCenter, shown)


class SheetView(QTableView):
    """Copies the chosen cells as lines with tabs between them."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.chosen_text())
        else:
            super().keyPressEvent(event)

    def chosen_text(self) -> str:
        cells = sorted((index.row(), index.column(), str(index.data() or "")) for index in self.selectedIndexes())
        rows: dict[int, list[str]] = {}
        for row, _, text in cells:
            rows.setdefault(row, []).append(text)
        return "\n".join("\t".join(texts) for texts in rows.values())


class ReaderGrid(QWidget):
    """Signals: `sheet_wanted(number)` when another tab is chosen."""

    sheet_wanted = Signal(int)

    def __init__(self, theme: Theme, ask: Ask) -> None:
        super().__init__()
        self._theme = theme
        self._zoom = 1.0
        self.table = SheetTable(theme, ask)
        self.tabs = QTabBar()
        self.tabs.setObjectName("sheets")
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName(tr("Sheets"))
        self.view = SheetView()
        self.header = self._header()
        self.view.setHorizontalHeader(self.header)
        self.view.setModel(self.table)
        self.view.setObjectName("sheet")
        self.view.setAccessibleName(tr("Cells of the file"))
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.view.setTabKeyNavigation(False)
        self.view.setWordWrap(True)
        self.view.setItemDelegate(SheetCell(self.view))
        self.view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.header.setMinimumSectionSize(NARROWEST)
        whole = column(0)
        whole.addWidget(self.tabs)
        whole.addWidget(self.view, 1)
        self.setLayout(whole)
        self.setFocusProxy(self.view)
        self.tabs.currentChanged.connect(self._sheet_chosen)
        theme.changed.connect(self._dress)
        self._shown: SourceRows | None = None
        self._opened = -1
        self._dress()

    def show_rows(self, rows: SourceRows) -> None:
        self._shown = rows
        self._show_tabs(rows)
        self.table.show_sheet(rows)
        self._fit_columns()
        QTimer.singleShot(0, self, lambda: self._go_to_row(rows.row))

    def take_rows(self, rows: SourceRows) -> None:
        self.table.take(rows)

    def show_marks(self, marks: tuple[Mark, ...]) -> None:
        self.table.show_marks(marks)

    def place(self) -> int:
        """The offset of the first row in view, 0 when it is not known."""
        row = self.table.row(max(0, self.view.rowAt(0)))
        return row.ranges[0][0] if row is not None and row.ranges else 0

    def note_at(self, point: QPoint) -> int:
        """The footnote that cites the cell there, 0 for none."""
        index = self.view.indexAt(point)
        return self.table.note(index.row(), index.column()) if index.isValid() else 0

    def zoom(self, step: int) -> None:
        self._zoom = ZOOMS[min(max(ZOOMS.index(self._zoom) + step, 0), len(ZOOMS) - 1)]
        self._dress()
        self._fit_columns()

    def chosen_text(self) -> str:
        return self.view.chosen_text()

    def _header(self) -> SheetHeader:
        header = SheetHeader(self._theme)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionsClickable(True)
        header.setHighlightSections(True)
        return header

    def header_note_at(self, point: QPoint) -> int:
        """The footnote that cites the name of the column there, 0 for none."""
        return self.table.note(HEADER, self.header.logicalIndexAt(point))

    def _show_tabs(self, rows: SourceRows) -> None:
        self.tabs.blockSignals(True)
        while self.tabs.count():
            self.tabs.removeTab(0)
        for sheet in rows.sheets:
            self.tabs.addTab(sheet.name.replace("&", "&&"))
        self.tabs.setCurrentIndex(rows.sheet)
        self.tabs.blockSignals(False)
        self.tabs.setVisible(len(rows.sheets) > 1 or any(sheet.name for sheet in rows.sheets))

    def _sheet_chosen(self, number: int) -> None:
        if number >= 0:
            self.sheet_wanted.emit(number)

    def _dress(self) -> None:
        self.view.setFont(self._theme.font(Text.BODY, self._zoom))
        height = self._theme.line_height(Text.BODY, self._zoom) + grid(1)
        self.view.verticalHeader().setDefaultSectionSize(height)
        self.view.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)

    def _fit_columns(self) -> None:
        """By the names and the rows at hand."""
        rows = self._shown
        if rows is None or not rows.sheets:
            return
        measure = self.view.fontMetrics()
        names = QFontMetrics(self.header.name_font())
        header = rows.sheets[rows.sheet].header
        for number in range(rows.sheets[rows.sheet].columns):
            texts = [row.cells[number] for row in rows.rows[:LOOKED_AT] if number < len(row.cells)]
            widths = [measure.horizontalAdvance(text[:200]) for text in texts]
            widths += [names.horizontalAdvance(header[number][:200])] if number < len(header) else []
            wide = max(widths, default=0) + grid(7)
            self.view.setColumnWidth(number, min(max(wide, NARROWEST), WIDEST))

    def _go_to_row(self, row: int) -> None:
        """The marked cell at half height; for the header the first row, with the marked name in view. The first columns
        stay as long as the mark can be seen beside them: they say what the row is about.
        """
        looks = [(column, self.table.look(row, column)) for column in range(self.table.columnCount())]
        marked = [column for column, look in looks if look in (CITED, HERE)]
        index = self.table.index(max(row, 0), marked[0] if marked else 0)
        self._open_row(index.row())
        self.view.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)
        end = self.header.sectionPosition(index.column()) + self.header.sectionSize(index.column())
        self.view.horizontalScrollBar().setValue(max(0, end - self.view.viewport().width()))
        self.view.setCurrentIndex(index)
        self.view.clearSelection()

    def _open_row(self, row: int) -> None:
        """As high as its longest cell, so that the cited words can be read."""
        usual = self.view.verticalHeader().defaultSectionSize()
        if 0 <= self._opened < self.table.rowCount():
            self.view.setRowHeight(self._opened, usual)
        self._opened = row
        line = self._theme.line_height(Text.BODY, self._zoom)
        self.view.setRowHeight(row, max(usual, min(self.view.sizeHintForRow(row) + grid(1), line * LINES)))
