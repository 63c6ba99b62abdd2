"""Reads one file of any known format to a Document: opens it, checks that it is what its name says, reads it.

Runs in the reader process. Every way a file can fail ends in a FileProblem.
"""

import logging
import re
from dataclasses import dataclass

from desktop.domain.documents import Document
from desktop.domain.errors import FileProblem
from desktop.reading import problems
from desktop.reading.content_check import check_content
from desktop.reading.formats import format_of, reader_of
from desktop.reading.regular_files import read_regular_file

log = logging.getLogger("reader")
_SURROGATES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class ReadResult:
    document: Document
    sha256: str
    size: int


def read_file(path: str) -> ReadResult:
    """Raises FileProblem, and nothing else, for whatever the file does."""
    try:
        content = read_regular_file(path)
        return ReadResult(_read_document(path, content.data), content.sha256, len(content.data))
    except MemoryError:
        raise problems.out_of_memory() from None
    except FileProblem:
        raise
    except Exception as error:
        # a file nobody foresaw must not stop the others; the place is logged, never the words of the file
        log.warning("unforeseen %s while reading, at %s", type(error).__name__, _place(error))
        raise problems.not_understood() from None


def _read_document(path: str, data: bytes) -> Document:
    name = format_of(path)
    if name is None:
        raise problems.unknown_format()
    if not data.strip():
        raise problems.no_text()
    check_content(data, name)
    document = reader_of(name)(data)
    if not document.text.strip():
        raise problems.no_text()
    if len(document.text) > problems.MAX_CHARACTERS:
        raise problems.too_much_text()
    return _without_surrogates(document)


def _without_surrogates(document: Document) -> Document:
    """Half characters can't be stored as UTF-8; one for one, so every range stays right."""
    if not _SURROGATES.search(document.text + document.title + document.table_header):
        return document
    return Document(
        _SURROGATES.sub("\ufffd", document.text),
        _SURROGATES.sub("\ufffd", document.title),
        document.format,
        document.is_source,
        document.blocks,
        document.pages,
        _SURROGATES.sub("\ufffd", document.table_header),
    )


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else "unknown"
