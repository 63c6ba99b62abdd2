"""OpenDocument files made by hand: text, sheets and slides, and cells that claim to stand for millions."""

import pytest

from desktop.domain.errors import FileProblem
from desktop.reading import open_document
from tests.unit.reading.samples import blocks_of, headers_of, zip_of

URI = "urn:oasis:names:tc:opendocument:xmlns:"
NAMES = " ".join(
    f'xmlns:{name}="{URI}{uri}:1.0"'
    for name, uri in {
        "office": "office",
        "text": "text",
        "table": "table",
        "draw": "drawing",
        "style": "style",
        "presentation": "presentation",
    }.items()
)


def content_of(kind: str, body: str) -> str:
    style = '<style:style style:name="P1" style:parent-style-name="Title"/>'
    return (
        f"<office:document-content {NAMES}><office:automatic-styles>{style}</office:automatic-styles>"
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
    )


def odf_of(kind: str, body: str) -> bytes:
    return zip_of({"content.xml": content_of(kind, body)})


def test_text() -> None:
    body = (
        "<text:tracked-changes><text:p>deleted</text:p></text:tracked-changes>"
        '<text:p text:style-name="P1">The lease</text:p><text:h text:outline-level="2">Term</text:h>'
        "<text:p>One <text:span>two</text:span><text:s/>three<text:note><text:note-citation>1</text:note-citation>"
        "<text:note-body><text:p>A note.</text:p></text:note-body></text:note> four\n "
        "five<text:line-break/>six</text:p>"
        "<text:list><text:list-item><text:p>item</text:p></text:list-item></text:list>"
        "<table:table><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell>"
        "<table:table-cell><text:p>b</text:p></table:table-cell></table:table-row></table:table>"
    )
    document = open_document.read(odf_of("text", body))
    assert blocks_of(document) == [
        ("heading", 1, "The lease"),
        ("heading", 2, "Term"),
        ("paragraph", 0, "One two three four five\nsix"),
        ("paragraph", 0, "A note."),
        ("list_item", 0, "item"),
        ("table_row", 0, "a | b"),
    ]
    assert (document.title, document.format, document.is_source) == ("The lease", "odf", False)


def test_sheet() -> None:
    cells = (
        "<table:table-row><table:table-cell><text:p>Name</text:p></table:table-cell>"
        "<table:table-cell><text:p>Begin</text:p></table:table-cell></table:table-row>"
        "<table:table-row><table:table-cell><text:p>Ann</text:p></table:table-cell>"
        '<table:table-cell office:date-value="2024-05-31T00:00:00"><text:p>31/05/24</text:p></table:table-cell>'
        '<table:table-cell table:number-columns-repeated="16382"/></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048574"><table:table-cell/></table:table-row>'
    )
    sheets = f'<table:table table:name="Rents">{cells}</table:table><table:table table:name="Empty"/>'
    document = open_document.read(odf_of("spreadsheet", sheets))
    assert document.text == "Rents\n\nName | Begin\nAnn | 2024-05-31"
    assert headers_of(document) == ["Name | Begin"]


def test_a_cell_that_stands_for_millions() -> None:
    cell = '<table:table-cell table:number-columns-repeated="999999999"><text:p>x</text:p></table:table-cell>'
    rows = f'<table:table-row table:number-rows-repeated="999999999">{cell}</table:table-row>'
    document = open_document.read(odf_of("spreadsheet", f'<table:table table:name="Bomb">{rows}</table:table>'))
    assert len(document.text) < 100_000


def test_slides() -> None:
    body = (
        "<draw:page><draw:frame><draw:text-box><text:p>Words</text:p></draw:text-box></draw:frame><draw:frame "
        'presentation:class="title"><draw:text-box><text:p>First</text:p></draw:text-box></draw:frame></draw:page>'
        "<draw:page><draw:custom-shape><text:p>Second</text:p></draw:custom-shape></draw:page>"
    )
    document = open_document.read(odf_of("presentation", body))
    assert [document.text[page.start : page.end] for page in document.pages] == ["First\n\nWords", "Second"]
    assert blocks_of(document)[0] == ("heading", 1, "First")


def test_a_password() -> None:
    data = zip_of({"content.xml": b"\1\2", "META-INF/manifest.xml": "<m><manifest:encryption-data/></m>"})
    with pytest.raises(FileProblem) as caught:
        open_document.read(data)
    assert caught.value.state == "locked"


def test_another_kind_of_archive() -> None:
    with pytest.raises(FileProblem, match="another kind"):
        open_document.read(zip_of({"hello.txt": "hello"}))
