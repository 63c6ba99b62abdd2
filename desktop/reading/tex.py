r"""TeX (.tex): headings by `\section` and its like, on one line each; the text untouched."""

import re
from collections.abc import Sequence

from desktop.domain.documents import Document
from desktop.reading.encodings import decode_text
from desktop.reading.headed_text import Found, headed_document
from desktop.reading.text_lines import Line

LEVELS = ("part", "chapter", "section", "subsection", "subsubsection", "paragraph")
_WORDS = r"\{((?:[^{}]|\{[^{}]{0,500}\}){1,500})\}"
_HEADING = re.compile(rf"[ \t]*\\({'|'.join(LEVELS)})\*?(?:\[[^\]]{{0,500}}\])?{_WORDS}")
_TITLE = re.compile(rf"^[ \t]*\\title(?:\[[^\]]{{0,500}}\])?{_WORDS}", re.MULTILINE)


def read(data: bytes) -> Document:
    """Offsets are those of the decoded file. Raises FileProblem when it is no text."""
    text = decode_text(data)
    title = _TITLE.search(text)
    return headed_document(text, "tex", _find, " ".join(title[1].split()) if title else "")


def _find(lines: Sequence[Line], number: int) -> Found | None:
    line = lines[number]
    match = _HEADING.match(line.text)
    if match is None:
        return None
    return Found(line.start + match.start(2), line.start + match.end(2), LEVELS.index(match[1]) + 1)
