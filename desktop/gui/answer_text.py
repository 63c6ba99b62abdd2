"""The text of an answer: sentences with superscript footnote numbers, set by hand into a document.

Nothing the model wrote is read as markup, and nothing is ever loaded: no pictures, no links but our own numbers.
"""

import math
from collections.abc import Iterable

from PySide6.QtCore import QSize, Qt, QUrl, Signal
from PySide6.QtGui import (
    QFont,
    QMouseEvent,
    QResizeEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextOption,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QTextBrowser, QTextEdit

from desktop.domain.answers import Answer, AnswerMode, Support
from desktop.domain.paragraphs import Paragraph, paragraphs
from desktop.gui.answer_forms import FORMED, FormWriter
from desktop.gui.answer_layout import apart_text
from desktop.gui.text_positions import inert, to_qt
from desktop.gui.theme import Text, Theme, grid
from desktop.gui.translation import tr
from desktop.gui.wording import partly_text, shown

SCHEME = "footnote"


class AnswerText(QTextBrowser):
    """As high as its text, so that the page scrolls and not the answer.

    Signals: `footnote_opened(n)`, `sentence_hovered(index)` with -1 for none, `footnote_hovered(n)` with 0 for none.
    """

    footnote_opened = Signal(int)
    sentence_hovered = Signal(int)
    footnote_hovered = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._answer: Answer | None = None
        self._ranges: list[tuple[int, int, int]] = []
        self._hovered = -1
        self.setOpenLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setMouseTracking(True)
        self.document().setDocumentMargin(0)
        self.document().setUndoRedoEnabled(False)
        self.document().documentLayout().documentSizeChanged.connect(lambda _: self._fit())
        self.anchorClicked.connect(self._open)
        self.highlighted.connect(self._link_hovered)
        self.setAccessibleName(tr("Answer"))
        theme.changed.connect(self._redraw)

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        return None  # nothing named in a text is ever fetched

    def append(self, text: str) -> None:
        """The next words of an answer that is being written."""
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.setBlockFormat(self._block())
        cursor.insertText(inert(shown(text)), self._format())

    def show_text(self, text: str) -> None:
        """Words without footnotes yet."""
        self._answer = None
        self._ranges = []
        self.setExtraSelections([])
        self.clear()
        self.append(text)

    def show_answer(self, answer: Answer) -> None:
        self._answer = answer
        self._ranges = []
        self.clear()
        cursor = QTextCursor(self.document())
        if answer.format in FORMED:
            self._ranges = FormWriter(self._theme, self._number).write(cursor, answer)
        for number, paragraph in enumerate(paragraphs(answer) if answer.format not in FORMED else ()):
            if number:
                cursor.insertBlock()
            cursor.setBlockFormat(self._block(apart=paragraph.apart, first=number == 0))
            self._write(cursor, paragraph, answer.mode)
        self.setAccessibleDescription(answer.text)
        self._fit()

    def light(self, sentences: tuple[int, ...]) -> None:
        """Lights these sentences, by index, and no others."""
        self.setExtraSelections([self._lit(start, end) for start, end, index in self._ranges if index in sentences])

    def _lit(self, start: int, end: int) -> QTextEdit.ExtraSelection:
        selection = QTextEdit.ExtraSelection()
        cursor = QTextCursor(self.document())
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        selection.cursor = cursor  # pyright: ignore[reportAttributeAccessIssue]  # a field in C++
        form = QTextCharFormat()
        form.setBackground(self._theme.colour("lit"))
        selection.format = form  # pyright: ignore[reportAttributeAccessIssue]  # a field in C++
        return selection

    def mark_words(self, spans: Iterable[tuple[int, int]]) -> None:
        """Marks these ranges, in code points, of what `show_text` shows."""
        text = self.toPlainText()
        self.setExtraSelections([self._lit(to_qt(text, start), to_qt(text, end)) for start, end in spans])

    def sizeHint(self) -> QSize:
        return QSize(grid(100), self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the page scrolls

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        position = self.cursorForPosition(event.position().toPoint()).position()
        self._hover(next((index for start, end, index in self._ranges if start <= position < end), -1))

    def leaveEvent(self, event: object) -> None:
        super().leaveEvent(event)  # pyright: ignore[reportArgumentType]  # QEvent
        self._hover(-1)

    def _hover(self, index: int) -> None:
        if index != self._hovered:
            self._hovered = index
            self.sentence_hovered.emit(index)

    def _link_hovered(self, url: QUrl) -> None:
        self.footnote_hovered.emit(int(url.path()) if url.scheme() == SCHEME else 0)

    def _open(self, url: QUrl) -> None:
        if url.scheme() == SCHEME:
            self.footnote_opened.emit(int(url.path()))

    def _write(self, cursor: QTextCursor, paragraph: Paragraph, mode: AnswerMode) -> None:
        if paragraph.apart:
            cursor.insertText("┄ ", self._format("muted"))
        for piece in paragraph.pieces:
            start = cursor.position()
            form = self._format("muted" if paragraph.apart else "ink")
            if piece.support is Support.PARTLY:
                form.setUnderlineStyle(QTextCharFormat.UnderlineStyle.DotLine)
                form.setUnderlineColor(self._theme.colour("muted"))
                form.setToolTip(partly_text(self._missing(piece.sentence)))
            cursor.insertText(inert(shown(piece.text)).replace("\n", "\u2028"), form)
            for place, n in enumerate(piece.footnotes):
                if place:
                    cursor.insertText("\u202f", self._number(0))
                cursor.insertText(str(n), self._number(n))
            if self._missing(piece.sentence):
                cursor.insertText(f" ({partly_text(self._missing(piece.sentence))})", self._note())
            if piece.sentence >= 0:
                self._ranges.append((start, cursor.position(), piece.sentence))
        if paragraph.apart:
            cursor.insertText("\u2028" + apart_text(mode), self._note())

    def _missing(self, sentence: int) -> tuple[str, ...]:
        """The words of a sentence, by index, that its footnotes don't carry."""
        return self._answer.sentences[sentence].missing if self._answer is not None and sentence >= 0 else ()

    def _note(self) -> QTextCharFormat:
        note = self._format("muted")
        note.setFont(self._theme.font(Text.BODY), QTextCharFormat.FontPropertiesInheritanceBehavior.FontPropertiesAll)
        return note

    def _block(self, *, apart: bool = False, first: bool = True) -> QTextBlockFormat:
        block = self._theme.block_format(Text.ANSWER)
        block.setTopMargin(0 if first else grid(3))
        block.setLeftMargin(grid(4) if apart else 0)
        return block

    def _format(self, role: str = "ink") -> QTextCharFormat:
        form = QTextCharFormat()
        form.setFont(self._theme.font(Text.ANSWER))
        form.setForeground(self._theme.colour(role))
        return form

    def _number(self, n: int) -> QTextCharFormat:
        form = self._format("accent")
        form.setFontWeight(QFont.Weight.DemiBold)
        form.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignSuperScript)
        if n:
            form.setAnchor(True)
            form.setAnchorHref(f"{SCHEME}:{n}")
            form.setToolTip(tr("Footnote {number}", number=n))
        return form

    def _fit(self) -> None:
        height = math.ceil(self.document().size().height())
        if height != self.height():
            self.setFixedHeight(max(height, 1))

    def _redraw(self) -> None:
        if self._answer is not None:
            self.show_answer(self._answer)
        else:
            self.show_text(self.toPlainText())
