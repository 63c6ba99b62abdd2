"""reStructuredText (.rst): headings by their underlines, whose signs rank by the order in which they first come."""

from collections.abc import Sequence

from desktop.domain.documents import Document
from desktop.reading.encodings import decode_text
from desktop.reading.headed_text import Found, headed_document, underlined
from desktop.reading.text_lines import Line

MARKS = "=-`:'\"~^_*+#<>.!$%&(),/;?@[\\]{|}"


def read(data: bytes) -> Document:
    """Offsets are those of the decoded file. Raises FileProblem when it is no text."""
    levels: dict[tuple[str, bool], int] = {}

    def find(lines: Sequence[Line], number: int) -> Found | None:
        over = _is_overline(lines, number)
        at = number + over
        mark = "" if at and not over and not lines[at - 1].blank else underlined(lines, at, MARKS)
        if not mark:
            return None
        level = levels.setdefault((mark, over), len(levels) + 1)
        words = lines[at].text.strip()
        start = lines[at].start + lines[at].text.index(words)
        return Found(start, start + len(words), level, 2 + over)

    return headed_document(decode_text(data), "rst", find)


def _is_overline(lines: Sequence[Line], number: int) -> bool:
    """The line is a rule, and the words after it have the same one below."""
    rule = lines[number].text.rstrip()
    if len(rule) < 3 or rule[0] not in MARKS or rule != rule[0] * len(rule) or number + 2 >= len(lines):
        return False
    return lines[number + 2].text.rstrip() == rule and underlined(lines, number + 1, rule[0]) != ""
