"""What the file reader process is asked: read a file, render a PDF page.

Results travel as files in a scratch folder.
"""

from dataclasses import dataclass

from desktop.protocol.lines import Method


@dataclass(frozen=True, slots=True)
class ReadFile:
    """Read `path` and write its `Document` as JSON (codec form) to the new file `output`."""

    path: str
    output: str


@dataclass(frozen=True, slots=True)
class FileRead:
    """`sha256` (hex) is of the bytes that were read; `characters` counts the text's code points."""

    sha256: str
    size: int
    characters: int


@dataclass(frozen=True, slots=True)
class RenderPage:
    """Render page `number` (from 1) of a PDF to a PNG at `output`, `scale` pixels a point.

    `start`, `end` is the range in the document's text whose words to mark; equal when none.
    """

    path: str
    number: int
    scale: float
    start: int
    end: int
    output: str


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a rendered page, in pixels from its top left corner."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class PageRendered:
    pages: int
    width: int
    height: int
    boxes: tuple[Box, ...]


READ_FILE = Method("read_file", ReadFile, FileRead)
RENDER_PAGE = Method("render_page", RenderPage, PageRendered)
