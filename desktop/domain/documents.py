"""What the file reader makes of one file: its text, and where in the text everything stands.

All offsets count Unicode code points in `Document.text`; ranges are half-open.
"""

from dataclasses import dataclass
from enum import StrEnum

from desktop.domain.places import PlaceSpan


class BlockKind(StrEnum):
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    TABLE_ROW = "table_row"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Block:
    """A structural piece of the text, in order, never overlapping. `level` is a heading's depth, 1 on top, else 0."""

    kind: BlockKind
    start: int
    end: int
    level: int = 0


@dataclass(frozen=True, slots=True)
class PageSpan:
    """The part of the text that stands on one page. `number` counts from 1."""

    number: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class TableSpan:
    """A table whose first row, [start, header_end), names its columns: text[start:end]."""

    start: int
    header_end: int
    end: int


@dataclass(frozen=True, slots=True)
class Document:
    """One file as text.

    `title` comes from the content, never from the file name, and may be empty. `pages` is empty where the
    format has none. `is_source` says that `text` is the decoded file itself (without a byte-order mark).
    `tables` are those whose first row names their columns: it is repeated as context for the rows that follow.
    `note` says in a sentence what of the file could not be read, else it is empty. `places` say what `pages` do, and
    more exactly; empty where the format has no such places.
    """

    text: str
    title: str
    format: str
    is_source: bool
    blocks: tuple[Block, ...]
    pages: tuple[PageSpan, ...]
    tables: tuple[TableSpan, ...] = ()
    note: str = ""
    places: tuple[PlaceSpan, ...] = ()


@dataclass(frozen=True, slots=True)
class PassageSpan:
    """A passage before it is stored: `text` is exactly `document.text[start:end]`.

    `heading` is the path of headings above it, joined by " > ". `digest` (hex SHA-256) covers what is embedded:
    title, heading, header and text. `places` are those of its stretch of the document. `header` names the columns of
    the rows that it begins with, where it doesn't hold that row itself, else it is empty.
    """

    start: int
    end: int
    page: int | None
    heading: str
    text: str
    digest: str
    places: tuple[PlaceSpan, ...] = ()
    header: str = ""
