"""The test suite's own PDF writer: what it writes is read back by the file reader, page by page."""

from pathlib import Path

import pytest

from desktop.reading.client import FileReader
from tests.support.pdf import LINES_A_PAGE, Heading, pdf_bytes, write_pdf


def test_pages_and_odd_characters_are_read_back(tmp_path: Path) -> None:
    path = tmp_path / "odd.pdf"
    write_pdf(path, [[Heading("A (nested (bracket)) \\ here"), "Zürich – 5 €"], ["second page"]])
    reader = FileReader(tmp_path / "scratch")
    try:
        document = reader.read(str(path))[0]
    finally:
        reader.close()
    pages = [document.text[page.start : page.end] for page in document.pages]
    assert "A (nested (bracket)) \\ here" in pages[0] and "Zürich – 5 €" in pages[0]
    assert "second page" in pages[1]


def test_the_bytes_are_the_same_every_time() -> None:
    assert pdf_bytes([["one"], ["two"]]) == pdf_bytes([["one"], ["two"]])


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        pdf_bytes([["line"] * (LINES_A_PAGE + 1)])
    with pytest.raises(UnicodeEncodeError):
        pdf_bytes([["漢字"]])
