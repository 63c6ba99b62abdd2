"""Org files (.org): headings by their stars, without the words for what is to be done, and without tags."""

import re
from collections.abc import Sequence

from desktop.domain.documents import Document
from desktop.reading.encodings import decode_text
from desktop.reading.headed_text import Found, headed_document
from desktop.reading.text_lines import Line

_HEADING = re.compile(r"(\*{1,20})[ \t]+(?:(?:TODO|NEXT|WAITING|DONE|CANCELLED)[ \t]+)?(?:\[#\w\][ \t]+)?(\S.*)$")
_TAGS = re.compile(r"[ \t]+:[\w@#%:]+:[ \t]*$")
_TITLE = re.compile(r"^[ \t]*#\+title:[ \t]*(\S.*)$", re.IGNORECASE | re.MULTILINE)


def read(data: bytes) -> Document:
    """Offsets are those of the decoded file. Raises FileProblem when it is no text."""
    text = decode_text(data)
    title = _TITLE.search(text)
    return headed_document(text, "org", _find, title[1].strip() if title else "")


def _find(lines: Sequence[Line], number: int) -> Found | None:
    line = lines[number]
    match = _HEADING.match(line.text)
    if match is None:
        return None
    words = _TAGS.sub("", match[2]).rstrip()
    start = line.start + match.start(2)
    return Found(start, start + len(words), len(match[1])) if words else None
