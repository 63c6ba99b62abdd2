"""PDF pages as characters with their places, and as pictures. The one module that knows pypdfium2.

PDFium is not thread-safe, even across documents: one process and one thread use this.
"""

import ctypes
import math
from collections.abc import Iterator
from types import TracebackType
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from desktop.domain.errors import FileProblem
from desktop.reading import problems
from desktop.reading.pdf_layout import Rectangle, code_points
from desktop.reading.picture import Picture

KIND = "PDF file"
MAX_PAGES = 20_000
MAX_PIXELS = 40_000_000
FORM_DEPTH = 4
MAX_NOTES = 1_000
DRAWN_WORDS = 50


class PdfFile:
    """An open PDF. Raises FileProblem when it is damaged or locked."""

    def __init__(self, data: bytes) -> None:
        try:
            self._document = pdfium.PdfDocument(data)
            self.page_count = len(self._document)
        except pdfium.PdfiumError as error:
            raise _translated(error) from None
        if not 0 < self.page_count <= MAX_PAGES:
            self._document.close()
            raise problems.damaged(KIND) if self.page_count <= 0 else problems.too_much_text()

    def __enter__(self) -> "PdfFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._document.close()

    def page(self, number: int) -> "PdfPage | None":
        """Page `number` from 1 with its form fields and text notes as part of it; None when this page is damaged."""
        try:
            page = self._document[number - 1]
            if _has_visible_notes(page) and raw.FPDFPage_Flatten(page.raw, raw.FLAT_NORMALDISPLAY):
                page.close()  # what was flattened shows on a page opened anew; the file itself is never written
                page = self._document[number - 1]
            return PdfPage(page)
        except pdfium.PdfiumError:
            return None


def _has_visible_notes(page: Any) -> bool:
    for number in range(min(raw.FPDFPage_GetAnnotCount(page.raw), MAX_NOTES)):
        annotation = raw.FPDFPage_GetAnnot(page.raw, number)
        if annotation:
            kind = raw.FPDFAnnot_GetSubtype(annotation)
            raw.FPDFPage_CloseAnnot(annotation)
            if kind in (raw.FPDF_ANNOT_WIDGET, raw.FPDF_ANNOT_FREETEXT):
                return True
    return False


class PdfPage:
    """One open page; a context manager that gives its memory back."""

    def __init__(self, page: Any) -> None:
        self._page = page
        self._text = page.get_textpage()

    def __enter__(self) -> "PdfPage":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._text.close()
        self._page.close()

    def characters(self) -> Iterator[tuple[int, str]]:
        """(index in PDFium's own list, one code point), in reading order as it finds it, with spaces it adds."""
        handle, unicode_of = self._text.raw, raw.FPDFText_GetUnicode
        return code_points(unicode_of(handle, index) for index in range(raw.FPDFText_CountChars(handle)))

    def box(self, index: int) -> Rectangle | None:
        """The place of a character with its line's full height; None for those that PDFium added."""
        if raw.FPDFText_IsGenerated(self._text.raw, index) == 1:
            return None
        rectangle = raw.FS_RECTF()
        if not raw.FPDFText_GetLooseCharBox(self._text.raw, index, rectangle):
            return None
        return Rectangle(rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)

    def letter_size(self, index: int) -> float:
        """The size of a character's letters in points as shown: the font's size times what the page stretches it."""
        matrix = raw.FS_MATRIX()
        if not raw.FPDFText_GetMatrix(self._text.raw, index, matrix):
            return 0.0
        return raw.FPDFText_GetFontSize(self._text.raw, index) * math.hypot(matrix.c, matrix.d)

    def could_show_words(self) -> bool:
        """Whether a page without text shows what could be words: pictures, unreadable letters, many drawn lines."""
        drawn = 0
        for shown in self._page.get_objects(max_depth=FORM_DEPTH):
            if shown.type in (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_TEXT):
                return True
            drawn += shown.type == raw.FPDF_PAGEOBJ_PATH
            if drawn >= DRAWN_WORDS:
                return True
        return False

    def render(self, scale: float) -> Picture:
        """`scale` pixels a point, made smaller where the picture would be too large for memory."""
        bitmap = self._page.render(scale=self.fitting_scale(scale), rev_byteorder=True, prefer_bgrx=False)
        try:
            return _picture(bitmap)
        finally:
            bitmap.close()

    def fitting_scale(self, scale: float, pixels: int = MAX_PIXELS) -> float:
        """`scale`, or the largest that keeps the picture under so many pixels."""
        width, height = self._page.get_size()
        area = max(1.0, width * height)
        return max(0.01, min(scale, (pixels / area) ** 0.5))

    def to_pixels(self, box: Rectangle, picture: Picture) -> tuple[float, float, float, float]:
        """(left, top, right, bottom) on the picture, y downwards; follows the page's rotation and crop."""
        corners = [self._to_pixel(x, y, picture) for x in (box.left, box.right) for y in (box.bottom, box.top)]
        across, down = [x for x, _ in corners], [y for _, y in corners]
        return min(across), min(down), max(across), max(down)

    def _to_pixel(self, x: float, y: float, picture: Picture) -> tuple[float, float]:
        # PDFium answers in whole units: ask for a hundred times the size to keep fractions
        fine = 100
        across, down = ctypes.c_int(), ctypes.c_int()
        width, height = picture.width * fine, picture.height * fine
        raw.FPDF_PageToDevice(self._page.raw, 0, 0, width, height, 0, x, y, across, down)
        return across.value / fine, down.value / fine


def _picture(bitmap: Any) -> Picture:
    row = bitmap.width * 3
    buffer = bytes(bitmap.buffer)
    if bitmap.stride == row:
        pixels = buffer[: row * bitmap.height]
    else:
        pixels = b"".join(buffer[y * bitmap.stride : y * bitmap.stride + row] for y in range(bitmap.height))
    return Picture(bitmap.width, bitmap.height, pixels)


def _translated(error: pdfium.PdfiumError) -> FileProblem:
    if getattr(error, "err_code", None) in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
        return problems.password_needed()
    return problems.damaged(KIND)
