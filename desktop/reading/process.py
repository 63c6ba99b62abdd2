"""The file reader process: `python -m desktop.reading.process`. Speaks lines on its standard streams.

It reads files and renders pages; it has no database, no network and knows no library. On Linux it opens no file of the
user's: the engine hands them over, open.
"""

import argparse
import contextlib
import errno
import logging
import os
import sys
from collections.abc import Generator
from pathlib import Path

from desktop import __version__
from desktop.domain.errors import EngineProblem
from desktop.platform_support.environment import harden
from desktop.platform_support.file_passing import FileTaker
from desktop.protocol.common_messages import HELLO, Greeting, Hello, Nothing
from desktop.protocol.lines import PROTOCOL
from desktop.protocol.reader_messages import (
    DESCRIBE_WALLS,
    READ_FILE,
    RENDER_PAGE,
    FileRead,
    PageRendered,
    ReadFile,
    RenderPage,
    Walls,
)
from desktop.protocol.server import LineServer, claim_standard_streams
from desktop.reading import problems
from desktop.reading.document_file import write_document
from desktop.reading.limits import RequestTime, end_with_parent
from desktop.reading.old_documents import OldDocuments
from desktop.reading.page_rendering import PageRenderer
from desktop.reading.pictures import Pictures
from desktop.reading.read_file import read_file
from desktop.reading.recognised_pages import read_pages
from desktop.reading.walls import enter_walls

log = logging.getLogger("reader")


def greet(request: Hello) -> Greeting:
    if request.protocol != PROTOCOL:
        raise EngineProblem("The file reader is of another version than the engine.", "Install Footnote again.")
    return Greeting(PROTOCOL, __version__, "reader", os.getpid())


def read_to_file(request: ReadFile, descriptor: int | None = None) -> FileRead:
    known = read_pages(Path(request.recognised)) if request.recognised else {}
    output = Path(request.output)
    become = Path(request.converted) if request.converted else None
    old_documents = OldDocuments(become, request.old_documents, output)
    pictures = Pictures(known, request.room, output, old_documents=old_documents)
    with _writing():
        result = read_file(request.path, descriptor, pictures)
        if result.document is not None:
            write_document(result.document, output)
    characters = len(result.document.text) if result.document is not None else 0
    return FileRead(
        result.sha256,
        result.size,
        characters,
        pictures.waiting,
        tuple(pictures.written),
        tuple(old_documents.written),
    )


class ReaderDesk:
    """Answers requests one by one, each within its time, each with the file that was given for it."""

    def __init__(self, taker: FileTaker | None, time: RequestTime) -> None:
        self._taker, self._time = taker, time
        self._renderer = PageRenderer()

    def read(self, request: ReadFile) -> FileRead:
        with self._time:
            descriptor = self._taken(request.output)
            try:
                return read_to_file(request, descriptor)
            finally:
                _close(descriptor)

    def render(self, request: RenderPage) -> PageRendered:
        with self._time, _writing():
            descriptor = self._taken(request.output)
            try:
                return self._renderer.render(request, descriptor)
            finally:
                _close(descriptor)

    def _taken(self, output: str) -> int | None:
        return None if self._taker is None else self._taker.take(output)


def _close(descriptor: int | None) -> None:
    if descriptor is not None:
        os.close(descriptor)


@contextlib.contextmanager
def _writing() -> Generator[None]:
    try:
        yield
    except OSError as error:
        if error.errno == errno.EFBIG:
            raise problems.too_much_output() from None
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise problems.disk_full() from None
        raise


def main(arguments: list[str]) -> None:
    harden()
    requests, replies = claim_standard_streams()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(name)s %(levelname)s %(message)s")
    options = _options(arguments)
    taker = FileTaker(options.files_from) if options.files_from is not None else None
    walls = enter_walls(options.background, options.scratch, options.readable)
    end_with_parent()
    desk = ReaderDesk(taker, RequestTime(options.seconds))

    def describe_walls(_: Nothing) -> Walls:
        return walls

    server = LineServer(
        {HELLO: greet, DESCRIBE_WALLS: describe_walls, READ_FILE: desk.read, RENDER_PAGE: desk.render},
        requests,
        replies,
        on_bug=lambda method, error: log.error("bug in %s: %s", method, type(error).__name__),
    )
    server.serve()


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m desktop.reading.process")
    parser.add_argument("--background", action="store_true", help="give way to other programs")
    parser.add_argument("--scratch", type=Path, required=True, help="the one folder to write to")
    parser.add_argument("--readable", type=Path, action="append", default=[], help="a folder that parsers need")
    parser.add_argument("--seconds", type=float, default=60.0, help="that one request may take")
    parser.add_argument("--files-from", type=int, help="the descriptor on which open files are given")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
