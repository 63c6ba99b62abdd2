"""What the cells of a sheet are called, such as B2. Knows no file format."""

from desktop.domain.places import At, PlaceUnit
from desktop.reading.text_builder import one_line


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
