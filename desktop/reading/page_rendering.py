"""Renders a PDF page or a picture to a PNG and finds where words of the document's text stand on it.

Keeps the last PDF open, because people turn pages. Words that were recognised have the places they were found at.
"""

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from desktop.domain.errors import FileProblem
from desktop.protocol.reader_messages import Box, PageRendered, PageWord, RenderPage
from desktop.reading import problems
from desktop.reading.document_file import write_whole
from desktop.reading.formats import format_of
from desktop.reading.page_places import page_spans
from desktop.reading.pdf import text_of_page
from desktop.reading.pdf_layout import PageText, Rectangle
from desktop.reading.pdf_pages import MAX_PIXELS, PdfFile, PdfPage
from desktop.reading.picture import Picture
from desktop.reading.png import png_of
from desktop.reading.recognised import RecognisedPage
from desktop.reading.recognised_pages import Pages, read_pages
from desktop.reading.recognised_text import RecognisedPlaces, recognised_text
from desktop.reading.regular_files import file_stamp, open_regular_file, read_open_file

WIDTH_IN_POINTS = 595  # pictures are shown as wide as an A4 page
MOST_WORDS = 5_000  # of a page are told
Places = Callable[[int, int], tuple[Box, ...]]
# with the white space after it
_WORD = re.compile(r"(\S+)\s*")


@dataclass(frozen=True, slots=True)
class _OpenPdf:
    """`lengths` counts the characters of the pages looked at so far, from the first on."""

    path: str
    stamp: tuple[int, int]
    pdf: PdfFile
    lengths: list[int]


class PageRenderer:
    """Serves one request at a time; not thread-safe."""

    def __init__(self) -> None:
        self._open: _OpenPdf | None = None

    def render(self, request: RenderPage, descriptor: int | None = None) -> PageRendered:
        """Of the open file, or else of the one at the path. Raises FileProblem when it or the page can't be read."""
        if descriptor is None:
            opened = open_regular_file(request.path)
            try:
                return self.render(request, opened)
            finally:
                os.close(opened)
        known = read_pages(Path(request.recognised)) if request.recognised else {}
        try:
            if format_of(request.path) == "image":
                return _render_picture(request, read_open_file(descriptor).data, known)
            current = self._opened(request.path, descriptor)
            page = current.pdf.page(request.number) if 1 <= request.number <= current.pdf.page_count else None
            if page is None:
                raise _no_such_page()
            with page:
                return self._render(current, page, request, known)
        except MemoryError:
            raise problems.out_of_memory() from None

    def _render(self, current: _OpenPdf, page: PdfPage, request: RenderPage, known: Pages) -> PageRendered:
        picture, pages = page.render(request.scale), current.pdf.page_count
        if not request.ranges and not request.words:
            return _written(request, picture, pages)
        text, recognised = text_of_page(page), known.get(str(request.number))
        if text.text or recognised is None:
            boxes_of = partial(boxes_of_range, page, picture, text)
        else:
            text = recognised_text(recognised)
            boxes_of = partial(recognised_boxes, recognised, text, RecognisedPlaces(recognised), picture)
        start = self._start_of_page(current, request, known, text.text) if request.ranges else -1
        return _written(request, picture, pages, text.text, start, boxes_of)

    def _opened(self, path: str, descriptor: int) -> _OpenPdf:
        stamp = file_stamp(descriptor)
        if self._open is not None and (self._open.path, self._open.stamp) == (path, stamp):
            return self._open
        if self._open is not None:
            self._open.pdf.close()
            self._open = None
        content = read_open_file(descriptor)
        self._open = _OpenPdf(path, (len(content.data), content.modified), PdfFile(content.data), [])
        return self._open

    def _start_of_page(self, current: _OpenPdf, request: RenderPage, known: Pages, text: str) -> int:
        number = request.number
        if request.page_start >= 0:
            return request.page_start
        if len(current.lengths) < number - 1:
            for anchor in request.anchors:
                if text.count(anchor.text) == 1:
                    return anchor.start - text.index(anchor.text)
        return self._counted_start(current, number, known)

    def _counted_start(self, current: _OpenPdf, number: int, known: Pages) -> int:
        """Needs the text of all pages before it, made once for each."""
        while len(current.lengths) < number:
            page = current.pdf.page(len(current.lengths) + 1)
            if page is None:
                current.lengths.append(0)
                continue
            with page:
                current.lengths.append(len(text_of_page(page).text))
        recognised = [known.get(str(page)) for page in range(1, number + 1)]
        return page_spans(
            [
                length or (len(recognised_text(page).text) if page else 0)
                for length, page in zip(current.lengths, recognised, strict=False)
            ]
        )[number - 1].start


