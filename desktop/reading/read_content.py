"""Bytes and a name become a Document: checks that they are what the name says, then reads them by their format.

For whole files and for files inside others. Every way it can fail ends in a FileProblem.
"""

import logging
import re
from collections.abc import Callable
from dataclasses import replace

from desktop.domain.documents import Document
from desktop.domain.errors import FileProblem
from desktop.reading import problems
from desktop.reading.content_check import check_content
from desktop.reading.formats import Reader, format_of, reader_inside, reader_of
from desktop.reading.pictures import PictureReader
from desktop.reading.text_builder import places_of

log = logging.getLogger("reader")
_SURROGATES = re.compile("[\ud800-\udfff]")


def read_content(path: str, data: bytes, pictures: PictureReader) -> Document:
    """A whole file. Raises FileProblem, and nothing else, for whatever the bytes do."""
    return _guarded(lambda: _document(format_of(path), data, pictures, reader_of))


def read_inside(format_name: str, data: bytes, pictures: PictureReader) -> Document:
    """A file inside another file; what is packed in it again stays closed. Raises FileProblem and nothing else."""
    return _guarded(lambda: _document(format_name, data, pictures, reader_inside))


def _guarded(read: Callable[[], Document]) -> Document:
    try:
        return read()
    except MemoryError:
        raise problems.out_of_memory() from None
    except FileProblem:
        raise
    except Exception as error:
        # a file nobody foresaw must not stop the others; the place is logged, never the words of the file
        log.warning("unforeseen %s while reading, at %s", type(error).__name__, _place(error))
        raise problems.not_understood() from None


def _document(name: str | None, data: bytes, pictures: PictureReader, reader: Callable[[str], Reader]) -> Document:
    if name is None:
        raise problems.unknown_format()
    if not data.strip():
        raise problems.no_text()
    check_content(data, name)
    document = reader(name)(data, pictures)
    if not document.text.strip():
        raise problems.no_text()
    if len(document.text) > problems.MAX_CHARACTERS:
        raise problems.too_much_text()
    return _without_surrogates(replace(document, places=places_of(document)))


def _without_surrogates(document: Document) -> Document:
    """Half characters can't be stored as UTF-8; one for one, so every range stays right."""
    if not _SURROGATES.search(document.text + document.title + document.note):
        return document
    return replace(
        document,
        text=_SURROGATES.sub("\ufffd", document.text),
        title=_SURROGATES.sub("\ufffd", document.title),
        note=_SURROGATES.sub("\ufffd", document.note),
    )


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else "unknown"
