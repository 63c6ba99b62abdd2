"""PDF files made by hand: pages, paragraphs, headings, parted words; and what can't be read."""

import pytest

from desktop.domain.errors import FileProblem
from desktop.reading import pdf
from tests.support.pdf import Heading, pdf_bytes
from tests.unit.reading.samples import blocks_of, locked_pdf, pdf_of, picture_pdf, words_at


def test_pages_paragraphs_and_headings() -> None:
    first = [
        Heading("The lease"),
        "",
        "Either side may end the lease",
        "with three months' notice.",
        "",
        "New paragraph.",
    ]
    document = pdf.read(pdf_bytes([first, [], ["On the third page."]]))
    assert document.title == "The lease"
    assert blocks_of(document) == [
        ("heading", 1, "The lease"),
        ("paragraph", 0, "Either side may end the lease\nwith three months' notice."),
        ("paragraph", 0, "New paragraph."),
        ("paragraph", 0, "On the third page."),
    ]
    assert [(page.number, document.text[page.start : page.end]) for page in document.pages] == [
        (1, document.text[: document.text.index("\n\nOn the third")]),
        (2, ""),
        (3, "On the third page."),
    ]


def test_the_same_text_every_time() -> None:
    data = pdf_bytes([["Words of page one"], ["Words of page two"]])
    assert pdf.read(data) == pdf.read(data)


def parted(first: str, second: str, *others: str) -> str:
    lines = [first, second, *others]
    return pdf.read(pdf_of(b"".join(words_at(50, 250 - 14 * row, line) for row, line in enumerate(lines)))).text


def test_a_word_parted_at_a_line_end_is_whole_again() -> None:
    assert "the termination of" in parted("This is about the termi-", "nation of the lease.")


def test_the_hyphen_of_a_compound_stays() -> None:
    text = parted("We use a mixed-", "mode approach, that is a", "mixed way and a mode of work.")
    assert "a mixed-mode approach" in text


def test_odd_characters() -> None:
    assert pdf.read(pdf_of(words_at(50, 200, "Käufer zahlt 5 €, sagt “er”"))).text == "Käufer zahlt 5 €, sagt “er”"


def test_form_fields_are_read() -> None:
    field = b"<< /Type /Annot /Subtype /FreeText /Rect [50 50 250 80] /F 4 /AP << /N 7 0 R >> >>"
    look = (
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 200 30] /Resources << /Font << /F1 4 0 R >> >> /Length 42 >>\n"
        b"stream\nBT /F1 12 Tf 5 10 Td (Filled in by us) Tj ET\nendstream"
    )
    data = pdf_of(words_at(50, 200, "Name:"), page=b"/Annots [6 0 R]", more=[field, look])
    assert pdf.read(data).text == "Name:\n\nFilled in by us"


@pytest.mark.parametrize(
    ("data", "state"),
    [
        (picture_pdf(), "needs_ocr"),
        (pdf_of(b""), "empty"),
        (locked_pdf(), "locked"),
        (b"%PDF-1.4\nnothing else", "failed"),
        (pdf_of(b"")[:120], "failed"),
    ],
)
def test_what_has_no_text(data: bytes, state: str) -> None:
    with pytest.raises(FileProblem) as caught:
        pdf.read(data)
    assert caught.value.state == state
    assert caught.value.title.endswith(".") and caught.value.hint.endswith(".")


def test_drawn_letters_need_recognition() -> None:
    with pytest.raises(FileProblem) as caught:
        pdf.read(pdf_of(b"".join(b"%d 10 m %d 90 l S\n" % (x, x) for x in range(60))))
    assert caught.value.state == "needs_ocr"
