"""A source file as text in the serif, with its tables, and the footnoted words marked. Asks for more by a signal.

Nothing in it acts: no picture or style is ever loaded, and an address is only told to whoever listens.
"""

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QTextCharFormat, QTextCursor, QTextOption
from PySide6.QtWidgets import QFrame, QTextBrowser, QTextEdit

from desktop.domain.documents import Block
from desktop.gui.source_layout import SourceLayout
from desktop.gui.source_marks import Mark, inside, note_at
from desktop.gui.source_writer import Places, SourceWriter
from desktop.gui.theme import ZOOMS, Theme, grid
from desktop.gui.translation import tr

ABOVE = 0.3  # of the view stands above the marked words


class ReaderText(QTextBrowser):
    """Signals: `end_reached()` and `start_reached()` when the last or the first line of the slice comes into view,
    `address_clicked(str)`.
    """

    end_reached = Signal()
    start_reached = Signal()
    address_clicked = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._text, self._offset, self._format = "", 0, ""
        self._blocks: tuple[Block, ...] = ()
        self._marks: tuple[Mark, ...] = ()
        self._goal = 0
        self._settled = False  # the goal is in view; until then nothing is asked for
        self._zoom = 1.0
        self._writer = SourceWriter(theme, self.document(), 1.0)
        self.setObjectName("sourceText")
        self.setOpenLinks(False)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextBrowserInteraction | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setUndoRedoEnabled(False)
        self.setAccessibleName(tr("Text of the file"))
        self.document().setDocumentMargin(grid(4))
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.anchorClicked.connect(lambda url: self.address_clicked.emit(url.toString()))
        theme.changed.connect(self._redraw)

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        return None  # nothing named in a text is ever fetched

    def createMimeDataFromSelection(self) -> QMimeData:
        """Words alone are copied, never a document's looks."""
        copied = QMimeData()
        copied.setText(self.textCursor().selection().toPlainText())
        return copied

    @property
    def shown_end(self) -> int:
        return self._offset + len(self._text)

    @property
    def shown_start(self) -> int:
        return self._offset

    @property
    def places(self) -> Places:
        return self._writer.places

    def words(self, start: int, end: int) -> str:
        return self._text[max(0, start - self._offset) : max(0, end - self._offset)]

    def show_slice(self, text: str, offset: int, blocks: tuple[Block, ...], format_name: str, goal: int) -> None:
        """`goal` is the offset that comes into view."""
        self._settled = False
        self._text, self._offset, self._blocks, self._format = text, offset, blocks, format_name
        self._set_all()
        self.go_to(goal)

    def append_slice(self, text: str, blocks: tuple[Block, ...]) -> None:
        """The part that follows the one shown."""
        layout = SourceLayout(text, self.shown_end, blocks, self._format)
        self._text += text
        self._blocks = self._blocks + tuple(block for block in blocks if block not in self._blocks)
        self._writer.write(layout)
        self._show_marks()

    def prepend_slice(self, text: str, offset: int, blocks: tuple[Block, ...]) -> None:
        """The part before the one shown, which stays where it is on screen."""
        old = self._offset
        self._text, self._offset = text + self._text, offset
        self._blocks = blocks + tuple(block for block in self._blocks if block not in blocks)
        self._settled = False
        self._set_all()
        self.verticalScrollBar().setValue(self._top_of(old))
        self._settled = True

    def show_marks(self, marks: tuple[Mark, ...]) -> None:
        self._marks = marks
        self._show_marks()

    def go_to(self, offset: int) -> None:
        self._goal, self._settled = offset, False
        QTimer.singleShot(0, self, self._to_goal)

    def holds(self, offset: int) -> bool:
        return self._offset <= offset < self.shown_end

    def place(self) -> int:
        """The offset of the first words in view."""
        return self.places.offset(self.cursorForPosition(QPoint(grid(5), grid(2))).position())

    def note_at(self, point: QPoint) -> int:
        """The footnote whose words are there, 0 for none."""
        across, down = self.horizontalScrollBar().value(), self.verticalScrollBar().value()
        exact = Qt.HitTestAccuracy.ExactHit
        position = self.document().documentLayout().hitTest(QPointF(point) + QPointF(across, down), exact)
        return note_at(self._marks, self.places.offset(position)) if position >= 0 else 0

    def zoom(self, step: int) -> None:
        at = ZOOMS.index(self._zoom)
        place = self.place()
        self._zoom = ZOOMS[min(max(at + step, 0), len(ZOOMS) - 1)]
        self._set_all()
        self.verticalScrollBar().setValue(self._top_of(place))

    def _redraw(self) -> None:
        place = self.verticalScrollBar().value()
        self._set_all()
        self.verticalScrollBar().setValue(place)

    def _set_all(self) -> None:
        self.setExtraSelections([])
        self.clear()
        self._writer = SourceWriter(self._theme, self.document(), self._zoom)
        self._writer.write(SourceLayout(self._text, self._offset, self._blocks, self._format))
        self._show_marks()

    def _show_marks(self) -> None:
        selections: list[QTextEdit.ExtraSelection] = []
        for mark in inside(self._marks, self._offset, self.shown_end):
            form = QTextCharFormat()
            form.setBackground(self._theme.colour(mark.look))
            for first, last in self.places.ranges(mark.start, mark.end):
                selection = QTextEdit.ExtraSelection()
                cursor = QTextCursor(self.document())
                cursor.setPosition(first)
                cursor.setPosition(last, QTextCursor.MoveMode.KeepAnchor)
                selection.cursor = cursor  # pyright: ignore[reportAttributeAccessIssue]  # a field in C++
                selection.format = form  # pyright: ignore[reportAttributeAccessIssue]  # a field in C++
                selections.append(selection)
        self.setExtraSelections(selections)

    def _top_of(self, offset: int) -> int:
        """Where the scroll bar stands when that word is the first in view."""
        cursor = QTextCursor(self.document())
        cursor.setPosition(self.places.position(offset))
        return self.verticalScrollBar().value() + self.cursorRect(cursor).top()

    def _to_goal(self) -> None:
        cursor = QTextCursor(self.document())
        cursor.setPosition(self.places.position(self._goal))
        self.setTextCursor(cursor)
        self._settled = True
        self.verticalScrollBar().setValue(self._top_of(self._goal) - int(self.viewport().height() * ABOVE))

    def _scrolled(self, value: int) -> None:
        if not self._settled:
            return
        if value >= self.verticalScrollBar().maximum() > 0:
            self.end_reached.emit()
        if value == 0 and self._offset > 0:
            self.start_reached.emit()
