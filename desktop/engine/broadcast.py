"""Sends events to everyone who is connected: the parent's pipe and the local socket's connections."""

import contextlib
import queue
import threading

from desktop.protocol.server import LineServer

_BACKLOG = 10_000


class Broadcast:
    """Connections come and go; `send` never waits for one that is gone, or that doesn't listen."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._outboxes: dict[LineServer, queue.Queue[object]] = {}

    def join(self, server: LineServer) -> None:
        outbox: queue.Queue[object] = queue.Queue(_BACKLOG)
        with self._lock:
            self._outboxes[server] = outbox
        threading.Thread(target=_deliver, args=(server, outbox), name="events", daemon=True).start()

    def leave(self, server: LineServer) -> None:
        with self._lock:
            outbox = self._outboxes.pop(server)
        while True:
            try:
                outbox.put_nowait(None)
                return
            except queue.Full:
                with contextlib.suppress(queue.Empty):
                    outbox.get_nowait()

    def send(self, event: object) -> None:
        with self._lock:
            for outbox in self._outboxes.values():
                # a terminal that was stopped with Ctrl-Z reads nothing: it misses these, the others don't
                with contextlib.suppress(queue.Full):
                    outbox.put_nowait(event)


def _deliver(server: LineServer, outbox: "queue.Queue[object]") -> None:
    while (event := outbox.get()) is not None:
        server.send_event(event)


class Merged:
    """Lets at most ten events a second through, always the last one of a burst. `now` is in seconds."""

    def __init__(self, broadcast: Broadcast, interval: float = 0.1) -> None:
        self._broadcast = broadcast
        self._interval = interval
        self._lock = threading.Lock()
        self._waiting: dict[str, object] = {}
        self._timer: threading.Timer | None = None

    def send(self, event: object) -> None:
        with self._lock:
            self._waiting[type(event).__name__] = event
            if self._timer is None:
                self._timer = threading.Timer(self._interval, self._flush)
                self._timer.daemon = True
                self._timer.start()

    def _flush(self) -> None:
        with self._lock:
            events, self._waiting, self._timer = list(self._waiting.values()), {}, None
        for event in events:
            self._broadcast.send(event)
