"""Runs an engine: takes the library's lock, serves the parent's pipes and the local socket until nobody is left.

When another engine holds the library, this process only passes lines on to it.
"""

import contextlib
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import BinaryIO

from desktop.domain.errors import EngineProblem, FootnoteError
from desktop.engine.routes import BACKGROUND
from desktop.engine.services import Services
from desktop.platform_support.library_lock import LibraryLock
from desktop.platform_support.local_socket import Listener, Stream, address_of, connect
from desktop.platform_support.paths import DataFolders
from desktop.protocol.common_messages import HELLO, Hello
from desktop.protocol.lines import MAX_LINE, PROTOCOL, error_line, fault_of, request_line
from desktop.protocol.server import LineServer, claim_standard_streams

_ENDING = ("SIGTERM", "SIGHUP", "SIGBREAK")  # the last on Windows alone
_LOCK_SECONDS = 20.0  # an engine that ends stops an answer and its children first

log = logging.getLogger("footnote.engine")


def run_engine(folders: DataFolders) -> int:
    """Serves until the parent and all other connections are gone. Returns the exit code."""
    # Ctrl-C in a terminal goes to the whole group: the parent decides what it means
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests, replies = claim_standard_streams()
    try:
        folders.library.mkdir(mode=0o700, parents=True, exist_ok=True)
        _log_to(folders.logs)
        lock = LibraryLock(folders.library / "engine.lock")
        address = address_of(folders.library)
        other = _lock_or_connect(lock, address)
        if other is not None:
            _pass_on(other, requests, replies)
            return 0
        return _serve(folders, address, requests, replies)
    except (FootnoteError, OSError) as error:
        fault = fault_of(error)
        title = fault.title if isinstance(error, FootnoteError) else "The library can't be used."
        print(f"{title} {fault.hint}", file=sys.stderr)
        with contextlib.suppress(OSError):
            replies.write(error_line(-1, fault))
        return 3


def _lock_or_connect(lock: LibraryLock, address: str) -> Stream | None:
    """None when the lock is ours, else a connection to the engine that has it; waits while one starts or ends."""
    deadline = time.monotonic() + _LOCK_SECONDS
    while True:
        if lock.take(address):
            return None
        # it may have been started where the address is another, say without XDG_RUNTIME_DIR
        if (other := connect(lock.note() or address)) and _greets(other):
            return other
        if time.monotonic() > deadline:
            raise EngineProblem("Another Footnote uses this library and does not answer.", "Close it and try again.")
        time.sleep(0.05)


def _greets(other: Stream) -> bool:
    """False for an engine that is ending: it took the connection and hangs up."""
    try:
        other.outgoing.write(request_line(0, HELLO.name, Hello(PROTOCOL)))
        other.outgoing.flush()
        if other.incoming.readline(MAX_LINE + 1):
            return True
    except (OSError, ValueError):
        log.info("the engine that has the library hung up")
    other.close()
    return False


def _serve(folders: DataFolders, address: str, requests: BinaryIO, replies: BinaryIO) -> int:
    services = Services(folders, os.getpid())
    door = _Door(services, Listener(address))
    door.open()
    _end_when_told(services)
    services.start()
    try:
        _serve_one(services, requests, replies, services.note.seal)
        if not door.close_if_empty():
            # the parent may go its way: this engine lives on for the others
            services.note.unseal()
            replies.close()
            door.close_when_empty()
    finally:
        services.stop()
    return 0


def _end_when_told(services: Services) -> None:
    """At logout, when a terminal or its window is closed, or by `kill`: an end like that of the input."""

    def end(number: int, frame: FrameType | None) -> None:
        for each in known:  # told once is enough: what ends now is not to be broken off
            signal.signal(each, signal.SIG_IGN)
        services.note.seal()
        sys.exit(0)

    known = [getattr(signal, name) for name in _ENDING if hasattr(signal, name)]
    for each in known:
        signal.signal(each, end)


def _serve_one(
    services: Services, requests: BinaryIO, replies: BinaryIO, on_end: Callable[[], None] = lambda: None
) -> None:
    server = LineServer(services.handlers(), requests, replies, BACKGROUND, _log_bug, on_end)
    services.broadcast.join(server)
    try:
        server.serve()
    finally:
        services.broadcast.leave(server)


class _Door:
    """Lets other processes of this user in, each with a thread of its own."""

    def __init__(self, services: Services, listener: Listener) -> None:
        self._services, self._listener = services, listener
        self._guests = 0
        self._closed = False
        self._changed = threading.Condition()

    def open(self) -> None:
        threading.Thread(target=self._accept, name="door", daemon=True).start()

    def close_if_empty(self) -> bool:
        """Lets nobody in any more, unless somebody is in."""
        with self._changed:
            self._closed = self._guests == 0
        if self._closed:
            self._listener.close()
        return self._closed

    def close_when_empty(self) -> None:
        while not self.close_if_empty():
            with self._changed:
                self._changed.wait_for(lambda: self._guests == 0)

    def _accept(self) -> None:
        while True:
            try:
                stream = self._listener.accept()
            except OSError:
                return
            with self._changed:
                if self._closed:
                    stream.close()
                    return
                self._guests += 1
            threading.Thread(target=self._host, args=(stream,), name="guest", daemon=True).start()

    def _host(self, stream: Stream) -> None:
        try:
            _serve_one(self._services, stream.incoming, stream.outgoing)
        except OSError:
            log.info("a connection broke off")
        finally:
            stream.close()
            with self._changed:
                self._guests -= 1
                self._changed.notify_all()


def _pass_on(other: Stream, requests: BinaryIO, replies: BinaryIO) -> None:
    """Copies lines both ways until one side ends."""

    def forward() -> None:
        with contextlib.suppress(OSError, ValueError):
            while line := requests.readline():
                other.outgoing.write(line)
                other.outgoing.flush()
        other.close()

    threading.Thread(target=forward, name="forward", daemon=True).start()
    with contextlib.suppress(OSError, ValueError):
        while line := other.incoming.readline():
            replies.write(line)
            replies.flush()


def _log_to(folder: Path) -> None:
    from logging.handlers import RotatingFileHandler

    folder.mkdir(mode=0o700, exist_ok=True)
    handler = RotatingFileHandler(folder / "engine.log", maxBytes=1 << 20, backupCount=2, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root = logging.getLogger("footnote")
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    root.propagate = False


def _log_bug(method: str, error: BaseException) -> None:
    log.error("a bug in %s", method, exc_info=error)
