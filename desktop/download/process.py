"""`python -m desktop.download.process`: gets one model or embedder. The only process of Footnote that connects to a
network, and only started by a button or command that says so. Ends at once when its parent does; what came stays on
the disk.
"""

import os
import signal
import sys
from pathlib import Path
from typing import BinaryIO, cast

from desktop import __version__
from desktop.domain.downloads import FetchSource, Origin
from desktop.domain.errors import EngineProblem
from desktop.download.fetching import Fetching
from desktop.download.folder_fetching import FolderFetching
from desktop.download.hub_files import HubFolder
from desktop.download.index_settings import IndexSettings, settings_of_pip
from desktop.protocol.common_messages import HELLO, Greeting, Hello
from desktop.protocol.download_messages import FETCH, Fetch, Fetched
from desktop.protocol.lines import PROTOCOL
from desktop.protocol.server import EndingInput, LineServer, claim_standard_streams


def main() -> None:
    # Ctrl-C is for the command that started us; it ends us by closing our input
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests, replies = claim_standard_streams()

    def fetch(request: Fetch) -> Fetched:
        online = any(source.kind != "file" for source in request.order.sources)
        settings = settings_of_pip(Path(sys.executable)) if online else IndexSettings()
        if request.order.sources[0].kind == "folder":
            return FolderFetching(request, settings, _look_up_folder, server.send_event).fetch()
        return Fetching(request, settings, _look_up, server.send_event).fetch()

    source = cast("BinaryIO", EndingInput(requests))
    server = LineServer({HELLO: _greet, FETCH: fetch}, source, replies, (frozenset({FETCH.name}),))
    server.serve()


def _look_up(source: FetchSource, revision: str) -> tuple[str, Origin]:
    # not before it is needed: copying a file from a stick needs no hub
    from desktop.download.hub import Hub

    return Hub().look_up(source.repository, source.file, revision)


def _look_up_folder(source: FetchSource, revision: str) -> HubFolder:
    from desktop.download.hub import Hub

    return Hub().look_up_folder(source.repository, revision)


def _greet(hello: Hello) -> Greeting:
    if hello.protocol != PROTOCOL:
        raise EngineProblem("The download process belongs to another version of Footnote.", "Install Footnote again.")
    return Greeting(PROTOCOL, __version__, "download", os.getpid())


if __name__ == "__main__":
    main()
