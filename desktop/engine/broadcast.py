"""Sends events to everyone who is connected: the parent's pipe and the local socket's connections."""

import threading

from desktop.protocol.server import LineServer


class Broadcast:
    """Connections come and go; `send` never waits for one that is gone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._servers: list[LineServer] = []

    def join(self, server: LineServer) -> None:
        with self._lock:
            self._servers.append(server)

    def leave(self, server: LineServer) -> None:
        with self._lock:
            self._servers.remove(server)

    def send(self, event: object) -> None:
        with self._lock:
            servers = list(self._servers)
        for server in servers:
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
