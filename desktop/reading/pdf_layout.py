"""From a page's characters to its text: lines, paragraphs, and which text offset is which character.

A page's text depends on that page alone, so that it can be made again to mark words on it. Knows no PDF library.
"""

import itertools
import re
import statistics
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Protocol

# gaps between baselines, in the usual distance of lines; sizes as shares
PARAGRAPH_GAP = 1.35
SIZE_CHANGE = 1.12
SHORT_LINE = 0.82
INDENT = 0.8
ADDED = -1
# how PDFium writes a hyphen at the end of a line, after which it goes on without a line end
HYPHENS = ("\x02", "\ufffe")
LIGATURES = range(0xFB00, 0xFB07)
OLD_SMALL_CAPITALS = range(0xF761, 0xF77B)
_WORD = re.compile(r"[^\W\d_]+")
_LAST_WORD = re.compile(r"[^\W\d_]+$")


@dataclass(frozen=True, slots=True)
class Rectangle:
    """In points, y upwards."""

    left: float
    bottom: float
    right: float
    top: float


NOWHERE = Rectangle(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line: `indices[i]` is PDFium's index of `text[i]`. `size` is of its first letters, in points.

    `box` goes from its first letter to its last; size and box are zero when unknown. `hyphen` is the index
    of a hyphen that parts a word at its end; it is not in `text`.
    """

    text: str
    indices: tuple[int, ...]
    size: float
    box: Rectangle
    hyphen: int | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """`start`, `end` in the page's text; `size` as in TextLine."""

    start: int
    end: int
    size: float
    lines: int


@dataclass(frozen=True, slots=True)
class PageText:
    """`indices[i]` is PDFium's index of `text[i]`, or ADDED for the line ends that we put between lines."""

    text: str
    indices: tuple[int, ...]
    paragraphs: tuple[Paragraph, ...]


def code_points(units: Iterable[int]) -> Iterator[tuple[int, str]]:
    """(place in `units`, one code point). Where wchar_t has 16 bits, rarer characters come in two halves."""
    high = 0
    for index, unit in enumerate(units):
        if unit < 0xD800 or 0xE000 <= unit <= sys.maxunicode:
            yield index, chr(unit)
        elif unit < 0xDC00:
            high = unit
        elif unit < 0xE000 and high:
            yield index, chr(0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00))
            high = 0


def is_kept(character: str) -> bool:
    """Drops controls, soft hyphens, half characters and what is no character at all."""
    code = ord(character)
    if code < 0x20:
        return character == "\t"
    return not (0x7F <= code < 0xA0 or 0xD800 <= code < 0xE000 or code & 0xFFFE == 0xFFFE or code in (0xAD, 0xFEFF))


def spelled_out(character: str) -> str:
    """The characters people type: ligatures in letters, small capitals of old fonts, plain spaces."""
    code = ord(character)
    if code in LIGATURES:
        return unicodedata.normalize("NFKC", character)
    if code in OLD_SMALL_CAPITALS:
        return chr(code - 0xF700)
    return " " if character in "\u00a0\u2028\u2029" else character


class Places(Protocol):
    """Where characters stand, by PDFium's index."""

    def box(self, index: int) -> Rectangle | None: ...

    def letter_size(self, index: int) -> float: ...


def lines_of_page(characters: Iterable[tuple[int, str]], places: Places) -> tuple[TextLine, ...]:
    """Lines with letters in them; blank ones say nothing that the boxes don't."""
    lines: list[TextLine] = []
    current: list[tuple[int, str]] = []
    for index, character in characters:
        if " " <= character < "\x7f":  # nearly all of them: asked first, it halves the time of a page
            current.append((index, character))
        elif character == "\n":
            lines.extend(_line(current, places))
            current = []
        elif character in HYPHENS and current and current[-1][1].isalpha():
            lines.extend(_line(current, places, hyphen=index))
            current = []
        elif is_kept(character):
            current.extend((index, spelled) for spelled in spelled_out(character))
    lines.extend(_line(current, places))
    return tuple(lines)


