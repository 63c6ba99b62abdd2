"""Renders a PDF page to a PNG and finds where words of the document's text stand on it.

Keeps the last PDF open, because people turn pages.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop.domain.errors import FileProblem
from desktop.protocol.reader_messages import Box, PageRendered, RenderPage
from desktop.reading import problems
from desktop.reading.document_file import write_whole
from desktop.reading.pdf import page_spans, text_of_page
from desktop.reading.pdf_layout import PageText, Rectangle
from desktop.reading.pdf_pages import PdfFile, PdfPage, Picture
from desktop.reading.png import png_of
from desktop.reading.regular_files import file_stamp, read_regular_file


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

    def render(self, request: RenderPage) -> PageRendered:
        """Raises FileProblem when there is no such page or the file can't be read."""
        try:
            current = self._opened(request.path)
            page = current.pdf.page(request.number) if 1 <= request.number <= current.pdf.page_count else None
            if page is None:
                raise FileProblem("This page can't be shown.", "It is damaged, or the file has fewer pages now.")
            with page:
                return self._render(current, page, request)
        except MemoryError:
            raise problems.out_of_memory() from None

    def _render(self, current: _OpenPdf, page: PdfPage, request: RenderPage) -> PageRendered:
        picture = page.render(request.scale)
        boxes: tuple[Box, ...] = ()
        if request.start < request.end:
            text = text_of_page(page)
            offset = self._start_of_page(current, request.number)
            boxes = boxes_of_range(page, picture, text, request.start - offset, request.end - offset)
        write_whole(Path(request.output), png_of(picture.width, picture.height, picture.pixels))
        return PageRendered(current.pdf.page_count, picture.width, picture.height, boxes)

    def _opened(self, path: str) -> _OpenPdf:
        stamp = file_stamp(path)
        if self._open is not None and (self._open.path, self._open.stamp) == (path, stamp):
            return self._open
        if self._open is not None:
            self._open.pdf.close()
            self._open = None
        content = read_regular_file(path)
        self._open = _OpenPdf(path, (len(content.data), content.modified), PdfFile(content.data), [])
        return self._open

    def _start_of_page(self, current: _OpenPdf, number: int) -> int:
        """Needs the text of all pages before it, made once for each."""
        while len(current.lengths) < number:
            page = current.pdf.page(len(current.lengths) + 1)
            if page is None:
                current.lengths.append(0)
                continue
            with page:
                current.lengths.append(len(text_of_page(page).text))
        return page_spans(current.lengths)[number - 1].start


def boxes_of_range(page: PdfPage, picture: Picture, text: PageText, start: int, end: int) -> tuple[Box, ...]:
    """One box for each line of page_text[start:end], in pixels."""
    indices = [index for index in text.indices[max(0, start) : max(0, end)] if index >= 0]
    rectangles = [box for index in indices if (box := page.box(index)) is not None]
    return tuple(Box(*page.to_pixels(rectangle, picture)) for rectangle in merged_by_line(rectangles))


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