def _render_picture(request: RenderPage, data: bytes, known: Pages) -> PageRendered:
    from desktop.reading.picture_decoding import PictureFile

    with PictureFile(data) as file:
        if not 1 <= request.number <= file.page_count:
            raise _no_such_page()
        width, height = file.size_of(request.number)
        wanted = WIDTH_IN_POINTS * request.scale
        picture = file.picture(request.number, min(MAX_PIXELS, wanted * wanted * height / width))
        pages = [known.get(str(number)) for number in range(1, request.number + 1)]
        start = page_spans([len(recognised_text(page).text) if page else 0 for page in pages])[-1].start
        shown = pages[-1]
        if shown is None:
            return _written(request, picture, file.page_count, "", start)
        text = recognised_text(shown)
        boxes_of = partial(recognised_boxes, shown, text, RecognisedPlaces(shown), picture)
        return _written(request, picture, file.page_count, text.text, start, boxes_of)


def _nowhere(_start: int, _end: int) -> tuple[Box, ...]:
    return ()


def _written(
    request: RenderPage, picture: Picture, pages: int, text: str = "", start: int = -1, boxes_of: Places = _nowhere
) -> PageRendered:
    """`boxes_of` places ranges of the page's own text; `start` is where that stands in the file's, -1 if unknown."""
    write_whole(Path(request.output), png_of(picture.width, picture.height, picture.pixels))
    boxes = tuple(boxes_of(wanted.start - start, wanted.end - start) for wanted in request.ranges)
    found = islice(_WORD.finditer(text), MOST_WORDS) if request.words else ()
    words = tuple(PageWord(word.group(), boxes_of(word.start(1), word.end(1))) for word in found)
    end = start + len(text) if start >= 0 else -1
    return PageRendered(pages, picture.width, picture.height, boxes, start, end, words)


def _no_such_page() -> FileProblem:
    return FileProblem("This page can't be shown.", "It is damaged, or the file has fewer pages now.")


def boxes_of_range(page: PdfPage, picture: Picture, text: PageText, start: int, end: int) -> tuple[Box, ...]:
    """One box for each line of page_text[start:end], in pixels."""
    indices = [index for index in text.indices[max(0, start) : max(0, end)] if index >= 0]
    rectangles = [box for index in indices if (box := page.box(index)) is not None]
    return tuple(Box(*page.to_pixels(rectangle, picture)) for rectangle in merged_by_line(rectangles))


def recognised_boxes(
    page: RecognisedPage, text: PageText, places: RecognisedPlaces, picture: Picture, start: int, end: int
) -> tuple[Box, ...]:
    """The same for a page of recognised words."""
    indices = [index for index in text.indices[max(0, start) : max(0, end)] if index >= 0]
    found = dict.fromkeys(box for index in indices if (box := places.box(index)) is not None)
    across, down = picture.width / page.width, picture.height / page.height
    return tuple(
        Box(box.left * across, (page.height - box.top) * down, box.right * across, (page.height - box.bottom) * down)
        for box in merged_by_line(list(found))
    )


def merged_by_line(rectangles: Sequence[Rectangle]) -> list[Rectangle]:
    """Joins neighbours in reading order that stand on the same line."""
    merged: list[Rectangle] = []
    for box in rectangles:
        if merged and _same_line(merged[-1], box):
            last = merged[-1]
            merged[-1] = Rectangle(
                min(last.left, box.left),
                min(last.bottom, box.bottom),
                max(last.right, box.right),
                max(last.top, box.top),
            )
        else:
            merged.append(box)
    return merged


def _same_line(left: Rectangle, right: Rectangle) -> bool:
    """Half of the lower one's height in common, and no further apart than a few letters."""
    common = min(left.top, right.top) - max(left.bottom, right.bottom)
    height = min(left.top - left.bottom, right.top - right.bottom)
    gap = max(left.left, right.left) - min(left.right, right.right)
    return common > 0.5 * height and gap < 3 * max(height, 1.0)
