"""A source file as lines with numbers in a fixed-width face, the footnoted words marked. Read only."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent, QTextCharFormat, QTextCursor, QTextOption
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QTextEdit, QWidget

from desktop.gui.source_marks import Mark, inside, note_at
from desktop.gui.text_positions import from_qt, inert, to_qt
from desktop.gui.theme import ZOOMS, Text, Theme, grid
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
        self._marks: tuple[Mark, ...] = ()
        self._goal = 0
        self._zoom = 1.0
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

    @property
    def shown_end(self) -> int:
        return len(self._text)

    def words(self, start: int, end: int) -> str:
        return self._text[start:end]

    def show_text(self, text: str, goal: int) -> None:
        """The file from its first character on; `goal` is the offset that comes into view."""
        self._text = inert(text)
        self.setPlainText(self._text)
        self._make_room()
        self._show_marks()
        self.go_to(goal)

    def show_marks(self, marks: tuple[Mark, ...]) -> None:
        self._marks = marks
        self._show_marks()

    def go_to(self, offset: int) -> None:
        self._goal = offset
        QTimer.singleShot(0, self, self._to_goal)

    def holds(self, offset: int) -> bool:
        return offset < len(self._text)

    def place(self) -> int:
        """The offset of the first line in view."""
        return from_qt(self._text, self.firstVisibleBlock().position())

    def note_at(self, point: QPoint) -> int:
        """The footnote whose words are there, 0 for none."""
        cursor = self.cursorForPosition(point)
        on_line = point.x() <= self.cursorRect(cursor).right() + self.fontMetrics().averageCharWidth()
        return note_at(self._marks, from_qt(self._text, cursor.position())) if on_line else 0

    def zoom(self, step: int) -> None:
        self._zoom = ZOOMS[min(max(ZOOMS.index(self._zoom) + step, 0), len(ZOOMS) - 1)]
        self._dress()
        self._make_room()

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
        self.setFont(self._theme.font(Text.CODE, self._zoom))
        self._show_marks()

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

    def _show_marks(self) -> None:
        selections: list[QTextEdit.ExtraSelection] = []
        for mark in inside(self._marks, 0, len(self._text)):
            selection = QTextEdit.ExtraSelection()
            selection.cursor = self._cursor(mark.start, mark.end)  # pyright: ignore[reportAttributeAccessIssue]  # a field in C++
            form = QTextCharFormat()
            form.setBackground(self._theme.colour(mark.look))
            selection.format = form  # pyright: ignore[reportAttributeAccessIssue]  # a field in C++
            selections.append(selection)
        self.setExtraSelections(selections)

    def _to_goal(self) -> None:
        start = min(self._goal, len(self._text))
        self.setTextCursor(self._cursor(start, start))
        self.centerCursor()
        self.horizontalScrollBar().setValue(0)
