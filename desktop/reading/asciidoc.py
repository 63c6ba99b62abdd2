"""AsciiDoc (.adoc): headings by `=` before them or a rule below them; what stands in a block of code is none."""

import re
from collections.abc import Sequence

from desktop.domain.documents import Document
from desktop.reading.encodings import decode_text
from desktop.reading.headed_text import Found, headed_document, underlined
from desktop.reading.text_lines import Line, lines_of

_HEADING = re.compile(r"(={1,6}|#{1,6})[ \t]+(\S.*?)(?:[ \t]+\1)?[ \t]*$")
_FENCE = re.compile(r"(-{4,}|\.{4,}|\+{4,}|/{4,}|`{3,})[^`]*$")
UNDERLINES = "=-~^+"
LONGER = 2  # how much longer than its words a rule may be: more, and it begins a block


def read(data: bytes) -> Document:
    """Offsets are those of the decoded file. Raises FileProblem when it is no text."""
    text = decode_text(data)
    closed = _inside_fences(text)

    def find(lines: Sequence[Line], number: int) -> Found | None:
        line = lines[number]
        if line.start in closed:
            return None
        if match := _HEADING.match(line.text):
            return Found(line.start + match.start(2), line.start + match.end(2), len(match[1]))
        mark = underlined(lines, number, UNDERLINES) if not number or lines[number - 1].blank else ""
        words = line.text.strip()
        if not mark or len(lines[number + 1].text.rstrip()) - len(line.text.rstrip()) > LONGER:
            return None
        start = line.start + line.text.index(words)
        return Found(start, start + len(words), UNDERLINES.index(mark) + 1, 2)

    return headed_document(text, "asciidoc", find)


def _inside_fences(text: str) -> frozenset[int]:
    """Starts of the lines between two rules that are the same, and of the rules; a rule below words begins none."""
    inside: list[int] = []
    fence, before = "", ""
    for line in lines_of(text):
        match = _FENCE.match(line.text.rstrip())
        if fence:
            inside.append(line.start)
            fence = "" if line.text.rstrip() == fence else fence
        elif match and not (before.strip() and abs(len(before.rstrip()) - len(line.text.rstrip())) <= LONGER):
            inside.append(line.start)
            fence = match[1]
        before = line.text
    return frozenset(inside)
