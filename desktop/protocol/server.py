"""The child's side: reads requests from a stream, calls handlers, writes replies and events. Starts no process.

Each handler runs on the reading thread unless its method is named in `background`; those of one lane run one after
another on a worker thread of their own, so that `cancel` and `hello` are answered meanwhile.
"""

import os
import queue
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, BinaryIO

from desktop.protocol.codec import ProtocolError, decode
from desktop.protocol.lines import (
    MAX_LINE,
    Fault,
    Method,
    Reply,
    Request,
    error_line,
    event_line,
    event_name,
    fault_of,
    parse_line,
    result_line,
)

Handlers = Mapping[Method[Any, Any], Callable[[Any], object]]


def claim_standard_streams() -> tuple[BinaryIO, BinaryIO]:
    """(requests, replies): fd 1 is kept for us alone, and prints of native libraries go to fd 2 instead."""
    replies = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return sys.stdin.buffer, replies


class EndingInput:
    """The requests of a process that has nothing to save: their end, which is the parent's, ends it at once."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readline(self, limit: int) -> bytes:
        line = self._stream.readline(limit)
        if not line:
            os._exit(0)
        return line


class _Lane:
    """Answers requests one after another on a thread that begins with the first."""

    def __init__(self, answer: Callable[[Request], None], methods: frozenset[str]) -> None:
        self._do, self.methods = answer, methods
        self._jobs: queue.SimpleQueue[Request | None] = queue.SimpleQueue()
        self._worker: threading.Thread | None = None

    def put(self, request: Request) -> None:
        if self._worker is None:
            self._worker = threading.Thread(target=self._work, name="requests", daemon=True)
            self._worker.start()
        self._jobs.put(request)

    def finish(self) -> None:
        if self._worker is not None:
            self._jobs.put(None)
            self._worker.join()

    def _work(self) -> None:
        while (request := self._jobs.get()) is not None:
            self._do(request)


class LineServer:
    """Serves one connection. `send_event` may be called from any thread.

    `on_end` is called as soon as the other side closes its end, before jobs under way are finished.
    """

    def __init__(
        self,
        handlers: Handlers,
        requests: BinaryIO,
        replies: BinaryIO,
        background: Sequence[frozenset[str]] = (),
        on_bug: Callable[[str, BaseException], None] | None = None,
        on_end: Callable[[], None] = lambda: None,
    ) -> None:
        self._handlers = {method.name: (method, call) for method, call in handlers.items()}
        self._requests = requests
        self._replies = replies
        self._lanes = [_Lane(self._answer, methods) for methods in background]
        self._on_bug, self._on_end = on_bug, on_end
        self._write_lock = threading.Lock()

    def serve(self) -> None:
        """Returns when the other side closes its end; jobs under way are finished first."""
        while line := self._requests.readline(MAX_LINE + 1):
            self._take(line)
        self._on_end()
        for lane in self._lanes:
            lane.finish()

    def send_event(self, event: object) -> None:
        self._write(event_line(event_name(type(event)), event))

    def _take(self, line: bytes) -> None:
        try:
            message = parse_line(line)
        except ProtocolError as error:
            self._write(error_line(-1, fault_of(error)))
            return
        if not isinstance(message, Request):
            kind = "reply" if isinstance(message, Reply) else "event"
            self._write(error_line(-1, Fault("bug", f"A child takes requests only, not a {kind}.", "")))
        else:
            lane = next((lane for lane in self._lanes if message.method in lane.methods), None)
            (self._answer if lane is None else lane.put)(message)

    def _answer(self, request: Request) -> None:
        try:
            entry = self._handlers.get(request.method)
            if entry is None:
                raise ProtocolError(f"unknown method {request.method!r}")
            method, call = entry
            reply = result_line(request.id, call(decode(method.params, request.params)))
        except Exception as error:
            fault = fault_of(error)
            if fault.kind == "bug" and self._on_bug is not None:
                self._on_bug(request.method, error)
            reply = error_line(request.id, fault)
        self._write(reply)

    def _write(self, line: bytes) -> None:
        with self._write_lock:
            try:
                self._replies.write(line)
                self._replies.flush()
            except (BrokenPipeError, ValueError, OSError):
                # the other side is gone; end of input will stop us
                return
