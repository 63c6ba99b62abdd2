"""Files at the limits, read by the real process behind its walls."""

from pathlib import Path

import pytest

from desktop.domain.errors import FileProblem
from desktop.indexing.ignoring import DEFAULT_LARGEST_MB
from desktop.reading.client import FileReader
from desktop.reading.endings import ReaderDied
from desktop.reading.pdf_pages import MAX_PAGES
from tests.support.pdf import pdf_bytes


def test_a_pdf_of_ten_thousand_pages(reader: FileReader, tmp_path: Path) -> None:
    path = tmp_path / "long.pdf"
    path.write_bytes(pdf_bytes([[f"This is page {number} of the long book"] for number in range(1, 10_001)]))
    document, _, _ = reader.read(str(path))
    assert len(document.pages) == 10_000
    last = document.pages[-1]
    assert document.text[last.start : last.end] == "This is page 10000 of the long book"


def test_a_file_above_the_usual_limit(reader: FileReader, tmp_path: Path) -> None:
    content = pdf_bytes([["A page of an illustrated book"]])
    end = content.rindex(b"startxref")
    path = tmp_path / "illustrated.pdf"
    with path.open("wb") as file:
        file.write(content[:end])
        file.seek(DEFAULT_LARGEST_MB * 1024 * 1024)  # a hole: white space in a PDF
        file.write(content[end:])
    assert reader.read(str(path))[0].text == "A page of an illustrated book"


def test_a_pdf_of_more_pages_than_any_book_has(reader: FileReader, tmp_path: Path) -> None:
    path = tmp_path / "endless.pdf"
    path.write_bytes(pdf_bytes([["again"]] * (MAX_PAGES + 1)))
    with pytest.raises(FileProblem) as caught:
        reader.read(str(path))
    assert caught.value.state == "too_large" and not isinstance(caught.value, ReaderDied)
