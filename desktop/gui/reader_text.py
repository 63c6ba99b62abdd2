"""A source file as text in the serif, with the footnoted words marked. Shows a slice; asks for more by a signal."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFont, QTextCharFormat, QTextCursor, QTextOption
from PySide6.QtWidgets import QFrame, QTextEdit

from desktop.domain.documents import Block, BlockKind
from desktop.gui.text_positions import inert, to_qt
from desktop.gui.theme import Text, Theme, grid
from desktop.gui.translation import tr

ABOVE = 0.3  # of the view stands above the marked words


class ReaderText(QTextEdit):
    """Signals: `end_reached()` and `start_reached()` when the last or the first line of the slice comes into view."""

    end_reached = Signal()
    start_reached = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._text, self._offset = "", 0
        self._blocks: tuple[Block, ...] = ()
        self._mark = (0, 0)
        self.setObjectName("sourceText")
        self.setReadOnly(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setUndoRedoEnabled(False)
        self.setAccessibleName(tr("Text of the file"))
        self.document().setDocumentMargin(grid(4))
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        theme.changed.connect(self._redraw)

    @property
    def shown_end(self) -> int:
        return self._offset + len(self._text)

    @property
    def shown_start(self) -> int:
        return self._offset

    def marked_words(self) -> str:
        """What is marked, as it stands on screen."""
        start, end = self._mark
        return self._text[start - self._offset : end - self._offset]

    def show_slice(self, text: str, offset: int, blocks: tuple[Block, ...], mark: tuple[int, int]) -> None:
        self._text, self._offset, self._blocks, self._mark = inert(text), offset, blocks, mark
        self._redraw()
        QTimer.singleShot(0, self, self._to_mark)

    def append_slice(self, text: str, blocks: tuple[Block, ...]) -> None:
        """The part that follows the one shown."""
        fresh = inert(text)
        start = self._offset + len(self._text)
        self._text += fresh
        self._blocks = self._blocks + tuple(block for block in blocks if block not in self._blocks)
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText(fresh, self._format())
        self._set_blocks(start)

    def prepend_slice(self, text: str, offset: int, blocks: tuple[Block, ...]) -> None:
        """The part before the one shown, which stays where it is on screen."""
        old = self._offset
        self._text, self._offset = inert(text) + self._text, offset
        self._blocks = blocks + tuple(block for block in self._blocks if block not in blocks)
        self._redraw()
        self.verticalScrollBar().setValue(self.cursorRect(self._cursor(old, old)).top())

    def _redraw(self) -> None:
        place = self.verticalScrollBar().value()
        self.clear()
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        cursor.setBlockFormat(self._theme.block_format(Text.SOURCE))
        cursor.insertText(self._text, self._format())
        cursor.endEditBlock()
        self._set_blocks(self._offset)
        self._show_mark()
        self.verticalScrollBar().setValue(place)

    def _set_blocks(self, start: int) -> None:
        """Headings stand out, code keeps its columns; the words are never changed."""
        styled = (BlockKind.HEADING, BlockKind.CODE)
        blocks = [b for b in self._blocks if b.kind in styled and start <= b.start and b.end <= self.shown_end]
        edit = QTextCursor(self.document())
        edit.beginEditBlock()
        for block in blocks:
            form = QTextCharFormat()
            if block.kind is BlockKind.HEADING:
                form.setFontWeight(QFont.Weight.Bold)
                form.setProperty(QTextCharFormat.Property.FontSizeAdjustment, max(0, 3 - block.level))
            else:
                form.setFont(self._theme.font(Text.CODE))
            self._cursor(block.start, block.end).mergeCharFormat(form)
        edit.endEditBlock()

    def _format(self) -> QTextCharFormat:
        form = QTextCharFormat()
        form.setFont(self._theme.font(Text.SOURCE))
        form.setForeground(self._theme.colour("ink"))
        return form

    def _cursor(self, start: int, end: int) -> QTextCursor:
        cursor = QTextCursor(self.document())
        cursor.setPosition(to_qt(self._text, max(0, start - self._offset)))
        cursor.setPosition(to_qt(self._text, max(0, end - self._offset)), QTextCursor.MoveMode.KeepAnchor)
        return cursor

    def _show_mark(self) -> None:
        start, end = self._mark
        if start >= end:
            self.setExtraSelections([])
            return
        selection = QTextEdit.ExtraSelection()
        selection.cursor = self._cursor(start, end)  # pyright: ignore[reportAttributeAccessIssue]  # a field in C++
        form = QTextCharFormat()
        form.setBackground(self._theme.colour("mark"))
        selection.format = form  # pyright: ignore[reportAttributeAccessIssue]  # a field in C++
        self.setExtraSelections([selection])

    def _to_mark(self) -> None:
        cursor = self._cursor(self._mark[0], self._mark[0])
        self.setTextCursor(cursor)
        bar = self.verticalScrollBar()
        top = self.cursorRect(cursor).top()
        bar.setValue(bar.value() + top - int(self.viewport().height() * ABOVE))

    def _scrolled(self, value: int) -> None:
        if value >= self.verticalScrollBar().maximum() > 0:
            self.end_reached.emit()
        if value == 0 and self._offset > 0:
            self.start_reached.emit()
