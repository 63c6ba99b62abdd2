"""What text recognition found on one picture: lines of words with their places, and their form as JSON."""

from dataclasses import dataclass
from typing import Any

from desktop.protocol.codec import ProtocolError


@dataclass(frozen=True, slots=True)
class RecognisedWord:
    """Its box is in pixels of the picture, y downwards."""

    text: str
    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True)
class RecognisedLine:
    """Words in reading order, at least one. `sure` is the mean certainty of its letters, 0 to 1."""

    words: tuple[RecognisedWord, ...]
    sure: float

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


@dataclass(frozen=True, slots=True)
class RecognisedPage:
    """Lines in no special order on a picture of that size in pixels."""

    width: int
    height: int
    lines: tuple[RecognisedLine, ...]


def page_as_json(page: RecognisedPage) -> list[Any]:
    lines = [
        [round(line.sure, 3), *([word.text, word.left, word.top, word.right, word.bottom] for word in line.words)]
        for line in page.lines
    ]
    return [page.width, page.height, lines]


def page_of_json(value: Any) -> RecognisedPage:
    """Raises ProtocolError when it is not of that form."""
    try:
        width, height, lines = value
        read = tuple(RecognisedLine(tuple(_word(word) for word in words), float(sure)) for sure, *words in lines)
        if not all(line.words for line in read) or int(width) < 1 or int(height) < 1:
            raise ValueError
        return RecognisedPage(int(width), int(height), read)
    except (TypeError, ValueError) as error:
        raise ProtocolError("a recognised page is not of the right form") from error


def _word(value: Any) -> RecognisedWord:
    text, left, top, right, bottom = value
    if not isinstance(text, str) or not text:
        raise ValueError
    return RecognisedWord(text, int(left), int(top), int(right), int(bottom))
