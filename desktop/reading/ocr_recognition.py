"""What the lines of a picture say: strips are cut out and straightened, and the network's steps joined to words.

A strip is read by the CTC rule: at each step the likeliest letter or none; repeats without a gap are one.
"""

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from desktop.reading.ocr_detection import LineBox, Point
from desktop.reading.ocr_runtime import STRIP_HEIGHT, STRIP_STEP, OcrNetworks
from desktop.reading.recognised import RecognisedLine, RecognisedWord

SURE_LINE = 0.5
LONGEST_STRIP = 2_560
WIDTH_AT_ONCE = 2_560
PADDING = 128  # grey, which the networks see as zero


@dataclass(frozen=True, slots=True)
class _Letter:
    """`start`, `end` are shares of the strip's length."""

    text: str
    start: float
    end: float


class StripReader:
    """Reads strips of pictures with the networks it is given; `between` is called between some and the next."""

    def __init__(self, networks: OcrNetworks, between: Callable[[], None] = lambda: None) -> None:
        self._networks, self._between = networks, between

    def read(self, picture: Image.Image, boxes: Sequence[LineBox]) -> list[RecognisedLine | None]:
        """A line for each box, in order; None where nothing readable stands."""
        widths = [_strip_width(box) for box in boxes]
        lines: list[RecognisedLine | None] = [None] * len(boxes)
        for batch in _batches(widths):
            self._between()
            width = _padded(widths[batch[0]])
            strips = np.full((len(batch), STRIP_HEIGHT, width, 3), PADDING, dtype=np.uint8)
            for row, number in enumerate(batch):
                strips[row, :, : widths[number]] = _strip(picture, boxes[number], widths[number])
            for number, best, sure in zip(batch, *self._networks.letters_at(strips), strict=True):
                lines[number] = self._line(best, sure, boxes[number], len(best) * widths[number] / width)
        return lines

    def _line(self, best: Any, sure: Any, box: LineBox, steps: float) -> RecognisedLine | None:
        """`steps`: how many of the steps are on the line; the others are on what pads the strip."""
        changes = [0, *(np.nonzero(np.diff(best))[0] + 1).tolist(), len(best)]
        letters: list[_Letter] = []
        certainties: list[float] = []
        for start, end in itertools.pairwise(changes):
            if best[start]:
                text = self._networks.letters[best[start] - 1]
                letters.append(_Letter(text, _within(start - 1, steps), _within(end, steps)))
                certainties.append(float(sure[start]))
        words = tuple(_word(group, box) for group in _words(letters))
        if not words or sum(certainties) < SURE_LINE * len(certainties):
            return None
        return RecognisedLine(words, sum(certainties) / len(certainties))


def _within(step: float, steps: float) -> float:
    """The step as a share of the line. Networks of this kind name a letter at its middle, a step behind its begin."""
    return max(0.0, min(1.0, step / steps))


def _words(letters: Sequence[_Letter]) -> Iterator[list[_Letter]]:
    word: list[_Letter] = []
    for letter in letters:
        if not letter.text.isspace():
            word.append(letter)
        elif word:
            yield word
            word = []
    if word:
        yield word


def _word(letters: Sequence[_Letter], box: LineBox) -> RecognisedWord:
    start, end = letters[0].start, letters[-1].end
    above, below = box.corners[:2], box.corners[:1:-1]
    corners = [_between(side[0], side[1], share) for side in (above, below) for share in (start, end)]
    across, down = [x for x, _ in corners], [y for _, y in corners]
    text = "".join(letter.text for letter in letters)
    return RecognisedWord(text, round(min(across)), round(min(down)), round(max(across)), round(max(down)))


def _between(start: Point, end: Point, share: float) -> Point:
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def _strip_width(box: LineBox) -> int:
    return max(16, min(LONGEST_STRIP, round(STRIP_HEIGHT * box.length / max(1.0, box.height))))


def _padded(width: int) -> int:
    return math.ceil(width / STRIP_STEP) * STRIP_STEP


def _batches(widths: Sequence[int]) -> Iterator[list[int]]:
    """Numbers of strips that are padded to the same width, as many as are read at once."""
    ordered = sorted(range(len(widths)), key=widths.__getitem__)
    for padded, group in itertools.groupby(ordered, key=lambda number: _padded(widths[number])):
        numbers = list(group)
        at_once = max(1, WIDTH_AT_ONCE // padded)
        for first in range(0, len(numbers), at_once):
            yield numbers[first : first + at_once]


def _strip(picture: Image.Image, box: LineBox, width: int) -> Any:
    """uint8 [STRIP_HEIGHT, width, RGB]: the part in the box, upright."""
    begin, end, below_end, below = box.corners
    corners: list[float] = [value for point in (begin, below, below_end, end) for value in point]
    size = (width, STRIP_HEIGHT)
    return np.asarray(picture.transform(size, Image.Transform.QUAD, corners, Image.Resampling.BICUBIC))
