"""Sets answers as SQL, JSON and tables: lines of code as they stand, and rows in columns, with footnote numbers."""

from collections.abc import Callable

from PySide6.QtGui import QTextBlockFormat, QTextCharFormat, QTextCursor, QTextFrameFormat, QTextTableFormat

from desktop.domain.answers import Answer, AnswerFormat, AnswerMode, Sentence, Support
from desktop.gui.answer_layout import apart_text
from desktop.gui.text_positions import inert
from desktop.gui.theme import Text, Theme, grid
from desktop.gui.wording import partly_text, shown

FORMED = (AnswerFormat.SQL, AnswerFormat.JSON, AnswerFormat.TABLE)
Range = tuple[int, int, int]


class FormWriter:
    """`number` gives the look of a footnote's number; 0 is that of the space between two."""

    def __init__(self, theme: Theme, number: Callable[[int], QTextCharFormat]) -> None:
        self._theme, self._number = theme, number
        self._ranges: list[Range] = []
        self._mode = AnswerMode.STRICT

    def write(self, cursor: QTextCursor, answer: Answer) -> list[Range]:
        """Where each sentence, line or row stands in the document: (start, end, index)."""
        self._mode = answer.mode
        if answer.format is AnswerFormat.TABLE and not answer.problems:
            self._table(cursor, answer)
        else:
            self._code(cursor, answer)
        return self._ranges

    def _code(self, cursor: QTextCursor, answer: Answer) -> None:
        cursor.setBlockFormat(QTextBlockFormat())
        at = 0
        for index, sentence in enumerate(answer.sentences):
            found = answer.text.find(sentence.text, at)
            cursor.insertText(inert(shown(answer.text[at:found])), self._look(Text.CODE, "ink"))
            at = found + len(sentence.text)
            self._piece(cursor, index, sentence, sentence.text, Text.CODE)

    def _table(self, cursor: QTextCursor, answer: Answer) -> None:
        rows = [_cells(sentence.text) for sentence in answer.sentences]
        shown = [at for at in range(len(rows)) if at != 1]  # the second is the rule below the head
        form = QTextTableFormat()
        form.setBorder(1)
        form.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        form.setBorderBrush(self._theme.colour("line"))
        form.setBorderCollapse(True)
        form.setCellPadding(grid(1.5))
        form.setHeaderRowCount(1)
        table = cursor.insertTable(len(shown), len(rows[0]), form)
        for row, at in enumerate(shown):
            for column, words in enumerate(rows[at][: len(rows[0])]):
                inside = table.cellAt(row, column).firstCursorPosition()
                last = column == len(rows[0]) - 1
                sentence = answer.sentences[at]
                self._piece(inside, at, sentence, words, Text.BODY, strong=row == 0, numbered=last)

    def _piece(
        self,
        cursor: QTextCursor,
        index: int,
        sentence: Sentence,
        words: str,
        font: Text,
        *,
        strong: bool = False,
        numbered: bool = True,
    ) -> None:
        start = cursor.position()
        unsupported = sentence.support is Support.UNSUPPORTED
        look = self._look(font, "muted" if unsupported else "ink")
        if strong:
            look.setFontWeight(600)
        if sentence.support is Support.PARTLY:
            look.setUnderlineStyle(QTextCharFormat.UnderlineStyle.DotLine)
            look.setUnderlineColor(self._theme.colour("muted"))
            look.setToolTip(partly_text(sentence.missing))
        cursor.insertText(inert(shown(words)), look)
        for place, n in enumerate(sentence.footnotes if numbered else ()):
            if place:
                cursor.insertText("\u202f", self._number(0))
            cursor.insertText(str(n), self._number(n))
        if unsupported and numbered:
            cursor.insertText(" " + apart_text(self._mode), self._look(Text.CAPTION, "muted"))
        self._ranges.append((start, cursor.position(), index))

    def _look(self, font: Text, role: str) -> QTextCharFormat:
        form = QTextCharFormat()
        form.setFont(self._theme.font(font))
        form.setForeground(self._theme.colour(role))
        return form


def _cells(row: str) -> list[str]:
    """As the engine reads a row: a bar after a backslash is no border."""
    inner = row.strip().removeprefix("|")
    inner = inner if inner.endswith("\\|") else inner.removesuffix("|")
    return [cell.strip().replace("\0", "|") for cell in inner.replace("\\|", "\0").split("|")]
