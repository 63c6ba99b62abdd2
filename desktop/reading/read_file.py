"""Reads one file of any known format to a Document, with the hash of exactly the bytes that were read.

Runs in the reader process. Every way a file can fail ends in a FileProblem.
"""

from dataclasses import dataclass

from desktop.domain.documents import Document
from desktop.domain.errors import FileProblem
from desktop.reading import problems
from desktop.reading.pictures import PictureReader, Pictures
from desktop.reading.read_content import read_content
from desktop.reading.regular_files import read_open_file, read_regular_file


@dataclass(frozen=True, slots=True)
class ReadResult:
    """`document` is None when pictures of words were written out to be recognised, or nothing but old documents."""

    document: Document | None
    sha256: str
    size: int


def read_file(path: str, descriptor: int | None = None, pictures: Pictures | None = None) -> ReadResult:
    """Raises FileProblem, and nothing else, for whatever the file does.

    With `descriptor`, of the file opened by somebody else, the path says what the file is called and is not opened.
    """
    pictures = pictures or Pictures()
    try:
        content = read_regular_file(path) if descriptor is None else read_open_file(descriptor)
    except MemoryError:
        raise problems.out_of_memory() from None
    try:
        document = read_content(path, content.data, PictureReader(pictures))
    except FileProblem:
        if not pictures.written and not pictures.old_documents.written:
            raise
        document = None
    return ReadResult(None if pictures.written else document, content.sha256, len(content.data))
