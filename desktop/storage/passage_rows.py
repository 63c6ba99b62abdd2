"""What the table of passages holds, as objects and in SQL: stored passages, and what a file became."""

import os
from dataclasses import dataclass
from typing import Any

from desktop.domain.documents import PassageSpan
from desktop.storage.file_rows import FileStamp

STORED = (
    'p.id, p.file_id, f.path, p.ordinal, p.start, p."end", p.page, p.heading, p.text, p.digest, p.gap, '
    "f.title, coalesce(h.text, ''), f.language, p.places "
    # CROSS: passages first, or SQLite goes through every indexed file to find a few ids
    "FROM passages p CROSS JOIN files f ON f.id = p.file_id LEFT JOIN headers h ON h.id = p.header_id"
)


@dataclass(frozen=True, slots=True)
class LedgerPassage:
    """A stored passage with its file's path and title. `gap` is the text between the passage before and this one.

    `header` names the columns of the rows that it begins with; `places` is the JSON of where it stands. `digest` says
    what its vector was made of, also where the title or the headings are others now.
    """

    id: int
    file_id: int
    path: str
    ordinal: int
    start: int
    end: int
    page: int | None
    heading: str
    text: str
    digest: str
    gap: str
    title: str
    header: str
    language: str
    places: str = ""


@dataclass(frozen=True, slots=True)
class CutFile:
    """A file's passages before they have ids. `gaps` are parallel to `spans`; `split_by` and `note` as below."""

    sha256: str
    split_by: str
    title: str
    language: str
    format: str
    note: str
    spans: tuple[PassageSpan, ...]
    gaps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NewPassages:
    """What a file became. `gaps` and `ids` are parallel to `spans`.

    `kept` ids were there before and keep their vector; `reworded` are those of them whose words are to be written anew,
    as the title or the headings above them are others; `split_by` names the splitter and its tokenizer; `note` says
    what of the file could not be read.
    """

    file_id: int
    stamp: FileStamp
    sha256: str
    title: str
    format: str
    language: str
    spans: tuple[PassageSpan, ...]
    gaps: tuple[str, ...]
    ids: tuple[int, ...]
    kept: frozenset[int]
    changed: int
    split_by: str
    note: str = ""
    reworded: frozenset[int] = frozenset()


def passage_of(row: tuple[Any, ...]) -> LedgerPassage:
    """A row of STORED."""
    return LedgerPassage(row[0], row[1], os.fsdecode(row[2]), *row[3:])
