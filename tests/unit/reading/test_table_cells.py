"""Sheets, rows and cells: every cell's range is where its words stand in the text."""

from desktop.domain.documents import Block, BlockKind, Document
from desktop.reading import delimited
from desktop.reading import workbook as workbooks
from desktop.reading.table_cells import Table
from desktop.reading.text_builder import TextBuilder
from tests.unit.reading.test_workbooks import words, xlsx_of


def workbook(*sheets: tuple[str, list[str]]) -> Document:
    builder = TextBuilder()
    for name, rows in sheets:
        builder.add(BlockKind.HEADING, name, 1)
        for row in rows:
            builder.add(BlockKind.TABLE_ROW, row)
    return builder.document("xlsx", "")


def texts(table: Table, row: Block) -> list[str]:
    return [cell.text for cell in table.cells(row)]


def test_sheets_with_their_rows_and_cells() -> None:
    document = workbook(("Rent", ["Month | Due", "May | 900", "| 20"]), ("Empty first", ["|  | x"]))
    table = Table(document)
    rent, other = table.sheets
    assert (rent.name, rent.has_header, other.has_header) == ("Rent", True, False)
    assert [texts(table, row) for row in rent.rows] == [["Month", "Due"], ["May", "900"], ["", "20"]]
    assert texts(table, other.rows[0]) == ["", "", "x"]
    assert table.columns(rent) == 2
    for sheet in table.sheets:
        for row in sheet.rows:
            for cell in table.cells(row):
                assert document.text[cell.start : cell.end] == cell.text


def test_the_place_of_an_offset() -> None:
    document = workbook(("A", ["x | 1", "y | 2"]), ("B", ["z | 3"]))
    table = Table(document)
    assert table.place_of(0) == (0, 0)
    assert table.place_of(document.text.index("y")) == (0, 1)
    assert table.place_of(document.text.index("z")) == (1, 0)
    assert table.place_of(10_000) == (0, 0)


def test_rows_of_a_delimited_file() -> None:
    text = 'Name;Sum\n"Vogel; Ada";"1 ""big"" one"\nBo;\n;3\n'
    document = delimited.read(text.encode())
    table = Table(document)
    (sheet,) = table.sheets
    assert sheet.has_header
    assert [texts(table, row) for row in sheet.rows] == [
        ["Name", "Sum"],
        ["Vogel; Ada", '1 "big" one'],
        ["Bo", ""],
        ["", "3"],
    ]
    quoted = table.cells(sheet.rows[1])[0]
    assert document.text[quoted.start : quoted.end] == "Vogel; Ada"


def test_numbers_are_no_header() -> None:
    assert not Table(workbook(("A", ["1 | 2", "3 | 4"]))).sheets[0].has_header
    assert Table(workbook(("A", []))).sheets == ()


def test_a_record_of_a_megabyte_and_a_quote_that_never_ends() -> None:
    document = delimited.read(("a,b\n" * 3 + '"' + "x," * 500_000).encode())
    table = Table(document)
    assert len(table.cells(table.sheets[0].rows[-1])) <= 1_000


def test_rows_have_the_numbers_of_the_file() -> None:
    """A workbook with an empty row before and between, a record of two lines, and a table that tells none."""
    sheet = f'<row r="2">{words("B2", "Name")}{words("C2", "Rent")}</row>' + "".join(
        f'<row r="{n}">{words(f"B{n}", "Ann")}<c r="C{n}"><v>{n}</v></c></row>' for n in (5, 9)
    )
    for document, numbers in (
        (workbooks.read(xlsx_of(sheet)), [2, 5, 9]),
        (delimited.read(b'Name,Sum\n"Ada\nVogel",1\n\nBo,2\n'), [1, 2, 4]),
        (workbook(("Rent", ["Month | Due", "May | 900"])), [0, 0]),
    ):
        table = Table(document)
        assert [table.number(row) for row in table.sheets[0].rows] == numbers
