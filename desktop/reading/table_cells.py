"""The sheets, rows and cells of a document that is a table, by their exact ranges in its text. Reads no file."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from desktop.domain.documents import Block, BlockKind, Document
from desktop.domain.places import PlaceUnit
from desktop.reading.delimited import SAMPLE_CHARACTERS, sniff_separator
from desktop.reading.text_builder import CELL_SEPARATOR

MOST_COLUMNS = 1_000
LOOKED_AT = 100  # rows


@dataclass(frozen=True, slots=True)
class Cell:
    """`text` is as it is read, without quotes; it stands at [start, end) of the document's text."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class TableSheet:
    """One table; `rows` are its blocks. Where its first row names the columns, it is its `header`."""

    name: str
    rows: tuple[Block, ...]
    has_header: bool


class Table:
    """`sheets` in order. Cells are parsed as rows are asked for."""

    def __init__(self, document: Document) -> None:
        self._text = document.text
        self._separator = sniff_separator(self._text[:SAMPLE_CHARACTERS]) if document.format == "csv" else ""
        self._places = document.places
        self._named = {table.start for table in document.tables}
        self.sheets = tuple(self._sheet(name, rows) for name, rows in _grouped(document) if rows)

    def cells(self, row: Block) -> tuple[Cell, ...]:
        if self._separator:
            return _fields(self._text, row.start, row.end, self._separator)
        return _joined(self._text, row.start, row.end)

    def number(self, row: Block) -> int:
        """The file's own number of the row, from 1; 0 where it tells none. Empty rows are counted by it."""
        at = bisect_right(self._places, row.start, key=lambda place: place.end)
        if at == len(self._places) or self._places[at].start > row.start:
            return 0
        digits = re.search(r"\d+$", self._places[at].at.first)
        return int(digits.group()) if digits and self._places[at].at.unit in (PlaceUnit.SHEET, PlaceUnit.ROW) else 0

    def columns(self, sheet: TableSheet) -> int:
        """Of the widest among its first rows."""
        return max(len(self.cells(row)) for row in sheet.rows[:LOOKED_AT])

    def place_of(self, offset: int) -> tuple[int, int]:
        """(sheet, row) at that offset of the text, or else the first after it; (0, 0) when there is none."""
        for number, sheet in enumerate(self.sheets):
            if sheet.rows[-1].end > offset:
                return number, bisect_right(sheet.rows, offset, key=lambda row: row.end)
        return 0, 0

    def _sheet(self, name: str, rows: Sequence[Block]) -> TableSheet:
        return TableSheet(name, tuple(rows), rows[0].start in self._named)


def _grouped(document: Document) -> list[tuple[str, list[Block]]]:
    groups: list[tuple[str, list[Block]]] = [("", [])]
    for block in document.blocks:
        if block.kind is BlockKind.HEADING:
            groups.append((document.text[block.start : block.end], []))
        elif block.kind is BlockKind.TABLE_ROW:
            groups[-1][1].append(block)
    return groups


def _joined(text: str, start: int, end: int) -> tuple[Cell, ...]:
    """Cells that TextBuilder joined; it strips the row, so an empty first cell has lost its space."""
    mark = CELL_SEPARATOR
    cells: list[Cell] = []
    at = start
    if text.startswith(mark.lstrip(), start, end):
        cells.append(Cell(start, start, ""))
        at = start + len(mark.lstrip())
    while len(cells) < MOST_COLUMNS:
        found = text.find(mark, at, end)
        if found < 0:
            break
        cells.append(Cell(at, found, text[at:found]))
        at = found + len(mark)
    cells.append(Cell(at, end, text[at:end]))
    return tuple(cells)


def _fields(text: str, start: int, end: int, separator: str) -> tuple[Cell, ...]:
    """As in RFC 4180: a quote counts only where a field begins."""
    mark = re.escape(separator)
    pattern = re.compile(rf'(?:"((?:[^"]|"")*+)"[^{mark}]*+|([^{mark}]*+))({mark}|$)')
    record = text[start:end]
    cells: list[Cell] = []
    at = 0
    while len(cells) < MOST_COLUMNS and (match := pattern.match(record, at)) is not None:
        inner = 1 if match.group(1) is not None else 2
        words = match.group(inner).replace('""', '"') if inner == 1 else match.group(inner)
        cells.append(Cell(start + match.start(inner), start + match.end(inner), words))
        at = match.end()
        if not match.group(3):
            break
    return tuple(cells)
