"""E-books, rich text, notebooks, subtitles and old Word documents, each by a small sample."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.errors import FileProblem
from desktop.reading import epub, notebook, old_word, rich_text, subtitles
from desktop.reading.content_check import OLE_MAGIC
from desktop.reading.read_file import read_file
from tests.unit.reading.outlook import compound_file
from tests.unit.reading.samples import blocks_of, docx_of, paragraph, zip_of
from tests.unit.reading.test_workbooks import xlsx_of

BOOK = {
    "META-INF/container.xml": '<container><rootfiles><rootfile full-path="O/book.opf"/></rootfiles></container>',
    "O/book.opf": '<package xmlns:dc="d"><metadata><dc:title>The book</dc:title></metadata><manifest>'
    '<item id="a" href="one%20.xhtml"/><item id="b" href="two.xhtml"/><item id="c" href="gone.xhtml"/></manifest>'
    '<spine><itemref idref="b"/><itemref idref="a"/><itemref idref="c"/></spine></package>',
    "O/one .xhtml": "<html><body><h1>One</h1><p>first</p></body></html>",
    "O/two.xhtml": "<html><body><h1>Two</h1><p>second</p></body></html>",
}


def test_an_e_book_in_the_order_of_its_spine() -> None:
    document = epub.read(zip_of(BOOK))
    assert document.text == "Two\n\nsecond\n\nOne\n\nfirst"
    assert (document.title, document.format, document.is_source) == ("The book", "epub", False)


@pytest.mark.parametrize(("locked", "state"), [("O/two.xhtml", "locked"), ("O/font.ttf", "")])
def test_an_e_book_with_a_lock(locked: str, state: str) -> None:
    encryption = f'<encryption><CipherReference URI="{locked}"/></encryption>'
    data = zip_of({**BOOK, "META-INF/encryption.xml": encryption})
    if not state:
        assert "second" in epub.read(data).text
        return
    with pytest.raises(FileProblem) as caught:
        epub.read(data)
    assert caught.value.state == state


def test_rich_text() -> None:
    data = (
        rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Times;}{\f1\fcharset204 Arial;}}{\*\generator x;}{\info{\title T}}"
        rb"{\pict\bin4 }{\\}\pard\outlinelevel0 The lease\par\pard K\'fcndigung \uc1\u8364 ? and \u-10179 ?\u-8704 ?"
        rb"{\f1 \'c4\'e0}\line new line\par{\field{\*\fldinst HYPERLINK x}{\fldrslt link}}\par"
        rb"\pard{\listtext \bullet}\ls1 item\par\pard\trowd\intbl a\cell b\cell\row\pard end}"
    )
    assert blocks_of(rich_text.read(data)) == [
        ("heading", 1, "The lease"),
        ("paragraph", 0, "Kündigung € and 😀Да\nnew line"),
        ("paragraph", 0, "link"),
        ("list_item", 0, "item"),
        ("table_row", 0, "a | b"),
        ("paragraph", 0, "end"),
    ]


@pytest.mark.parametrize("piece", [b"{", b"}", rb"{\field{\*\fldinst{", rb"\u1 ", rb"\bin999999999 ", b"\\", rb"\cell"])
def test_hostile_rich_text_ends(piece: bytes) -> None:
    try:
        rich_text.read(rb"{\rtf1 " + piece * 20_000)
    except FileProblem as problem:
        assert "damaged" in problem.title


@given(st.binary(max_size=300))
def test_any_rich_text_ends(data: bytes) -> None:
    rich_text.read(rb"{\rtf1 " + data)


def test_a_notebook() -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# Rents\n", "\n", "- one\n"]},
        {
            "cell_type": "code",
            "source": "print(1)",
            "outputs": [
                {"output_type": "stream", "text": ["\x1b[31m1\x1b[0m\n"]},
                {"output_type": "display_data", "data": {"image/png": "xx", "text/plain": "<Figure>"}},
                {"output_type": "error", "ename": "KeyError", "evalue": "'rent'", "traceback": ["…"]},
            ],
        },
    ]
    document = notebook.read(json.dumps({"cells": cells}).encode())
    assert blocks_of(document) == [
        ("heading", 1, "Rents"),
        ("list_item", 0, "- one"),
        ("code", 0, "print(1)"),
        ("code", 0, "1"),
        ("code", 0, "<Figure>"),
        ("code", 0, "KeyError: 'rent'"),
    ]
    assert (document.title, document.format, document.is_source) == ("Rents", "ipynb", False)


@pytest.mark.parametrize("text", ["[1]", "{", "[" * 100_000])
def test_no_notebook(text: str) -> None:
    with pytest.raises(FileProblem, match="damaged"):
        notebook.read(text.encode())


@pytest.mark.parametrize(
    "value", [None, 1, [None], {"cells": 1}, {"cells": [{"source": 1, "outputs": [1, {"data": 1}]}]}]
)
def test_odd_notebooks(value: object) -> None:
    assert notebook.read(json.dumps({"cells": [], "worksheets": [value]}).encode()).text == ""


def test_subtitles() -> None:
    text = (
        "WEBVTT\n\nNOTE skip\n\n00:01.000 --> 00:02.000 align:left\n<v Ann>The <i>rent</i>\nis late.\n\n"
        "00:02.000 --> 00:04.000\n<v Ann>The <i>rent</i>\nis late.\n\n00:05.000 --> 00:06.000\n<v Bob>No &amp; no.\n\n"
        "7\n01:00:31,000 --> 01:00:33,000\nLater.\n"
    )
    document = subtitles.read(text.encode())
    assert blocks_of(document) == [
        ("heading", 1, "00:00:01"),
        ("paragraph", 0, "Ann: The rent is late.\nBob: No & no."),
        ("heading", 1, "01:00:31"),
        ("paragraph", 0, "Later."),
    ]
    assert (document.title, document.format, document.is_source) == ("", "subtitles", False)


def test_what_an_old_word_document_really_is() -> None:
    assert old_word.read(rb"{\rtf1 words}").text == "words"
    assert old_word.read(docx_of(paragraph("words"))).text == "words"
    flags = {"unsupported": bytes(12), "locked": bytes(11) + b"\x01", "failed": b""}
    for state, stream in flags.items():
        with pytest.raises(FileProblem) as caught:
            old_word.read(compound_file({"WordDocument": stream}))
        assert caught.value.state == state
    for data in (OLE_MAGIC + b"\0" * 100, OLE_MAGIC + bytes(range(256)) * 40, b"just words"):
        with pytest.raises(FileProblem, match=r"damaged|something else"):
            old_word.read(data)


HOSTILE = {
    "speakers.vtt": b"WEBVTT\n\n00:01.000 --> 00:02.000\n" + b"<v " * 300_000,
    "subject.eml": b"Subject: " + b"=?utf-8?q?a?= " * 200_000 + b"\n\nbody",
    "tags.xlsx": xlsx_of("<c " * 1_000_000),
    "attributes.xlsx": xlsx_of("<c " + 'r="A1" ' * 300_000),
    "rows.xlsx": xlsx_of("<row " * 1_000_000),
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.timeout(20)
def test_what_once_took_quadratic_time(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(HOSTILE[name])
    try:
        read_file(str(path))
    except FileProblem as problem:
        assert problem.title
