"""What the engine is asked by the reader pane: where cited words stand now, a file's text, rows and pages, a search."""

from dataclasses import dataclass
from enum import StrEnum

from desktop.domain.documents import Block, PageSpan
from desktop.protocol.common_messages import Nothing
from desktop.protocol.lines import Method
from desktop.protocol.reader_messages import Box, PageWord, TextRange


class SourceView(StrEnum):
    """How a file is shown: as pictures of its pages, as text, slide by slide, as rows of cells, as numbered lines."""

    PAGE = "page"
    TEXT = "text"
    SLIDE = "slide"
    GRID = "grid"
    CODE = "code"


class Found(StrEnum):
    """How cited words were found: the file is the same; it changed, but not at this place; they moved; only words much
    like them are left; only their page is; nothing is. UNKNOWN: there was nothing to compare with.
    """

    SAME = "same"
    IN_PLACE = "in_place"
    MOVED = "moved"
    NEAR = "near"
    PAGE = "page"
    GONE = "gone"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class CitedWords:
    """Words as they were cited: `quote` was `text[start:end]` of the file when it had that hash.

    `sha256` empty: the hash that the library knows.
    """

    sha256: str
    start: int
    end: int
    page: int | None
    quote: str


@dataclass(frozen=True, slots=True)
class LocateWords:
    """Where these words stand in the file as it is on disk now."""

    file_id: int
    words: tuple[CitedWords, ...]


@dataclass(frozen=True, slots=True)
class LocatedWords:
    """`start`, `end` in the text as it is now; equal where nothing is to be marked."""

    found: Found
    start: int
    end: int
    page: int | None


@dataclass(frozen=True, slots=True)
class SourceFile:
    """The file as it is now, how to show it, and where the words stand, one for each that was asked for."""

    path: str
    view: SourceView
    sha256: str
    words: tuple[LocatedWords, ...]


@dataclass(frozen=True, slots=True)
class OpenText:
    """Read a file as text for the reader, at most `limit` characters from `offset`.

    With `whole_blocks` the slice is larger: it begins and ends where a block does, unless the block is very long.
    """

    file_id: int
    offset: int
    limit: int
    whole_blocks: bool


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
    """Render a page of a PDF or a picture for the reader, and place the words of these ranges of its text on it, with
    `words` all of its words too.
    """

    file_id: int
    number: int
    scale: float
    ranges: tuple[TextRange, ...]
    words: bool = False


@dataclass(frozen=True, slots=True)
class SourcePage:
    """`image` is a PNG file in the library's cache folder; the rest as in `PageRendered`."""

    path: str
    number: int
    pages: int
    width: int
    height: int
    image: str
    boxes: tuple[tuple[Box, ...], ...]
    start: int
    end: int
    words: tuple[PageWord, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenRows:
    """Rows of a table: at most `count` from `first` of sheet `sheet`, both counted from 0.

    `sheet` -1: around the row that `offset` of the text stands in.
    """

    file_id: int
    sheet: int
    first: int
    count: int
    offset: int


@dataclass(frozen=True, slots=True)
class SheetShape:
    """`header` names the columns, empty where its first row does not; it is not among the rows. `header_ranges` are
    those of its cells in the file's text.
    """

    name: str
    rows: int
    columns: int
    header: tuple[str, ...]
    header_ranges: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class SheetRow:
    """The texts of the cells, long ones cut, and the range that each has in the file's text. `number` is the file's own
    of the row, from 1; 0 where it has none.
    """

    cells: tuple[str, ...]
    ranges: tuple[tuple[int, int], ...]
    number: int = 0


@dataclass(frozen=True, slots=True)
class SourceRows:
    """`row` is the one that `offset` stands in, counted from 0 in that sheet; -1: it is the header."""

    sheets: tuple[SheetShape, ...]
    sheet: int
    first: int
    rows: tuple[SheetRow, ...]
    row: int


@dataclass(frozen=True, slots=True)
class FindWords:
    """Search a file's text: without regard to case, any white space for a space; at most `most` hits are told."""

    file_id: int
    words: str
    most: int


@dataclass(frozen=True, slots=True)
class WordsHit:
    start: int
    end: int
    page: int | None


@dataclass(frozen=True, slots=True)
class FoundWords:
    """`total` counts all hits."""

    hits: tuple[WordsHit, ...]
    total: int


@dataclass(frozen=True, slots=True)
class PrepareSource:
    """The file may be looked at next, at this page: what takes long about it is done now. Fails without a word."""

    file_id: int
    page: int | None


LOCATE_WORDS = Method("locate_words", LocateWords, SourceFile)
OPEN_TEXT = Method("open_text", OpenText, SourceText)
OPEN_PAGE = Method("open_page", OpenPage, SourcePage)
OPEN_ROWS = Method("open_rows", OpenRows, SourceRows)
FIND_WORDS = Method("find_words", FindWords, FoundWords)
PREPARE_SOURCE = Method("prepare_source", PrepareSource, Nothing)
