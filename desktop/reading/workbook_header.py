"""Which row of a workbook names its columns. Knows no file format."""

from collections.abc import Sequence

from desktop.reading.delimited import looks_like_a_header
from desktop.reading.text_builder import CELL_SEPARATOR


def header_of(first_rows: Sequence[str]) -> str:
    """The first row of the only sheet that holds something, where it names columns; else empty."""
    mark = CELL_SEPARATOR.strip()
    if len(first_rows) == 1 and mark in first_rows[0] and looks_like_a_header(first_rows[0], mark):
        return first_rows[0]
    return ""
