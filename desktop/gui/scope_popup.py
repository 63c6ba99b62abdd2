"""The list over the composer that an @ opens: folders, files, types and dates. Keys reach it through the field."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.gui.announcements import announce
from desktop.gui.controls import column, plain_tip
from desktop.gui.icons import icon
from desktop.gui.theme import ICON, Text, Theme, grid
from desktop.gui.translation import tr
from desktop.gui.wording import shown, shown_path
from desktop.protocol.engine_messages import ScopeSuggestion

ROW = grid(8)
GAP = grid(1)
ICONS = {"folder": "folder", "file": "file", "type": "type", "date": "calendar"}
SUGGESTION = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex


def kind_text(kind: str) -> str:
    texts = {"folder": tr("Folder"), "file": tr("File"), "type": tr("Type"), "date": tr("Date")}
    return texts.get(kind, "")


def detail_text(item: ScopeSuggestion) -> str:
    """Of a path the folder it is in: the name stands before it."""
    if item.kind not in ("folder", "file"):
        return shown(item.detail)
    return shown_path(item.detail.removesuffix(item.name).rstrip("/\\") or item.detail)


class ScopeRow(QStyledItemDelegate):
    """Icon, name, detail and kind on one line; the name gives way last."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        item: ScopeSuggestion = index.data(SUGGESTION)
        widget: QWidget = option.widget  # pyright: ignore[reportAttributeAccessIssue]  # a field in C++
        widget.style().drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, widget)
        area: QRect = option.rect.adjusted(grid(2.5), 0, -grid(2.5), 0)  # pyright: ignore[reportAttributeAccessIssue]  # as above
        kind = kind_text(item.kind)
        caption = self._theme.font(Text.CAPTION)
        body = self._theme.font(Text.BODY)
        picture = QRect(area.left(), area.center().y() - ICON // 2 + 1, ICON, ICON)
        icon(self._theme, ICONS.get(item.kind, "file"), "muted").paint(painter, picture)
        area.setLeft(picture.right() + grid(2))
        kinds = QFontMetrics(caption).horizontalAdvance(kind)
        self._write(painter, area, kind, caption, "muted", Qt.AlignmentFlag.AlignRight)
        area.setRight(area.right() - kinds - grid(4))
        self._names(painter, area, item, body, caption)

    def _names(self, painter: QPainter, area: QRect, item: ScopeSuggestion, body: QFont, caption: QFont) -> None:
        name, detail = shown(item.name), detail_text(item)
        metrics = QFontMetrics(body)
        wanted = metrics.horizontalAdvance(name) + 1
        width = min(wanted, area.width() * 2 // 3 if detail else area.width())
        fitting = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, width)
        self._write(painter, QRect(area.topLeft(), QSize(width, area.height())), fitting, body, "ink")
        area.setLeft(area.left() + width + grid(3))
        small = QFontMetrics(caption)
        cut = small.elidedText(detail, Qt.TextElideMode.ElideMiddle, area.width())
        self._write(painter, area, cut, caption, "muted")

    def _write(
        self,
        painter: QPainter,
        area: QRect,
        text: str,
        font: QFont,
        role: str,
        side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    ) -> None:
        painter.setFont(font)
        painter.setPen(self._theme.colour(role))
        painter.drawText(area, side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, text)


class ScopePopup(QFrame):
    """A part of the window and no window of its own, so the field keeps the focus. Signals: `scope_chosen(insert)`."""

    scope_chosen = Signal(str)

    def __init__(self, theme: Theme, frame: QWidget) -> None:
        super().__init__(frame.window())
        self._frame = frame
        self.setProperty("look", "card")
        self.setAccessibleName(tr("What to search in"))
        self.items = QStandardItemModel(self)
        self.list = QListView()
        self.list.setModel(self.items)
        self.list.setItemDelegate(ScopeRow(theme, self))
        self.list.setAccessibleName(tr("What to search in"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setMouseTracking(True)
        self.list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.list.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.clicked.connect(lambda _: self.accept())
        theme.changed.connect(self.list.viewport().update)
        whole = column(0, (1, 1, 1, 1))
        whole.addWidget(self.list)
        self.setLayout(whole)
        self.hide()
        frame.window().installEventFilter(self)

    def show_items(self, suggested: Sequence[ScopeSuggestion], current: int) -> None:
        self.items.clear()
        for item in suggested:
            entry = QStandardItem(shown(item.name))
            entry.setData(item, SUGGESTION)
            entry.setData(self._spoken(item), Qt.ItemDataRole.AccessibleTextRole)
            entry.setToolTip(plain_tip(f"{shown(item.name)}\n{detail_text(item)}"))
            self.items.appendRow(entry)
        self.place()
        self.show()
        self.raise_()
        self._choose(current, tr("{n} suggestion", "{n} suggestions", len(suggested)))

    def step(self, by: int) -> None:
        """Goes round."""
        self._choose((self.list.currentIndex().row() + by) % self.items.rowCount(), "")

    def accept(self) -> None:
        item = self.list.currentIndex().data(SUGGESTION)
        if item is not None:
            self.scope_chosen.emit(item.insert)

    def place(self) -> None:
        """Right above the composer and as wide; as high as its rows, where the window has the room."""
        corner = self._frame.mapTo(self._frame.window(), QPoint(0, 0))
        height = min(self.items.rowCount() * ROW + 2 * GAP + 2, max(corner.y() - 2 * GAP, ROW))
        self.setGeometry(corner.x(), corner.y() - height - GAP, self._frame.width(), height)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            QTimer.singleShot(0, self, self.place)  # once the composer has its new place
        return False

    def _choose(self, row: int, before: str) -> None:
        index = self.items.index(row, 0)
        self.list.setCurrentIndex(index)
        spoken = str(index.data(Qt.ItemDataRole.AccessibleTextRole))
        announce(self._frame, f"{before}. {spoken}" if before else spoken)

    def _spoken(self, item: ScopeSuggestion) -> str:
        return ", ".join(part for part in (shown(item.name), kind_text(item.kind), detail_text(item)) if part)
