"""Files that keep a reader busy for long enough to be met while it reads."""

import io
import zipfile

from desktop.reading.pdf_pages import PdfFile
from tests.unit.reading.samples import pdf_of, scan_of, words_at
from tests.unit.reading.test_workbooks import ANN, NAMES, xlsx_of


def slow_workbook(size: int) -> bytes:
    """One sheet with two rows, and a part of `size` bytes that is no sheet: looking through it for cells takes time.

    About a second for 30 MB; packed it is small.
    """
    file = io.BytesIO(xlsx_of(NAMES + ANN))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("xl/worksheets/other.xml", b"< " * (size // 2))
    return file.getvalue()


def scan(printed: bytes, scale: float, typed: bytes) -> bytes:
    """A page of text, and a picture of a page: both are content as `words_at` makes it."""
    with PdfFile(pdf_of(printed)) as pdf:
        page = pdf.page(1)
        assert page is not None
        with page:
            picture = page.render(scale)
    return scan_of(picture, typed)


def small_scan(line: str) -> bytes:
    """One printed line on the second page."""
    return scan(words_at(40, 200, line, 14), 2.0, words_at(40, 200, "A page of text."))
