"""Lines and paragraphs of a text by their exact ranges. Knows no format."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|\Z)")
TITLE_LENGTH = 100


@dataclass(frozen=True, slots=True)
class Line:
    """`text` is exactly `source[start:end]`, without its line end."""

    start: int
    end: int
    text: str

    @property
    def blank(self) -> bool:
        return not self.text.strip()


def lines_of(text: str) -> Iterator[Line]:
    """Every line, blank ones too; a line end at the very end begins no further line."""
    position = 0
    while position < len(text):
        match = _LINE.match(text, position)
        assert match is not None
        yield Line(match.start(1), match.end(1), match.group(1))
        position = match.end()


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The range without white space at its ends; empty ranges collapse at `end`."""
    piece = text[start:end]
    return end - len(piece.lstrip()), start + len(piece.rstrip()) if piece.strip() else end


def paragraphs_of(text: str) -> Iterator[tuple[Line, ...]]:
    """Groups of lines between blank lines."""
    group: list[Line] = []
    for line in lines_of(text):
        if not line.blank:
            group.append(line)
        elif group:
            yield tuple(group)
            group = []
    if group:
        yield tuple(group)


def looks_like_a_title(line: str) -> bool:
    """Short, begins like a name or number, has a letter, doesn't end like a sentence."""
    words = line.strip()
    return (
        3 <= len(words) <= TITLE_LENGTH
        and words[0].isalnum()
        and any(character.isalpha() for character in words)
        and words[-1] not in ".,;:!{}[]()<>=\\|"
        and "=" not in words
        and '":' not in words
    )
