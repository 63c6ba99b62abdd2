"""Which row of a workbook names its columns, and what its cells are called. Knows no file format."""

from collections.abc import Sequence

from desktop.domain.places import At, PlaceUnit
from desktop.reading.delimited import looks_like_a_header
from desktop.reading.text_builder import CELL_SEPARATOR, one_line


def header_of(first_rows: Sequence[str]) -> str:
    """The first row of the only sheet that holds something, where it names columns; else empty."""
    mark = CELL_SEPARATOR.strip()
    if len(first_rows) == 1 and mark in first_rows[0] and looks_like_a_header(first_rows[0], mark):
        return first_rows[0]
    return ""


def cells_at(sheet: str, row: int, first: int, last: int) -> At:
    """The cells of one row; rows count from 1, columns from 0."""
    return At(PlaceUnit.SHEET, f"{column_letters(first)}{row}", f"{column_letters(last)}{row}", one_line(sheet))


def column_letters(number: int) -> str:
    """0 is A, 26 is AA."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
