"""Excel workbooks (.xlsx, .xlsm, .xls): each sheet's name as a heading, then its rows, by the values last calculated.

Dates come out as 2024-05-31. Charts, comments and cell formats are left out. The one module that knows calamine.
"""

import datetime
import io
import re
from collections.abc import Iterable, Iterator

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum

from desktop.domain.documents import BlockKind, Document
from desktop.domain.errors import FileProblem
from desktop.reading import problems
from desktop.reading.cell_names import cells_at
from desktop.reading.content_check import OLE_MAGIC
from desktop.reading.text_builder import CELL_SEPARATOR, TextBuilder, one_line
from desktop.reading.zip_archive import ZipArchive

KIND = "Excel workbook"
# calamine makes room for every cell between the first and the last: a sheet of two cells can ask for 400 GB
MAX_CELLS = 20_000_000
SHEET_FOLDERS = ("xl/worksheets/", "worksheets/")
# atomic groups and no "<" inside a tag: else a hostile sheet makes the search take hours
_FILLED_CELL = re.compile(rb"<(?:\w{1,40}:)?c\s(?>[^<>]*?\br=[\"']([A-Za-z]{1,3})(\d{1,7})[\"'])[^<>]*+(?<!/)>")
_ROW = re.compile(rb"<(?:\w{1,40}:)?row\s[^<>]*?\br=[\"'](\d{1,10})")

Value = int | float | str | bool | datetime.time | datetime.date | datetime.datetime | datetime.timedelta


def read(data: bytes) -> Document:
    """Raises FileProblem when it is damaged, locked, or empty."""
    if not data.startswith(OLE_MAGIC):
        _check_parts(ZipArchive(data, KIND))
    builder = TextBuilder()
    for name, sheet in _sheets(data):
        _add_sheet(builder, name, sheet)
    if not builder.blocks:
        raise problems.no_text()
    return builder.document("xlsx", "")


def _check_parts(archive: ZipArchive) -> None:
    """Inflates every part once: the library trusts the sizes that the archive tells."""
    if not archive.has("xl/workbook.xml") and not archive.has("[Content_Types].xml"):
        raise problems.misnamed("an Excel workbook", "a packed file of another kind")
    for name in archive.names():
        if name.endswith((".xml", ".rels")):
            part = archive.read(name)
            if any(folder in name for folder in SHEET_FOLDERS) and _extent(part) > MAX_CELLS:
                raise problems.too_much_text()


def _extent(sheet: bytes) -> int:
    cells = set[bytes]()
    last_row = max((int(number) for number in _ROW.findall(sheet)), default=0)
    for column, row in _FILLED_CELL.findall(sheet):
        cells.add(column)
        last_row = max(last_row, int(row))
    return last_row * max((_column_number(letters) for letters in cells), default=1)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _sheets(data: bytes) -> Iterator[tuple[str, CalamineSheet]]:
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for sheet in workbook.sheets_metadata:
            if sheet.typ is SheetTypeEnum.WorkSheet:
                yield sheet.name, workbook.get_sheet_by_name(sheet.name)
    except FileProblem:
        raise
    except PasswordError:
        raise problems.password_needed() from None
    except (CalamineError, OSError, ValueError):
        raise problems.damaged(KIND) from None
    except BaseException as error:
        # a panic of the library's Rust code is no Exception, so that nobody takes it for one by accident
        if type(error).__name__ != "PanicException":
            raise
        raise problems.damaged(KIND) from None


def _add_sheet(builder: TextBuilder, name: str, sheet: CalamineSheet) -> None:
    """Adds the rows below the sheet's name; nothing when the sheet is empty."""
    used = sorted({column for row in sheet.iter_rows() for column, value in enumerate(row) if value != ""})
    named = False
    for number, row in _rows(sheet, used):
        if not named:
            named = True
            builder.add(BlockKind.HEADING, one_line(name), 1)
        builder.add(BlockKind.TABLE_ROW, row, at=cells_at(name, number, used[0], used[-1]))


def _rows(sheet: CalamineSheet, columns: Iterable[int]) -> Iterator[tuple[int, str]]:
    """Rows that hold something, with their numbers, without the columns that are empty all the way down."""
    wanted = tuple(columns)
    for number, row in enumerate(sheet.iter_rows(), 1):
        cells = [cell_text(row[column]) for column in wanted]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            yield number, CELL_SEPARATOR.join(cells)


def cell_text(value: Value) -> str:
    """As a person would write it: 3 and not 3.0, dates by ISO 8601, a time of midnight left out."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        # fifteen digits are all that Excel keeps; the rest is noise of binary fractions
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.isoformat(" ", "seconds")
    if isinstance(value, datetime.time):
        return value.isoformat("seconds")
    return one_line(str(value))
