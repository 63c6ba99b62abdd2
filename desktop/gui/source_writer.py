"""Sets a layout into a QTextDocument in the theme's type, and knows where each word of the file went."""

import re
from bisect import bisect_right

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QBrush,
    QFont,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFrameFormat,
    QTextLength,
    QTextTableFormat,
)

from desktop.domain.documents import BlockKind
from desktop.gui.source_layout import Piece, SetBlock, SetTable, SourceLayout
from desktop.gui.text_positions import from_qt, to_qt
from desktop.gui.theme import Text, Theme, grid

HEADING_SIZES = (1.45, 1.2, 1.08)
BULLET = "•\u2002"
_NUMBERED = re.compile(r"(?:[-*+•]|\(?\d{1,9}[.)]|\(?[a-z][.)])\s+")
_DASH = re.compile(r"[-*+]\s+")
_NUMBER = re.compile(r"[-+(]?[$€£]?\s?\d[\d.,' ]*\s?[%€)]?$")


class Places:
    """Where pieces of the file's text stand in the document. Offsets are the file's, positions are Qt's."""

    def __init__(self) -> None:
        self._pieces: list[tuple[int, int, int]] = []  # start, end, position
        self._texts: list[str] = []

    def add(self, start: int, text: str, position: int) -> None:
        if text:
            self._pieces.append((start, start + len(text), position))
            self._texts.append(text)

    def ranges(self, start: int, end: int) -> list[tuple[int, int]]:
        """The stretches of the document that show [start, end), one for each piece: a selection can't cross cells."""
        found: list[tuple[int, int]] = []
        at = max(0, bisect_right(self._pieces, start, key=lambda piece: piece[0]) - 1)
        for (first, last, position), text in zip(self._pieces[at:], self._texts[at:], strict=True):
            if first >= end:
                break
            left, right = max(start, first) - first, min(end, last) - first
            if left < right:
                found.append((position + to_qt(text, left), position + to_qt(text, right)))
        return found

    def position(self, offset: int) -> int:
        """Of that character, or of the first one after it that is shown."""
        at = bisect_right(self._pieces, offset, key=lambda piece: piece[1])
        if at >= len(self._pieces):
            return self._pieces[-1][2] if self._pieces else 0
        first, _, position = self._pieces[at]
        return position + to_qt(self._texts[at], max(0, offset - first))

    def offset(self, position: int) -> int:
        at = max(0, bisect_right(self._pieces, position, key=lambda piece: piece[2]) - 1)
        if not self._pieces:
            return 0
        first, last, where = self._pieces[at]
        return min(first + from_qt(self._texts[at], max(0, position - where)), last)


