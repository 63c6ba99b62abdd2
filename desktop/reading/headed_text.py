"""Plain text with headings in some markup: blocks by their exact ranges, the text untouched. Knows no markup itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from desktop.domain.documents import Block, BlockKind, Document
from desktop.reading.text_lines import Line, lines_of


@dataclass(frozen=True, slots=True)
class Found:
    """A heading that takes up so many `lines`; its words are text[start:end]."""

    start: int
    end: int
    level: int
    lines: int = 1


Finder = Callable[[Sequence[Line], int], Found | None]


def headed_document(text: str, name: str, finder: Finder, title: str = "") -> Document:
    """`finder` says whether a heading begins at the line of that number. Paragraphs are parted by blank lines."""
    lines, blocks = list(lines_of(text)), list[Block]()
    begun: int | None = None
    number = 0
    while number < len(lines):
        found = finder(lines, number)
        if begun is not None and (found is not None or lines[number].blank):
            blocks.append(Block(BlockKind.PARAGRAPH, lines[begun].start, lines[number - 1].end))
            begun = None
        if found is not None:
            blocks.append(Block(BlockKind.HEADING, found.start, found.end, found.level))
            number += found.lines
            continue
        if begun is None and not lines[number].blank:
            begun = number
        number += 1
    if begun is not None:
        blocks.append(Block(BlockKind.PARAGRAPH, lines[begun].start, lines[-1].end))
    return Document(text, title or _first_heading(text, blocks), name, True, tuple(blocks), ())


def _first_heading(text: str, blocks: Sequence[Block]) -> str:
    headings = [block for block in blocks if block.kind is BlockKind.HEADING]
    if not headings:
        return ""
    top = min(headings, key=lambda block: block.level)
    return " ".join(text[top.start : top.end].split())


def underlined(lines: Sequence[Line], number: int, marks: str) -> str:
    """The sign that the line's words are underlined with, one of `marks`, at least as long as they; else empty."""
    if number + 1 >= len(lines) or lines[number].blank:
        return ""
    words, rule = lines[number].text.rstrip(), lines[number + 1].text.rstrip()
    sure = len(rule) >= 3 and rule[0] in marks and rule == rule[0] * len(rule) and len(rule) >= len(words)
    return rule[0] if sure and any(sign.isalnum() for sign in words) else ""