def _line(characters: Sequence[tuple[int, str]], places: Places, hyphen: int | None = None) -> Iterator[TextLine]:
    """One line, or none when it is blank."""
    text = "".join([character for _, character in characters])
    start, end = len(text) - len(text.lstrip()), len(text.rstrip())
    if start >= end:
        return
    indices = tuple([index for index, _ in characters[start:end]])
    first, last = places.box(indices[0]), places.box(indices[-1])
    if first is None or last is None:
        yield TextLine(text[start:end], indices, 0.0, NOWHERE, hyphen)
        return
    box = Rectangle(min(first.left, last.left), last.bottom, max(first.right, last.right), first.top)
    yield TextLine(text[start:end], indices, places.letter_size(indices[0]), box, hyphen)


def page_text(lines: Sequence[TextLine]) -> PageText:
    """Lines joined by one line end inside a paragraph and two between paragraphs; parted words are whole again."""
    pitch = _usual_pitch(lines)
    words = _whole_words(lines)
    pieces: list[str] = []
    indices: list[int] = []
    paragraphs: list[Paragraph] = []
    for number, line in enumerate(lines):
        above = lines[number - 1] if number else None
        new = above is None or (above.hyphen is None and _begins_paragraph(lines, number, pitch))
        if above is not None:
            joint, index = _joint(above, line, words) if not new else ("\n\n", ADDED)
            pieces.append(joint)
            indices.extend([index] * len(joint))
        start = len(indices)
        pieces.append(line.text)
        indices.extend(line.indices)
        if new:
            paragraphs.append(Paragraph(start, len(indices), line.size, 1))
        else:
            last = paragraphs[-1]
            paragraphs[-1] = Paragraph(last.start, len(indices), last.size, last.lines + 1)
    return PageText("".join(pieces), tuple(indices), tuple(paragraphs))


def _joint(above: TextLine, below: TextLine, words: Set[str]) -> tuple[str, int]:
    """What stands between two lines of a paragraph, and its index.

    A hyphen at a line's end mostly parts one word, which is made whole; where both halves are words of this page and
    the whole is none, it is the hyphen of a compound, and stays.
    """
    if above.hyphen is None:
        return "\n", ADDED
    left, right = _LAST_WORD.search(above.text.lower()), _WORD.match(below.text.lower())
    if left is None or right is None:
        return "", ADDED
    first, second = left.group(), right.group()
    compound = first in words and second in words and first + second not in words
    return ("-", above.hyphen) if compound else ("", ADDED)


def _whole_words(lines: Sequence[TextLine]) -> Set[str]:
    """The page's words in lower case without the halves at parted ends."""
    words: set[str] = set()
    after_hyphen = False
    for line in lines:
        found = _WORD.findall(line.text.lower())
        words.update(found[int(after_hyphen) : -1 if line.hyphen is not None else None])
        after_hyphen = line.hyphen is not None
    return words


def _usual_pitch(lines: Sequence[TextLine]) -> float:
    """The usual distance of a line to the next below it, in line heights; 1.2 where nothing can be learnt."""
    pitches = [
        (above.box.bottom - below.box.bottom) / above.size
        for above, below in itertools.pairwise(lines)
        if above.size > 0 and 0.5 < (above.box.bottom - below.box.bottom) / above.size < 2.5
    ]
    return statistics.median_low(pitches) if len(pitches) >= 3 else 1.2


def _begins_paragraph(lines: Sequence[TextLine], number: int, pitch: float) -> bool:
    above, line = lines[number - 1], lines[number]
    if above.size <= 0 or line.size <= 0:
        return False
    larger, smaller = max(above.size, line.size), min(above.size, line.size)
    drop = above.box.bottom - line.box.bottom
    if abs(drop) < 0.5 * smaller:
        return False  # the same line, parted by a wide gap
    if larger > SIZE_CHANGE * smaller or drop > PARAGRAPH_GAP * pitch * above.size or drop < 0:
        return True
    return _ends_short(lines, number - 1) and _opens(line, above)


def _ends_short(lines: Sequence[TextLine], number: int) -> bool:
    """The line stops well before the right edge of its neighbours."""
    near = lines[max(0, number - 3) : number + 4]
    edge = max(line.box.right for line in near)
    left = min(line.box.left for line in near)
    return edge > left and (lines[number].box.right - left) < SHORT_LINE * (edge - left)


def _opens(line: TextLine, above: TextLine) -> bool:
    indented = line.box.left > above.box.left + INDENT * line.size
    return indented or not line.text[0].islower()
