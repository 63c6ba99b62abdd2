"""Excel workbooks made by hand: sheets, kinds of values, and sheets that would ask for all memory there is."""

import datetime
from pathlib import Path

import pytest

from desktop.domain.errors import FileProblem
from desktop.reading import workbook
from desktop.reading.content_check import ENCRYPTED_STREAM, OLE_MAGIC
from desktop.reading.read_file import read_file
from tests.unit.reading.samples import RELATIONS, blocks_of, headers_of, zip_of

SHEETS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
STYLES = (
    f'<styleSheet {SHEETS}><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/></cellXfs></styleSheet>'
)


def words(cell: str, text: str) -> str:
    return f'<c r="{cell}" t="inlineStr"><is><t>{text}</t></is></c>'


def xlsx_of(*sheets: str) -> bytes:
    """Each sheet is its rows; they are called One, Two, …"""
    names = ["One", "Two", "Three"][: len(sheets)]
    listed = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in enumerate(names, 1))
    relations = "".join(
        f'<Relationship Id="r{n}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    packages = "http://schemas.openxmlformats.org/package/2006/relationships"
    styles = f'<Relationship Id="s" Type="{RELATIONS}/styles" Target="styles.xml"/>'
    return zip_of(
        {
            "[Content_Types].xml": "<Types/>",
            "_rels/.rels": f'<Relationships xmlns="{packages}"><Relationship Id="r" Type="{RELATIONS}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'<workbook {SHEETS} xmlns:r="{RELATIONS}"><sheets>{listed}</sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{packages}">{relations}{styles}</Relationships>',
            "xl/styles.xml": STYLES,
            **{
                f"xl/worksheets/sheet{n}.xml": f"<worksheet {SHEETS}><sheetData>{rows}</sheetData></worksheet>"
                for n, rows in enumerate(sheets, 1)
            },
        }
    )


NAMES = f'<row r="1">{words("A1", "Name")}{words("B1", "Rent")}</row>'
ANN = f'<row r="3">{words("A3", "Ann")}<c r="B3"><f>1000/2</f><v>500</v></c></row>'


def test_one_sheet_and_its_header() -> None:
    document = workbook.read(xlsx_of(NAMES + ANN))
    assert blocks_of(document) == [
        ("heading", 1, "One"),
        ("table_row", 0, "Name | Rent"),
        ("table_row", 0, "Ann | 500"),
    ]
    assert (headers_of(document), document.is_source, document.format) == (["Name | Rent"], False, "xlsx")


def test_each_sheet_has_its_own_header_and_empty_ones_no_heading() -> None:
    towns = f'<row r="1">{words("A1", "Town")}{words("B1", "River")}</row>'
    document = workbook.read(xlsx_of(NAMES + ANN, "", towns + ANN))
    assert document.text == "One\n\nName | Rent\nAnn | 500\n\nThree\n\nTown | River\nAnn | 500"
    assert headers_of(document) == ["Name | Rent", "Town | River"]
    assert headers_of(workbook.read(xlsx_of(NAMES))) == [], "a header alone names nothing"


def test_dates_of_cells_and_columns_without_anything() -> None:
    row = '<row r="1"><c r="B1" s="1"><v>45443</v></c><c r="D1" s="2"><v>45443.75</v></c><c r="E1" t="b"><v>1</v></c>'
    assert workbook.read(xlsx_of(row + "</row>")).text == "One\n\n2024-05-31 | 2024-05-31 18:00:00 | TRUE"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3.0, "3"),
        (0.1 + 0.2, "0.3"),
        (True, "TRUE"),
        (datetime.date(2024, 5, 31), "2024-05-31"),
        (datetime.datetime(2024, 5, 31), "2024-05-31"),
        (datetime.datetime(2024, 5, 31, 9, 30), "2024-05-31 09:30:00"),
        (datetime.time(9, 30), "09:30:00"),
        (datetime.timedelta(hours=30), "1 day, 6:00:00"),
        (" two\nlines ", "two lines"),
    ],
)
def test_values(value: workbook.Value, text: str) -> None:
    assert workbook.cell_text(value) == text


def state_of(tmp_path: Path, name: str, data: bytes) -> str:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(FileProblem) as caught:
        read_file(str(path))
    return caught.value.state


def test_states(tmp_path: Path) -> None:
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    assert state_of(tmp_path, "empty.xlsx", xlsx_of("")) == "empty"
    assert state_of(tmp_path, "far.xlsx", xlsx_of(NAMES + far)) == "too_large"
    assert state_of(tmp_path, "locked.xlsx", OLE_MAGIC + b"\0" * 600 + ENCRYPTED_STREAM) == "locked"
    assert state_of(tmp_path, "broken.xls", OLE_MAGIC + b"\0" * 5000) == "failed"
    assert state_of(tmp_path, "other.xlsx", zip_of({"hello.txt": "hello"})) == "failed"
    assert state_of(tmp_path, "half.xlsx", xlsx_of(NAMES)[:500]) == "failed"


def test_a_far_cell_with_a_style_alone_takes_no_room() -> None:
    far = '<row r="1048576"><c r="XFD1048576" s="1"/></row>'
    assert workbook.read(xlsx_of(NAMES + far)).text == "One\n\nName | Rent"
