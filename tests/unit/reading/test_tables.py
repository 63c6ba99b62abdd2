"""Each table's own header, whatever format the table stands in; and its rows as they are searched and asked."""

import pytest

from desktop.domain.documents import BlockKind
from desktop.reading import docx, html, markdown, open_document, pptx, rich_text
from desktop.reading.delimited import read as read_csv
from desktop.reading.text_builder import TextBuilder
from tests.unit.reading.samples import docx_of, headers_of, table, zip_of

TREES = [["Tree", "Height"], ["Elm", "30"], ["Oak", "25"]]
RIVERS = [["River", "Length"], ["Aare", "288"]]
WORDS = [["A word and another", "1"], ["Aare", "288"]]


def rows_of(rows: list[list[str]], row: str, cell: str) -> str:
    return "".join(row.format("".join(cell.format(words) for words in cells)) for cells in rows)


def test_word() -> None:
    document = docx.read(docx_of(table(TREES) + "<w:p/>" + table(RIVERS) + table(WORDS)))
    assert headers_of(document) == ["Tree | Height", "River | Length"]
    assert next(document.text[t.start : t.end] for t in document.tables) == "Tree | Height\nElm | 30\nOak | 25"


def test_open_document() -> None:
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    tables = "".join(
        f"<table:table>{rows_of(rows, '<table:table-row>{}</table:table-row>', cell)}</table:table>"
        for rows in (TREES, RIVERS, WORDS)
    )
    names = 'xmlns:office="o" xmlns:table="t" xmlns:text="x"'
    content = f"<office:c {names}><office:body><office:text>{tables}</office:text></office:body></office:c>"
    assert headers_of(open_document.read(zip_of({"content.xml": content}))) == ["Tree | Height", "River | Length"]


def test_web_page() -> None:
    tables = "".join(f"<table>{rows_of(rows, '<tr>{}</tr>', '<td>{}</td>')}</table>" for rows in (TREES, RIVERS, WORDS))
    assert headers_of(html.read(tables.encode())) == ["Tree | Height", "River | Length"]


def test_presentation() -> None:
    main = "http://schemas.openxmlformats.org/drawingml/2006/main"
    cells = "<a:tc><a:p><a:r><a:t>{}</a:t></a:r></a:p></a:tc>"
    slide = "".join(f"<a:tbl>{rows_of(rows, '<a:tr>{}</a:tr>', cells)}</a:tbl>" for rows in (TREES, RIVERS))
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relations = "<Relationships>{}</Relationships>".format
    relation = f'<Relationship Id="r1" Type="{kind}/slide" Target="slide1.xml"/>'
    data = zip_of(
        {
            "ppt/presentation.xml": f'<p xmlns:r="{kind}"><sldId id="1" r:id="r1"/></p>',
            "ppt/_rels/presentation.xml.rels": relations(relation),
            "ppt/slide1.xml": f'<s xmlns:a="{main}">{slide}</s>',
        }
    )
    assert headers_of(pptx.read(data)) == ["Tree | Height", "River | Length"]


def test_rich_text() -> None:
    tables = [rows_of(rows, r"\trowd\intbl {}\row\pard", r"{}\cell ") for rows in (TREES, RIVERS)]
    assert headers_of(rich_text.read((r"{\rtf1 " + r"\par ".join(tables) + "}").encode())) == [
        "Tree | Height",
        "River | Length",
    ]


def test_markdown() -> None:
    tables = [("| Year | 2023 |", "| Elm | 30 |"), ("| River | Length |", "| Aare | 288 |"), ("| | |", "| a | b |")]
    text = "\n\n".join(f"{header}\n|---|---|\n{row}" for header, row in tables)
    assert headers_of(markdown.read(text.encode())) == ["| Year | 2023 |", "| River | Length |"]


def test_tables_inside_another_file() -> None:
    builder = TextBuilder()
    builder.add(BlockKind.TABLE_ROW, "Tree | Height")
    builder.add(BlockKind.TABLE_ROW, "Elm | 30")
    inner = read_csv(b"River;Length\nAare;288\n")
    builder.add_text(inner, 0, len(inner.text), 0, "attachment rivers.csv")
    builder.add(BlockKind.TABLE_ROW, "Loose | Row")
    document = builder.document("mail", "")
    assert [document.text[t.start : t.end] for t in document.tables] == [
        "Tree | Height\nElm | 30",
        "River;Length\nAare;288",
    ]
    assert headers_of(document) == ["Tree | Height", "River;Length"]


@pytest.mark.parametrize("first", ["Only one column", "2023-01-01 | 5", "x | x"])
def test_a_row_that_names_no_columns(first: str) -> None:
    builder = TextBuilder()
    for row in (first, "a | b"):
        builder.add(BlockKind.TABLE_ROW, row)
    assert builder.document("docx", "").tables == ()
