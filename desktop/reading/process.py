"""The file reader process: `python -m desktop.reading.process [--background]`. Speaks lines on its standard streams.

It reads files and renders pages; it has no database, no network and knows no library.
"""

import logging
import os
import sys
from pathlib import Path

from desktop import __version__
from desktop.domain.errors import EngineProblem
from desktop.platform_support.environment import harden
from desktop.protocol.common_messages import HELLO, Greeting, Hello
from desktop.protocol.lines import PROTOCOL
from desktop.protocol.reader_messages import READ_FILE, RENDER_PAGE, FileRead, PageRendered, ReadFile, RenderPage
from desktop.protocol.server import LineServer, claim_standard_streams
from desktop.reading.document_file import write_document
from desktop.reading.limits import end_with_parent, limit_process
from desktop.reading.page_rendering import PageRenderer
from desktop.reading.read_file import read_file

log = logging.getLogger("reader")


def greet(request: Hello) -> Greeting:
    if request.protocol != PROTOCOL:
        raise EngineProblem("The file reader is of another version than the engine.", "Install Footnote again.")
    return Greeting(PROTOCOL, __version__, "reader", os.getpid())


def read_to_file(request: ReadFile) -> FileRead:
    result = read_file(request.path)
    write_document(result.document, Path(request.output))
    return FileRead(result.sha256, result.size, len(result.document.text))


def main(arguments: list[str]) -> None:
    harden()
    requests, replies = claim_standard_streams()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(name)s %(levelname)s %(message)s")
    walls = limit_process(background="--background" in arguments)
    log.info("walls: %s", " ".join(f"{wall}={'yes' if stands else 'no'}" for wall, stands in walls.items()))
    end_with_parent()
    renderer = PageRenderer()

    def render(request: RenderPage) -> PageRendered:
        return renderer.render(request)

    server = LineServer(
        {HELLO: greet, READ_FILE: read_to_file, RENDER_PAGE: render},
        requests,
        replies,
        on_bug=lambda method, error: log.error("bug in %s: %s", method, type(error).__name__),
    )
    server.serve()


if __name__ == "__main__":
    main(sys.argv[1:])
