"""What the file reader process is asked: read a file, render a page, what holds it.

And what text recognition, a process of its own, is asked: read the words on a picture. Results travel as files in a
scratch folder.
"""

from dataclasses import dataclass

from desktop.protocol.common_messages import Nothing
from desktop.protocol.lines import Method


@dataclass(frozen=True, slots=True)
class Walls:
    """What keeps a hostile file from harm in this process, in words for the log; `missing` is not to be had here."""

    standing: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReadFile:
    """Read `path` and write its `Document` as JSON (codec form) to the new file `output`.

    `recognised` is a file of what is known of pictures of words in it, empty: nothing. Of the others at most `room` are
    written beside `output`, to be recognised, and no document; with a `room` of 0 they are passed over.
    `converted` is what the files of the documents begin with that old Word documents inside the file have become (a dot
    and the hash of the old one follow), empty: nothing. Of the others at most `old_documents` are written beside
    `output`, to be converted.
    """

    path: str
    output: str
    recognised: str = ""
    room: int = 0
    converted: str = ""
    old_documents: int = 0


@dataclass(frozen=True, slots=True)
class WaitingPicture:
    """A picture of words to be recognised: rows of RGB bytes in the file `pixels`. `key` names it in its file."""

    key: str
    pixels: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class FileRead:
    """`sha256` (hex) is of the bytes that were read; `characters` counts the text's code points.

    `waiting` counts the pictures that nobody has tried yet, of which `pictures` were written out. `old_documents` are
    the files of the old Word documents that were written out.
    """

    sha256: str
    size: int
    characters: int
    waiting: int = 0
    pictures: tuple[WaitingPicture, ...] = ()
    old_documents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TextRange:
    """Half-open, in code points of a document's text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Anchor:
    """Words that stand on a page, and where they start in the document's text."""

    start: int
    text: str


@dataclass(frozen=True, slots=True)
class RenderPage:
    """Render page `number` (from 1) of a PDF or a picture to a PNG at `output`, `scale` pixels a point.

    `ranges` are those in the document's text whose words to place on it. Where the page starts in that text is
    `page_start`; -1: by the first of the `anchors` that stands on it once, else by the text of all pages before it,
    which takes long. `recognised` as in `ReadFile`. `words`: all words of the page are told too.
    """

    path: str
    number: int
    scale: float
    ranges: tuple[TextRange, ...]
    output: str
    recognised: str = ""
    page_start: int = -1
    anchors: tuple[Anchor, ...] = ()
    words: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a rendered page, in pixels from its top left corner."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class PageWord:
    """A word of a page with the white space after it, and where it stands: one box a line."""

    text: str
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class PageRendered:
    """`boxes` has for each range one box a line. The page's text is [start, end) of the document's; -1 when no range
    was asked for. `words` are in the order of the text.
    """

    pages: int
    width: int
    height: int
    boxes: tuple[tuple[Box, ...], ...]
    start: int
    end: int
    words: tuple[PageWord, ...] = ()


@dataclass(frozen=True, slots=True)
class Recognise:
    """Read the words on a picture, rows of RGB bytes in the file `pixels`, and write them to the new file `output`."""

    pixels: str
    width: int
    height: int
    output: str


@dataclass(frozen=True, slots=True)
class Recognised:
    lines: int


DESCRIBE_WALLS = Method("describe_walls", Nothing, Walls)
READ_FILE = Method("read_file", ReadFile, FileRead)
RENDER_PAGE = Method("render_page", RenderPage, PageRendered)
RECOGNISE = Method("recognise", Recognise, Recognised)
