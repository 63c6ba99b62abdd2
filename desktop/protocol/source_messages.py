"""What the engine is asked by the reader pane: a file's text and its pages."""

from dataclasses import dataclass

from desktop.domain.documents import Block, PageSpan
from desktop.protocol.lines import Method
from desktop.protocol.reader_messages import Box


@dataclass(frozen=True, slots=True)
class OpenText:
    """Read a file as text for the reader, at most `limit` characters from `offset`."""

    file_id: int
    offset: int
    limit: int


@dataclass(frozen=True, slots=True)
class SourceText:
    """A slice of the file's text as it is on disk now. `total` characters in all; offsets in blocks are absolute.

    `unchanged` says that the file is still the one that was indexed (by hash).
    """

    path: str
    format: str
    sha256: str
    text: str
    offset: int
    total: int
    blocks: tuple[Block, ...]
    pages: tuple[PageSpan, ...]
    unchanged: bool


@dataclass(frozen=True, slots=True)
class OpenPage:
    """Render a PDF page for the reader; `start`, `end` in the file's text are marked on it."""

    file_id: int
    number: int
    scale: float
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SourcePage:
    """`image` is a PNG file in the library's cache folder."""

    path: str
    number: int
    pages: int
    width: int
    height: int
    image: str
    boxes: tuple[Box, ...]


OPEN_TEXT = Method("open_text", OpenText, SourceText)
OPEN_PAGE = Method("open_page", OpenPage, SourcePage)
