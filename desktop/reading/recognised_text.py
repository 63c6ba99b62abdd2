"""From the lines recognised on a picture to its text, in reading order, and to the place of each character.

Columns of running text are read one after the other; tables and forms row by row. Recognises nothing.
"""

import itertools
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from desktop.reading.pdf_layout import ADDED, NOWHERE, PageText, Paragraph, Rectangle, TextLine, page_text
from desktop.reading.recognised import RecognisedLine, RecognisedPage, RecognisedWord

# a gap between columns, in heights of a line; what lines must be like for the gap to part columns and not a table
COLUMN_GAP = 0.8
COLUMN_LINES = 4
COLUMN_LETTERS = 18
COLUMN_FILLED = 0.6
SAME_ROW = 0.5
SAME_SIZE = 0.35
HYPHENS = "-‐¬"


@dataclass(frozen=True, slots=True)
class _Placed:
    """A line with its box; `first` is the number of its first character among all of the page."""

    line: RecognisedLine
    first: int
    left: int
    top: int
    right: int
    bottom: int

    @property
    def height(self) -> int:
        return max(1, self.bottom - self.top)


class RecognisedPlaces:
    """Where characters stand, by their number among all that were recognised; y upwards, as on PDF pages."""

    def __init__(self, page: RecognisedPage) -> None:
        self._height = page.height
        self._words: list[RecognisedWord | None] = []
        for line in page.lines:
            for number, word in enumerate(line.words):
                self._words += [None] * bool(number) + [word] * len(word.text)

    def box(self, index: int) -> Rectangle | None:
        """That of the whole word."""
        word = self._words[index] if 0 <= index < len(self._words) else None
        if word is None:
            return None
        return Rectangle(word.left, self._height - word.bottom, word.right, self._height - word.top)


def recognised_text(page: RecognisedPage) -> PageText:
    """The page's text; `indices` are those of RecognisedPlaces. Sizes of paragraphs are not told: they are guesses."""
    placed = _placed(page)
    if not placed:
        return PageText("", (), ())
    size = statistics.median(line.height for line in placed)
    rows = [_row(row, size, page.height) for group in _columns(placed, size) for row in _rows(group)]
    found = page_text(rows)
    paragraphs = tuple(Paragraph(part.start, part.end, 0.0, part.lines) for part in found.paragraphs)
    return PageText(found.text, found.indices, paragraphs)


def _placed(page: RecognisedPage) -> list[_Placed]:
    placed: list[_Placed] = []
    first = 0
    for line in page.lines:
        sides = [(word.left, word.top, word.right, word.bottom) for word in line.words]
        lefts, tops, rights, bottoms = zip(*sides, strict=True)
        placed.append(_Placed(line, first, min(lefts), min(tops), max(rights), max(bottoms)))
        first += len(line.text)
    return placed


def _columns(lines: Sequence[_Placed], size: float) -> list[list[_Placed]]:
    """Groups to be read one after the other: what is above two columns, the left one, the right one, what is below."""
    rows = _rows(lines)
    best: tuple[int, int, float] | None = None
    for gap in _gaps(rows, size):
        for first, end in _stretches(rows, gap):
            inside = [line for row in rows[first:end] for line in row]
            left, right = _sides(inside, gap)
            larger = best is None or end - first > best[1] - best[0]
            if larger and _runs(left) and _runs(right):
                best = first, end, gap
    if best is None:
        return [list(lines)] if lines else []
    first, end, gap = best
    parts = [rows[:first], *([side] for side in _sides([line for row in rows[first:end] for line in row], gap))]
    return [group for part in (*parts, rows[end:]) for group in _columns([line for row in part for line in row], size)]


def _gaps(rows: Sequence[Sequence[_Placed]], size: float) -> list[float]:
    """The middles of wide spaces inside rows."""
    beside = [pair for row in rows for pair in itertools.pairwise(row)]
    wide = [(left, right) for left, right in beside if right.left - left.right >= COLUMN_GAP * size]
    return sorted({(left.right + right.left) / 2 for left, right in wide})


def _stretches(rows: Sequence[Sequence[_Placed]], gap: float) -> Iterator[tuple[int, int]]:
    """Runs of rows of which none crosses the gap: (number of the first, number behind the last)."""
    crossed = [any(line.left < gap < line.right for line in row) for row in rows]
    for is_crossed, group in itertools.groupby(range(len(rows)), key=crossed.__getitem__):
        numbers = list(group)
        if not is_crossed:
            yield numbers[0], numbers[-1] + 1


def _sides(lines: Sequence[_Placed], gap: float) -> tuple[list[_Placed], list[_Placed]]:
    return [line for line in lines if line.right <= gap], [line for line in lines if line.left >= gap]


def _runs(lines: Sequence[_Placed]) -> bool:
    """Whether these look like running text: enough of them, long, and mostly filling their column."""
    if len(lines) < COLUMN_LINES:
        return False
    width = max(line.right for line in lines) - min(line.left for line in lines)
    filled = statistics.median((line.right - line.left) / max(1, width) for line in lines)
    return filled >= COLUMN_FILLED and statistics.median(len(line.line.text) for line in lines) >= COLUMN_LETTERS


def _rows(lines: Sequence[_Placed]) -> list[list[_Placed]]:
    """Lines at one height are one row, from left to right."""
    rows: list[list[_Placed]] = []
    for line in sorted(lines, key=lambda line: line.top + line.bottom):
        if rows and _at_one_height(rows[-1][-1], line):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.left) for row in rows]


def _at_one_height(above: _Placed, line: _Placed) -> bool:
    common = min(above.bottom, line.bottom) - max(above.top, line.top)
    beside = line.left >= above.right - above.height / 2 or line.right <= above.left + above.height / 2
    return beside and common > SAME_ROW * min(above.height, line.height)


def _row(row: Sequence[_Placed], usual: float, page_height: int) -> TextLine:
    """The row as a line of text. `usual` is the height of most lines: the height of one depends on its letters."""
    text, indices = "", list[int]()
    for line in row:
        if text:
            text += " "
            indices.append(ADDED)
        text += line.line.text
        indices += range(line.first, line.first + len(line.line.text))
    hyphen = indices.pop() if len(text) > 1 and text[-1] in HYPHENS and text[-2].isalpha() else None
    text = text[: len(indices)]
    height = statistics.median(line.height for line in row)
    size = usual if abs(height - usual) <= SAME_SIZE * usual else height
    left, right = row[0].left, max(line.right for line in row)
    middle = statistics.median((line.top + line.bottom) / 2 for line in row)
    box = Rectangle(left, page_height - middle - size / 2, right, page_height - middle + size / 2)
    return TextLine(text, tuple(indices), size, box if text else NOWHERE, hyphen)
