"""Puts together the reading text of formats that are not text themselves, and notes where each block stands."""

import itertools
import re
from bisect import bisect_right
from collections import deque
from dataclasses import replace

from desktop.domain.documents import Block, BlockKind, Document, PageSpan, TableSpan
from desktop.domain.places import At, PlaceSpan, PlaceUnit, places_between
from desktop.reading import problems
from desktop.reading.delimited import looks_like_a_header
from desktop.reading.text_lines import trimmed

CLOSE_KINDS = (BlockKind.LIST_ITEM, BlockKind.TABLE_ROW)
CELL_SEPARATOR = " | "
SLIDE_FORMATS = frozenset(("pptx", "odf"))
_SPACES = re.compile(r"[ \t\r\n\f\u00a0]+")
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff\x00-\x08\x0e-\x1f]")


def places_of(document: Document) -> tuple[PlaceSpan, ...]:
    """The document's places, or else its pages as places."""
    if document.places:
        return document.places
    unit = PlaceUnit.SLIDE if document.format in SLIDE_FORMATS else PlaceUnit.PAGE
    numbered = ((page, str(page.number)) for page in document.pages if page.start < page.end)
    return tuple(PlaceSpan(page.start, page.end, At(unit, number, number)) for page, number in numbered)


def one_line(text: str) -> str:
    """White space collapsed and invisible characters dropped, as a reader sees it."""
    return _SPACES.sub(" ", _INVISIBLE.sub("", text)).strip()


class TextBuilder:
    """Blocks in order; a blank line between them, a line end between rows of a table and items of a list."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self.blocks: list[Block] = []
        self._pages: list[PageSpan] = []
        self._places: list[PlaceSpan] = []
        self._tables: list[TableSpan] = []
        self._header: TableSpan | None = None  # of the table at hand, and no more of it
        self._in_table = False

    @property
    def length(self) -> int:
        """Characters so far."""
        return self._length

    def add(self, kind: BlockKind, text: str, level: int = 0, at: At | None = None) -> None:
        """Adds a block; blank ones are left out. `at` is its place. Raises FileProblem when it all becomes too much."""
        text = text.strip() if kind is not BlockKind.CODE else text.strip("\n")
        if not text.strip():
            return
        if kind is not BlockKind.TABLE_ROW:
            self.end_table()
        if self._length:
            close = self.blocks and kind in CLOSE_KINDS and self.blocks[-1].kind is kind
            self._append("\n" if close else "\n\n")
        start = self._length
        self._append(text)
        self.blocks.append(Block(kind, start, self._length, level))
        if at is not None:
            self._places.append(PlaceSpan(start, self._length, at))
        if kind is BlockKind.TABLE_ROW and not self._in_table:
            mark = CELL_SEPARATOR.strip()
            named = mark in text and looks_like_a_header(text, mark)
            self._header = TableSpan(start, self._length, self._length) if named else None
            self._in_table = True
        self._check_length()

    def end_table(self) -> None:
        """A row that comes next begins another table."""
        if self._header is not None and self.blocks[-1].start >= self._header.end:
            self._tables.append(replace(self._header, end=self.blocks[-1].end))
        self._header, self._in_table = None, False

    def add_text(self, document: Document, start: int, end: int, deeper: int, inside: str) -> None:
        """Adds that range of another document's text as it stands, with its blocks; headings `deeper` levels down.

        Its places are told as `inside` this. Raises FileProblem when it all becomes too much.
        """
        start, end = trimmed(document.text, start, end)
        if start >= end:
            return
        self.end_table()
        if self._length:
            self._append("\n\n")
        shift = self._length - start
        self._append(document.text[start:end])
        first = bisect_right(document.blocks, start, key=lambda block: block.end)
        for block in itertools.takewhile(lambda block: block.start < end, document.blocks[first:]):
            level = block.level + deeper if block.level else 0
            left, right = max(block.start, start), min(block.end, end)
            self.blocks.append(Block(block.kind, left + shift, right + shift, level))
        for table in document.tables:
            if start <= table.start and table.header_end < end:
                places = table.start + shift, table.header_end + shift, min(table.end, end) + shift
                self._tables.append(TableSpan(*places))
        whole = (PlaceSpan(start, end, At(PlaceUnit.WHOLE)),) if inside else ()
        for place in places_between(places_of(document), start, end) or whole:
            left, right = max(place.start, start), min(place.end, end)
            self._places.append(PlaceSpan(left + shift, right + shift, replace(place.at, inside=inside)))
        self._check_length()

    def place_with_next(self, number: int) -> None:
        """The block of this number, a heading, stands where the words below it do."""
        block = self.blocks[number]
        after = bisect_right(self._places, block.start, key=lambda place: place.end)
        if after < len(self._places):
            self._places.insert(after, PlaceSpan(block.start, block.end, self._places[after].at))

    @property
    def has_places(self) -> bool:
        return bool(self._places)

    def place_rest(self, first_block: int, at: At) -> None:
        """All blocks from this number on stand there, but those whose place is known."""
        begun = self.blocks[first_block].start if first_block < len(self.blocks) else self._length
        first = bisect_right(self._places, begun, key=lambda place: place.end)
        known, here = deque(self._places[first:]), list[PlaceSpan]()
        for block in self.blocks[first_block:]:
            while known and known[0].end <= block.start:
                here.append(known.popleft())
            if not known or known[0].start >= block.end:
                here.append(PlaceSpan(block.start, block.end, at))
        self._places[first:] = [*here, *known]

    def end_page(self, first_block: int) -> None:
        """All blocks from this number on are the next page; none: it has no text."""
        blocks = self.blocks[first_block:]
        start = blocks[0].start if blocks else self._length
        self._pages.append(PageSpan(len(self._pages) + 1, start, self._length))

    def document(self, format_name: str, title: str) -> Document:
        """`title` empty: the first heading, of the highest level there is."""
        self.end_table()
        text, pages, places = "".join(self._pieces), tuple(self._pages), tuple(self._places)
        title = title or self._first_heading(text)
        return Document(text, title, format_name, False, tuple(self.blocks), pages, tuple(self._tables), places=places)

    def _check_length(self) -> None:
        if self._length > problems.MAX_CHARACTERS:
            raise problems.too_much_text()

    def _append(self, piece: str) -> None:
        self._pieces.append(piece)
        self._length += len(piece)

    def _first_heading(self, text: str) -> str:
        headings = [block for block in self.blocks if block.kind is BlockKind.HEADING]
        if not headings:
            return ""
        top = min(headings, key=lambda block: block.level)
        return one_line(text[top.start : top.end])