class SourceWriter:
    """Writes at the end of `document`; `places` grows with what was written."""

    def __init__(self, theme: Theme, document: QTextDocument, zoom: float) -> None:
        self._theme, self._document, self._zoom = theme, document, zoom
        self.places = Places()
        self._unused = True  # the document's last block is empty and free to be written into

    def write(self, layout: SourceLayout) -> None:
        cursor = QTextCursor(self._document)
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.beginEditBlock()
        for part in layout.parts():
            if isinstance(part, SetTable):
                self._write_table(cursor, part, layout)
            else:
                self._write_block(cursor, part, layout)
        cursor.endEditBlock()

    def _write_block(self, cursor: QTextCursor, block: SetBlock, layout: SourceLayout) -> None:
        shape = self._shape(block)
        if self._unused:
            cursor.setBlockFormat(shape)
        else:
            cursor.insertBlock(shape)
        self._unused = False
        pieces = block.pieces
        if block.kind is BlockKind.LIST_ITEM:
            pieces = self._write_bullet(cursor, pieces, layout)
        for piece in pieces:
            self._write_piece(cursor, piece, layout, block)

    def _write_bullet(self, cursor: QTextCursor, pieces: tuple[Piece, ...], layout: SourceLayout) -> tuple[Piece, ...]:
        """A dash becomes a bullet; a number stays; where there is neither, a bullet comes."""
        first = pieces[0]
        words = layout.words(first.start, first.end)
        dash = _DASH.match(words)
        if dash is None and _NUMBERED.match(words):
            return pieces
        cursor.insertText(BULLET, self._form("muted"))
        start = first.start + (dash.end() if dash else 0)
        return (Piece(start, first.end, first.look, first.link), *pieces[1:])

    def _write_piece(self, cursor: QTextCursor, piece: Piece, layout: SourceLayout, block: SetBlock) -> None:
        text = layout.words(piece.start, piece.end)
        shown = text.replace("\n", "\u2028" if block.hard_lines else " ")
        self.places.add(piece.start, text, cursor.position())
        cursor.insertText(shown, self._piece_form(piece, block))

    def _write_table(self, cursor: QTextCursor, table: SetTable, layout: SourceLayout) -> None:
        if self._unused:  # Qt keeps a paragraph before a table
            cursor.setBlockFormat(_thin())
            cursor.setBlockCharFormat(QTextCharFormat())
        made = cursor.insertTable(len(table.rows), table.columns, self._table_form(table))
        titles = not table.timed and _names_columns(table, layout)
        for row, cells in enumerate(table.rows):
            for column, pieces in enumerate(cells):
                inside = made.cellAt(row, column).firstCursorPosition()
                inside.setBlockFormat(self._cell_shape(pieces, layout))
                look = "strong" if titles and row == 0 else ""
                look = "time" if table.timed and column == 0 else look
                for piece in pieces:
                    text = layout.words(piece.start, piece.end)
                    self.places.add(piece.start, text, inside.position())
                    shown = Piece(piece.start, piece.end, look or piece.look, piece.link)
                    inside.insertText(text.replace("\n", "\u2028"), self._cell_form(shown))
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.setBlockFormat(_thin())
        self._unused = True

    def _shape(self, block: SetBlock) -> QTextBlockFormat:
        zoom = self._zoom * (_heading_size(block.level) if block.kind is BlockKind.HEADING else 1.0)
        text = Text.CODE if block.kind is BlockKind.CODE else Text.SOURCE
        shape = self._theme.block_format(text, zoom)
        shape.setBottomMargin(grid(3 if block.kind is not BlockKind.LIST_ITEM else 1))
        if block.kind is BlockKind.HEADING:
            shape.setTopMargin(grid(3))
            shape.setBottomMargin(grid(2))
            shape.setHeadingLevel(max(1, min(block.level, 6)))
        elif block.kind is BlockKind.LIST_ITEM:
            shape.setLeftMargin(grid(5))
            shape.setTextIndent(-grid(3.5))
        elif block.kind is BlockKind.CODE:
            shape.setBackground(QBrush(self._theme.colour("wash")))
            shape.setLeftMargin(grid(2))
            shape.setRightMargin(grid(2))
        return shape

    def _cell_shape(self, pieces: tuple[Piece, ...], layout: SourceLayout) -> QTextBlockFormat:
        shape = self._theme.block_format(Text.QUOTE, self._zoom)
        words = "".join(layout.words(piece.start, piece.end) for piece in pieces)
        if _NUMBER.match(words):
            shape.setAlignment(Qt.AlignmentFlag.AlignRight)
        return shape

    def _table_form(self, table: SetTable) -> QTextTableFormat:
        form = QTextTableFormat()
        form.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
        form.setBorderCollapse(True)
        form.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        form.setBorder(0 if table.timed else 1)
        form.setBorderBrush(QBrush(self._theme.colour("line")))
        form.setCellPadding(grid(1.5))
        form.setTopMargin(grid(1))
        form.setBottomMargin(grid(3))
        if table.timed:
            time = self._theme.time_width(self._zoom)
            form.setColumnWidthConstraints(
                [QTextLength(QTextLength.Type.FixedLength, time), QTextLength(QTextLength.Type.VariableLength, 0)]
            )
        return form

    def _piece_form(self, piece: Piece, block: SetBlock) -> QTextCharFormat:
        if block.kind is BlockKind.HEADING:
            form = self._form("ink", Text.SOURCE, self._zoom * _heading_size(block.level))
            form.setFontWeight(QFont.Weight.Bold)
            return form
        return self._dressed(piece, self._form("ink", Text.CODE if piece.look == "code" else Text.SOURCE))

    def _cell_form(self, piece: Piece) -> QTextCharFormat:
        if piece.look == "time":
            return self._form("muted", Text.CODE)
        return self._dressed(piece, self._form("ink", Text.CODE if piece.look == "code" else Text.QUOTE))

    def _dressed(self, piece: Piece, form: QTextCharFormat) -> QTextCharFormat:
        if piece.look == "strong":
            form.setFontWeight(QFont.Weight.Bold)
        form.setFontItalic(piece.look == "slant")
        if piece.link:
            form.setAnchor(True)
            form.setAnchorHref(piece.link)
            form.setForeground(self._theme.colour("accent"))
            form.setFontUnderline(True)
        return form

    def _form(self, role: str, text: Text = Text.SOURCE, zoom: float = 0.0) -> QTextCharFormat:
        form = QTextCharFormat()
        form.setFont(self._theme.font(text, zoom or self._zoom))
        form.setForeground(self._theme.colour(role))
        return form


def _heading_size(level: int) -> float:
    return HEADING_SIZES[max(0, min(level, len(HEADING_SIZES)) - 1)]


def _thin() -> QTextBlockFormat:
    shape = QTextBlockFormat()
    shape.setLineHeight(1, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
    return shape


def _names_columns(table: SetTable, layout: SourceLayout) -> bool:
    """Whether the first row is of words alone."""
    first = [layout.words(piece.start, piece.end) for cell in table.rows[0] for piece in cell]
    return len(table.rows) > 1 and bool(first) and not any(_NUMBER.match(words) for words in first)
