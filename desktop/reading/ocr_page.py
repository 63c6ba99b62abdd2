"""Recognises one picture: finds its lines, turns it upright where it lies on a side or on its head, and reads it."""

import math
import statistics
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from desktop.reading.ocr_detection import LineBox, line_boxes
from desktop.reading.ocr_letters import may_come_out
from desktop.reading.ocr_recognition import PADDING, StripReader
from desktop.reading.ocr_runtime import PICTURE_STEP, OcrNetworks
from desktop.reading.recognised import RecognisedLine, RecognisedPage, RecognisedWord

# the detection looks at a picture of about this many pixels; small ones are enlarged no further than twice
LOOKED_AT = 1_200_000
ENLARGED = 2.0
# on so many of the longest lines it is tried which way up a picture is
TRIED_LINES = 5
SURE_OF_THE_WAY = 0.9
TURNS = {0: None, 90: Image.Transpose.ROTATE_90, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_270}


class PictureRecogniser:
    """`folder` holds the networks; `letters` is one of `ocr_letters.CHOICES`. Raises RuntimeError without them.

    `between` is called between two pieces of work, each a second long at most; it may wait.
    """

    def __init__(self, folder: Path, letters: str, threads: int, between: Callable[[], None] = lambda: None) -> None:
        self._networks, self._between = OcrNetworks(folder, threads, may_come_out(letters)), between
        self._strips = StripReader(self._networks, between)

    def recognise(self, picture: Image.Image) -> RecognisedPage:
        """`picture` in RGB. Words have places on it as it is, however it lies."""
        boxes = self._boxes(picture)
        turn = self._turn(picture, boxes)
        turned = _turned(picture, turn)
        if turn:
            boxes = self._boxes(turned)
        lines = [line for line in self._strips.read(turned, boxes) if line is not None]
        return RecognisedPage(*picture.size, tuple(_turned_back(line, turned.size, turn) for line in lines))

    def _boxes(self, picture: Image.Image) -> list[LineBox]:
        scale = min(ENLARGED, math.sqrt(LOOKED_AT / (picture.width * picture.height)))
        width, height = (max(1, round(side * scale)) for side in picture.size)
        looked_at = np.asarray(picture.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=2.0))
        rows, columns = (math.ceil(side / PICTURE_STEP) * PICTURE_STEP for side in (height, width))
        padded = np.full((rows, columns, 3), PADDING, dtype=np.uint8)
        padded[:height, :width] = looked_at
        self._between()
        return line_boxes(self._networks.likely(padded)[:height, :width], *picture.size)

    def _turn(self, picture: Image.Image, boxes: Sequence[LineBox]) -> int:
        """By how many degrees against the clock the picture must be turned to stand upright."""
        sideways = sum(box.length for box in boxes if box.downwards)
        upright = sum(box.length for box in boxes if not box.downwards)
        first, second = (90, 270) if sideways > upright else (0, 180)
        if first == 0 and self._certainty(picture, boxes) > SURE_OF_THE_WAY:
            return 0
        tried = [(self._certainty(_turned(picture, turn), None), -turn) for turn in (first, second)]
        return -max(tried)[1]

    def _certainty(self, picture: Image.Image, boxes: Sequence[LineBox] | None) -> float:
        """How sure the longest lines are; 1 where there are none."""
        found = self._boxes(picture) if boxes is None else boxes
        longest = sorted(found, key=lambda box: box.length, reverse=True)[:TRIED_LINES]
        lines = self._strips.read(picture, longest)
        return statistics.fmean([line.sure if line else 0.0 for line in lines]) if lines else 1.0


def _turned(picture: Image.Image, turn: int) -> Image.Image:
    way = TURNS[turn]
    return picture if way is None else picture.transpose(way)


def _turned_back(line: RecognisedLine, size: tuple[int, int], turn: int) -> RecognisedLine:
    """The line on the picture before it was turned; `size` is of the turned one."""
    width, height = size

    def word_back(word: RecognisedWord) -> RecognisedWord:
        left, top, right, bottom = word.left, word.top, word.right, word.bottom
        if turn == 90:
            left, top, right, bottom = height - bottom, left, height - top, right
        elif turn == 180:
            left, top, right, bottom = width - right, height - bottom, width - left, height - top
        elif turn == 270:
            left, top, right, bottom = top, width - right, bottom, width - left
        return RecognisedWord(word.text, left, top, right, bottom)

    return RecognisedLine(tuple(word_back(word) for word in line.words), line.sure) if turn else line
