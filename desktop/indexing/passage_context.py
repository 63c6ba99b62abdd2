"""Where a passage stands: the headings above it and the row that names its table's columns. Cuts nothing.

Both are embedded and searched with the passage, and never part of its text.
"""

import hashlib
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from desktop.domain.documents import Block, BlockKind, Document

_CONTEXT_CHARACTERS = 190
_PATH_CHARACTERS = 110  # of those, where a table header follows
_HEADING_CHARACTERS = 120
_HEADER_CHARACTERS = 2_000
# of headings in texts that are their own source: `##`, `=====`, `}\label{sec:rent}`, `\subsection{`
_MARKS = re.compile(r"(?:\\label\{[^{}]*\}|\\[a-z]+|[\W_])*+")


def embedding_text(title: str, heading: str, table_header: str, text: str) -> str:
    """What is embedded of a passage: where it stands, shortened to 190 characters, then its text."""
    context = context_of(title, heading, table_header)
    return f"{context}\n{text}" if context else text


def passage_digest(title: str, heading: str, table_header: str, text: str) -> str:
    """Hex SHA-256 of what is embedded of a passage: equal ones have equal vectors."""
    return hashlib.sha256(embedding_text(title, heading, table_header, text).encode("utf-8", "replace")).hexdigest()


def context_of(title: str, heading: str, table_header: str) -> str:
    """Shortened to 190 characters."""
    # no token is shorter than a character, so a limit in characters is one in tokens too
    limit = _PATH_CHARACTERS if table_header else _CONTEXT_CHARACTERS
    parts = heading.split(" > ") if heading else []
    title = " ".join(title.split())
    if title and title not in parts[:1]:
        parts.insert(0, title)
    while len(parts) > 1 and len(" > ".join(parts)) > limit:
        parts.pop(1 if len(parts) > 2 else 0)
    path = " > ".join(parts)[:limit]
    header = table_header[: _CONTEXT_CHARACTERS - len(path) - 1]
    return "\n".join(part for part in (path, header) if part)


class Outline:
    """The headings of a document: which path of them stands above a passage."""

    def __init__(self, document: Document) -> None:
        self._text = document.text
        headings = [block for block in document.blocks if block.kind is BlockKind.HEADING]
        self._starts = [block.start for block in headings]
        self._ends = [block.end for block in headings]
        self._paths = list(_paths(document.text, headings))

    def path(self, start: int, end: int) -> str:
        """The path above the first words of the passage that are not a heading themselves."""
        index = bisect_right(self._starts, start) - 1
        while index + 1 < len(self._starts) and self._starts[index + 1] < end and self._follows(index, start):
            index += 1
        return self._paths[index] if index >= 0 else ""

    def _follows(self, index: int, start: int) -> bool:
        """Whether nothing but marks stands between heading `index` (or `start`) and the next heading."""
        begin = max(start, self._ends[index]) if index >= 0 else start
        return _MARKS.fullmatch(self._text, begin, self._starts[index + 1]) is not None


class TableHeaders:
    """The tables of a document that name their columns: which header stands above a passage."""

    def __init__(self, document: Document) -> None:
        self._text, self._tables = document.text, document.tables
        self._starts = [table.start for table in document.tables]

    def above(self, start: int) -> str:
        """The header of the rows that a passage from `start` begins with; empty where it holds the header itself."""
        index = bisect_right(self._starts, start) - 1
        if index < 0 or not self._tables[index].header_end <= start < self._tables[index].end:
            return ""
        table = self._tables[index]
        return self._text[table.start : min(table.header_end, table.start + _HEADER_CHARACTERS)]


def _paths(text: str, headings: Sequence[Block]) -> Iterator[str]:
    above: list[tuple[int, str]] = []
    for block in headings:
        words = text[block.start : block.end].strip().strip("#=").split()
        while above and above[-1][0] >= block.level:
            above.pop()
        above.append((block.level, " ".join(words)[:_HEADING_CHARACTERS].strip()))
        yield " > ".join(name for _, name in above if name)
