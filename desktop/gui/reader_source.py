"""Gets what the reader shows from the engine: the slice of text around the words, or the page they stand on.

Compares the file with the one that was cited, and looks for the words when it has changed. Draws nothing.
"""

from PySide6.QtCore import QObject, Signal

from desktop.domain.errors import FootnoteError
from desktop.gui.engine_client import EngineClient
from desktop.gui.reader_page import ReaderPage
from desktop.gui.source_place import SourcePlace, find_words, page_at
from desktop.gui.translation import tr
from desktop.protocol.engine_messages import OPEN_PAGE, OPEN_TEXT, OpenPage, OpenText, SourcePage, SourceText

AROUND = 30_000  # characters on either side of the words
WHOLE = 1_000_000  # characters of a file of lines, or to look for moved words in
LINED = ("code", "csv", "json")


class ReaderSource(QObject):
    """Signals: `text_read(text, offset, blocks, mark)`, `more_read(text, offset, blocks)`, `code_read(text, mark)`,
    `page_read(number, pages)`, `comparison_made(sentence, look)`, `reading_failed(FootnoteError)`.
    """

    text_read = Signal(str, int, object, object)
    more_read = Signal(str, int, object)
    code_read = Signal(str, object)
    page_read = Signal(int, int)
    comparison_made = Signal(str, str)
    reading_failed = Signal(object)

    def __init__(self, client: EngineClient, page: ReaderPage, parent: QObject) -> None:
        super().__init__(parent)
        self._client, self._page = client, page
        self._place: SourcePlace | None = None
        self._mark = (0, 0)
        self._number = 1
        self._pages = 1
        self._total = 0
        self._round = 0
        self._reading_on = False

    def open(self, place: SourcePlace) -> None:
        self._round += 1
        self._reading_on = False
        self._place = place
        self._mark = (place.start, place.end)
        if place.paged:
            self._number = place.page or 1
            self._read_page()
            self._ask(place.start, max(1, place.end - place.start), self._compare)
        else:
            self._read_text()

    def forget(self) -> None:
        self._round += 1
        self._place = None

    def show_as_text(self) -> None:
        self._read_text()

    def turn(self, step: int) -> None:
        if self._place is not None and 1 <= self._number + step <= self._pages:
            self._number += step
            self._read_page()

    def read_page_again(self) -> None:
        if self._place is not None and self._place.paged:
            self._read_page()

    def read_on(self, offset: int) -> None:
        if not self._reading_on and offset < self._total:
            self._reading_on = True
            self._ask(offset, 2 * AROUND, self._take_more)

    def read_back(self, offset: int) -> None:
        """The part that ends at `offset`."""
        if not self._reading_on and offset > 0:
            self._reading_on = True
            start = max(0, offset - AROUND)
            self._ask(start, offset - start, self._take_more)

    def _read_text(self) -> None:
        start, end = self._mark
        offset = max(0, start - AROUND)
        self._ask(offset, end - offset + AROUND, self._take_text)

    def _ask(self, offset: int, limit: int, take: object) -> None:
        place, this = self._place, self._round
        if place is None:
            return

        def took(text: SourceText) -> None:
            if this == self._round:
                take(text)  # pyright: ignore[reportCallIssue]  # one of the bound methods below

        self._client.call(OPEN_TEXT, OpenText(place.file_id, offset, limit), took, lambda e: self._fail(this, e))

    def _read_page(self) -> None:
        place, this = self._place, self._round
        if place is None:
            return
        request = OpenPage(place.file_id, self._number, self._page.scale(), *self._mark)

        def took(page: SourcePage) -> None:
            if this == self._round and page.number == self._number:
                self._pages = page.pages
                self._page.show_page(page)
                self.page_read.emit(page.number, page.pages)

        self._client.call(OPEN_PAGE, request, took, lambda e: self._fail(this, e))

    def _fail(self, this: int, error: FootnoteError) -> None:
        if this == self._round:
            self._reading_on = False
            self.reading_failed.emit(error)

    def _take_text(self, text: SourceText) -> None:
        place = self._place
        if place is None:
            return
        if self._moved(text):
            self._look_for_words(text)
            return
        if text.format in LINED and text.offset > 0:
            self._ask(0, min(WHOLE, self._mark[1] + AROUND), self._take_text)
            return
        self._say_unchanged()
        self._show(text)

    def _show(self, text: SourceText) -> None:
        self._total = text.total
        if text.format in LINED and text.offset == 0:
            self.code_read.emit(text.text, self._mark)
        else:
            self.text_read.emit(text.text, text.offset, text.blocks, self._mark)

    def _take_more(self, text: SourceText) -> None:
        self._reading_on = False
        self.more_read.emit(text.text, text.offset, text.blocks)

    def _moved(self, text: SourceText) -> bool:
        place = self._place
        return place is not None and bool(place.sha256) and place.sha256 != text.sha256

    def _compare(self, text: SourceText) -> None:
        """For a page: its text is read only to see whether the file is the one that was cited."""
        if self._moved(text):
            self._look_for_words(text)
        else:
            self._say_unchanged()

    def _say_unchanged(self) -> None:
        if self._place is not None and self._place.sha256:
            self.comparison_made.emit(tr("File on disk unchanged since the answer ✓"), "good")

    def _look_for_words(self, text: SourceText) -> None:
        if text.offset == 0 and len(text.text) == text.total:
            self._take_changed(text)
        else:
            self._ask(0, WHOLE, self._take_changed)

    def _take_changed(self, text: SourceText) -> None:
        place = self._place
        if place is None:
            return
        found = find_words(text.text, place.quote, place.start)
        self._mark = found or (0, 0)
        if found is None:
            gone = tr("The file has changed since the answer, and these words are no longer in it.")
            self.comparison_made.emit(gone, "bad")
        else:
            self.comparison_made.emit(tr("The file has changed since the answer; the words are still here."), "muted")
        page = page_at(text.pages, found[0]) if found else None
        if place.paged:
            self._number = page or self._number
            self._read_page()
            return
        start = max(0, self._mark[0] - AROUND) if text.format not in LINED else 0
        part = text.text[start : self._mark[1] + AROUND]
        self._total = text.total
        if start == 0 and text.format in LINED:
            self.code_read.emit(part, self._mark)
        else:
            self.text_read.emit(part, start, text.blocks, self._mark)
