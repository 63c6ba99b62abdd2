"""A source file as lines with numbers in a fixed-width face, the footnoted words marked. Read only."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent, QTextCharFormat, QTextCursor, QTextOption
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QTextEdit, QWidget

from desktop.gui.text_positions import inert, to_qt
from desktop.gui.theme import Text, Theme, grid
from desktop.gui.translation import tr


class LineNumbers(QWidget):
    """The column of numbers beside the lines."""

    def __init__(self, code: "ReaderCode") -> None:
        super().__init__(code)
        self._code = code

    def sizeHint(self) -> QSize:
        return QSize(self._code.numbers_width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._code.paint_numbers(self, event.rect())


class ReaderCode(QPlainTextEdit):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._text = ""
        self._mark = (0, 0)
        self.setObjectName("sourceCode")
        self.setReadOnly(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setWordWrapMode(QTextOption.WrapMode.NoWrap)
        self.setAccessibleName(tr("Lines of the file"))
        self._numbers = LineNumbers(self)
        self.blockCountChanged.connect(lambda _: self._make_room())
        self.updateRequest.connect(self._scroll_numbers)
        theme.changed.connect(self._dress)
        self._dress()

    def marked_words(self) -> str:
        return self._text[self._mark[0] : self._mark[1]]

    def show_text(self, text: str, mark: tuple[int, int]) -> None:
        """The file from its first character on."""
        self._text, self._mark = inert(text), mark
        self.setPlainText(self._text)
        self._make_room()
        self._show_mark()
        QTimer.singleShot(0, self, self._to_mark)

    def numbers_width(self) -> int:
        digits = len(str(max(1, self.blockCount())))
        return self.fontMetrics().horizontalAdvance("9") * digits + grid(5)

    def paint_numbers(self, column: QWidget, part: QRect) -> None:
        painter = QPainter(column)
        painter.setFont(self.font())
        painter.setPen(self._theme.colour("muted"))
        block = self.firstVisibleBlock()
        top = self.blockBoundingGeometry(block).translated(self.contentOffset()).top()
        while block.isValid() and top <= part.bottom():
            height = self.blockBoundingRect(block).height()
            place = QRect(0, int(top), column.width() - grid(3), int(height))
            painter.drawText(place, Qt.AlignmentFlag.AlignRight, str(block.blockNumber() + 1))
            top += height
            block = block.next()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        inside = self.contentsRect()
        self._numbers.setGeometry(QRect(inside.topLeft(), QSize(self.numbers_width(), inside.height())))

    def _dress(self) -> None:
        self.setFont(self._theme.font(Text.CODE))
        self._show_mark()

    def _make_room(self) -> None:
        self.setViewportMargins(self.numbers_width(), 0, 0, 0)
        self._numbers.resize(self.numbers_width(), self.contentsRect().height())

    def _scroll_numbers(self, part: QRect, moved: int) -> None:
        if moved:
            self._numbers.scroll(0, moved)
        else:
            self._numbers.update(0, part.y(), self._numbers.width(), part.height())

    def _cursor(self, start: int, end: int) -> QTextCursor:
        cursor = QTextCursor(self.document())
        cursor.setPosition(to_qt(self._text, start))
        cursor.setPosition(to_qt(self._text, end), QTextCursor.MoveMode.KeepAnchor)
        return cursor

    def _show_mark(self) -> None:
        start, end = self._mark
        if start >= end or end > len(self._text):
            self.setExtraSelections([])
            return
        selection = QTextEdit.ExtraSelection()
        selection.cursor = self._cursor(start, end)  # pyright: ignore[reportAttributeAccessIssue]  # a field in C++
        form = QTextCharFormat()
        form.setBackground(self._theme.colour("mark"))
        selection.format = form  # pyright: ignore[reportAttributeAccessIssue]  # a field in C++
        self.setExtraSelections([selection])

    def _to_mark(self) -> None:
        start = min(self._mark[0], len(self._text))
        self.setTextCursor(self._cursor(start, start))
        self.centerCursor()
        self.horizontalScrollBar().setValue(QPoint(0, 0).x())
