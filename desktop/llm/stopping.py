"""A load under way, and how another thread ends it: with its process, since nothing else ends it at once."""

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager

from desktop.domain.errors import EngineProblem
from desktop.protocol.runner_messages import Generated

Stopped = Callable[[], bool]
NOTHING = Generated("", "cancelled", 0, 0, 0, 0.0, 0.0, 0, 0)


class ModelLoadStopped(EngineProblem):
    """Somebody stopped the load before it was done; no model is loaded."""

    def __init__(self) -> None:
        super().__init__("Loading the model was stopped.")


def never() -> bool:
    return False


class Loading:
    """At most one load at a time. A stop that comes too late ends nothing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stopped: Stopped = never
        self.path = ""
        self.ended = False

    @contextmanager
    def of(self, path: str, stopped: Stopped) -> Generator[None]:
        with self._lock:
            self.path, self._stopped, self.ended = path, stopped, False
        try:
            yield
        finally:
            with self._lock:
                self.path, self._stopped = "", never

    def is_stopped(self) -> bool:
        """Whether there is a load that was stopped: `end` misses a process that is not there yet."""
        return self._stopped()

    def end(self, kill: Callable[[], object], *, anyway: bool = False) -> None:
        """From any thread: kills the process if a load is under way that was stopped, or `anyway`."""
        with self._lock:
            if self.path and (anyway or self._stopped()):
                self.ended = True
                kill()
