"""Gets what the reader shows from the engine: where the words stand now, then the part of the file around them.

Knows which marks there are and where in the file the reader is. Draws nothing.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal

from desktop.domain.documents import PageSpan
from desktop.domain.errors import FootnoteError
from desktop.gui.engine_client import EngineClient
from desktop.gui.source_marks import CITED, OTHER, Mark, Marks
from desktop.gui.source_place import SourcePlace
from desktop.protocol import source_messages as m
from desktop.protocol.lines import Method
from desktop.protocol.reader_messages import TextRange

P = TypeVar("P")
R = TypeVar("R")

AROUND = 12_000  # characters on either side of the words
MORE = 40_000  # characters that are read on or back at once
WHOLE = 1_000_000  # characters of a file of lines
ROWS = 100
WORDS_SCALE = 0.2  # pixels a point
MOST_RANGES = 400  # that are placed on one page


class ReaderSource(QObject):
    """Signals: `text_read(SourceText, goal)`, `more_read(SourceText)`, `code_read(SourceText, goal)`,
    `rows_read(SourceRows)`, `more_rows_read(SourceRows)`, `page_read(SourcePage, ranges)`,
    `page_words_read(SourcePage)`,
    `slide_read(SourceText, number, pages)`, `marks_changed(Marks)`, `words_located(Found)`,
    `reading_failed(FootnoteError)`.
    """

    text_read = Signal(object, int)
    more_read = Signal(object)
    code_read = Signal(object, int)
    rows_read = Signal(object)
    more_rows_read = Signal(object)
    page_read = Signal(object, object)
    page_words_read = Signal(object)
    slide_read = Signal(object, int, int)
    marks_changed = Signal(object)
    words_located = Signal(object)
    reading_failed = Signal(object)

    def __init__(self, client: EngineClient, scale: Callable[[], float], parent: QObject) -> None:
        """`scale` tells how many pixels a point a page is to have."""
        super().__init__(parent)
        self._client, self._scale = client, scale
        self._place: SourcePlace | None = None
        self.view = m.SourceView.TEXT
        self.marks = Marks()
        self.number = 1
        self.pages = 1
        self.first_view = m.SourceView.TEXT
        self._total = 0
        self._goal = 0
        self._round = 0
        self._asked_page = 0
        self._reading_on = False

    def open(self, place: SourcePlace, kept: int = 0) -> None:
        """`kept` is where the reader was in the file before: an offset, or the number of a page."""
        self._round += 1
        self._reading_on = False
        self._place = place
        self.marks = Marks()
        numbers = [n for n, _ in place.cited()]
        asked = m.LocateWords(place.file_id, tuple(words for _, words in place.cited()))
        self._call(m.LOCATE_WORDS, asked, lambda file: self._located(file, numbers, kept))

    def forget(self) -> None:
        self._round += 1
        self._place = None
        self.marks = Marks()

    def light(self, numbers: frozenset[int]) -> None:
        """Lights the words of these footnotes."""
        if self.marks.lit != numbers:
            self.marks = replace(self.marks, lit=numbers)
            self.marks_changed.emit(self.marks)

    def show_hits(self, hits: tuple[m.WordsHit, ...], at: int) -> None:
        """Marks what was found and goes to one of the hits; -1: to none."""
        self.marks = replace(self.marks, hits=hits, at=at)
        self.marks_changed.emit(self.marks)
        if 0 <= at < len(hits):
            self.go_to(hits[at].start, hits[at].page)
        elif self.view is m.SourceView.PAGE and not hits:
            self._read_page()

    def find(self, words: str, most: int, take: Callable[[m.FoundWords], object]) -> None:
        if self._place is not None:
            self._call(m.FIND_WORDS, m.FindWords(self._place.file_id, words, most), take)

    def go_to(self, offset: int, page: int | None) -> None:
        self._goal = offset
        if self.view is m.SourceView.PAGE:
            self.number = page or self.number
            self._read_page()
        elif self.view is m.SourceView.SLIDE:
            self.number = page or self.number
            self._read_slide()
        elif self.view is m.SourceView.GRID:
            self._read_rows(-1, 0)
        elif self.view is m.SourceView.CODE:
            self._read_code()
        else:
            self._read_text()

    def change_view(self) -> None:
        """Between the file as it looks and its text alone."""
        main = self.marks.main()
        as_text = self.view is not m.SourceView.TEXT
        self.view = m.SourceView.TEXT if as_text else self.first_view
        self.go_to(main.start if main is not None else self._goal, self.number)

    def turn(self, step: int) -> None:
        self.turn_to(self.number + step)

    def turn_to(self, number: int) -> None:
        if self._place is not None and 1 <= number <= self.pages and number != self.number:
            self.number = number
            self._read_slide() if self.view is m.SourceView.SLIDE else self._read_page()

    def read_page_again(self) -> None:
        if self._place is not None and self.view is m.SourceView.PAGE:
            self._read_page()

    def read_page_words(self) -> None:
        """Where all words of the page stand; the picture of it may be small."""
        place = self._place
        if place is not None and self.view is m.SourceView.PAGE:
            asked = m.OpenPage(place.file_id, self.number, WORDS_SCALE, (), True)
            self._call(m.OPEN_PAGE, asked, self.page_words_read.emit)

    def read_sheet(self, number: int) -> None:
        self._read_rows(number, 0)

    def read_rows(self, sheet: int, first: int, count: int) -> None:
        """More rows of the sheet on screen."""
        if self._place is not None:
            asked = m.OpenRows(self._place.file_id, sheet, first, count, 0)
            self._call(m.OPEN_ROWS, asked, self.more_rows_read.emit)

    def read_on(self, offset: int) -> None:
        if not self._reading_on and offset < self._total and self.view is m.SourceView.TEXT:
            self._reading_on = True
            self._ask_text(offset, MORE, self._take_more)

    def read_back(self, offset: int) -> None:
        """The part that ends at `offset`."""
        if not self._reading_on and offset > 0 and self.view is m.SourceView.TEXT:
            self._reading_on = True
            start = max(0, offset - MORE)
            self._ask_text(start, offset - start, self._take_more)

    def _located(self, file: m.SourceFile, numbers: list[int], kept: int) -> None:
        self.view = self.first_view = file.view
        looks = (CITED, *(OTHER for _ in numbers[1:]))
        cited = zip(numbers, looks, file.words, strict=True)
        self.marks = Marks(tuple(Mark(w.start, w.end, look, n, w.page) for n, look, w in cited))
        first = file.words[0]
        self.words_located.emit(first.found)
        self.marks_changed.emit(self.marks)
        self.number, self.pages = 1, 1
        if self.view in (m.SourceView.PAGE, m.SourceView.SLIDE):
            self.number = kept or 1
        known = first.found is not m.Found.UNKNOWN
        self.go_to(first.start if known else kept, first.page)

    def _read_text(self) -> None:
        main = self.marks.main()
        end = main.end if main is not None and main.start == self._goal else self._goal
        start = max(0, self._goal - AROUND)
        self._ask_text(start, end - start + AROUND, self._take_text)

    def _read_code(self) -> None:
        def take(text: m.SourceText) -> None:
            self.code_read.emit(text, self._goal)

        # lines are shown from the first on, so that their numbers are right
        self._ask_text(0, max(WHOLE, self._goal + AROUND), take, whole_blocks=False)

    def _ask_text(
        self, offset: int, limit: int, take: Callable[[m.SourceText], object], *, whole_blocks: bool = True
    ) -> None:
        if self._place is not None:
            self._call(m.OPEN_TEXT, m.OpenText(self._place.file_id, offset, limit, whole_blocks), take)

    def _take_text(self, text: m.SourceText) -> None:
        self._total = text.total
        self._reading_on = False
        self.text_read.emit(text, self._goal)

    def _take_more(self, text: m.SourceText) -> None:
        self._reading_on = False
        self.more_read.emit(text)

    def _read_rows(self, sheet: int, first: int) -> None:
        if self._place is not None:
            asked = m.OpenRows(self._place.file_id, sheet, first, ROWS, self._goal)
            self._call(m.OPEN_ROWS, asked, self._take_rows)

    def _take_rows(self, rows: m.SourceRows) -> None:
        if rows.sheets:
            self.rows_read.emit(rows)
        else:  # a workbook without a table
            self.first_view = m.SourceView.TEXT
            self.change_view()

    def _read_slide(self) -> None:
        """Where slides begin and end is told with any part of the text."""

        def take(text: m.SourceText) -> None:
            self.pages = len(text.pages)
            self.number = max(1, min(self.number, self.pages))
            page = next((page for page in text.pages if page.number == self.number), PageSpan(1, 0, text.total))
            length = page.end - page.start
            self._ask_text(page.start, length, lambda slide: self._take_slide(slide), whole_blocks=False)

        self._ask_text(0, 0, take, whole_blocks=False)

    def _take_slide(self, text: m.SourceText) -> None:
        self.slide_read.emit(text, self.number, self.pages)

    def _read_page(self) -> None:
        place = self._place
        if place is None:
            return
        ranges = tuple(TextRange(mark.start, mark.end) for mark in self.marks.on_page(self.number))[:MOST_RANGES]
        self._asked_page += 1
        this = self._asked_page

        def took(page: m.SourcePage) -> None:
            if this == self._asked_page:
                self.pages = page.pages
                self._take_page(page, ranges)

        self._call(m.OPEN_PAGE, m.OpenPage(place.file_id, self.number, self._scale(), ranges), took)

    def _take_page(self, page: m.SourcePage, ranges: tuple[TextRange, ...]) -> None:
        main = self.marks.main()
        self.marks = self.marks.after_page(page.number, page.end)
        moved = main is not None and main.page == page.number and main.start == self._goal >= page.end >= 0
        if moved and page.number < page.pages:
            self.number = page.number + 1
            self._read_page()
        else:
            self.page_read.emit(page, ranges)

    def _call(self, method: Method[P, R], params: P, take: Callable[[R], Any]) -> None:
        """What comes back after another file was opened is dropped."""
        this = self._round

        def took(result: R) -> None:
            if this == self._round:
                take(result)

        def failed(error: FootnoteError) -> None:
            if this == self._round:
                self._reading_on = False
                self.reading_failed.emit(error)

        self._client.call(method, params, took, failed)
