"""Who may use the model: a question at once; a trial of a tone only while no question waits, and it gives way."""

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager


class ModelTurns:
    """One at a time, since laying tones for the one would change the other's answer."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._taken = self._closed = False
        self._waiting = 0
        self._interrupt: Callable[[], object] | None = None

    @property
    def wanted(self) -> bool:
        """A question waits, or is being answered, or everything ends: a trial should let go."""
        return self._waiting > 0 or self._closed

    @contextmanager
    def answering(self) -> Generator[None]:
        """The turn of a question. Interrupts a trial that has the model."""
        with self._change:
            self._waiting += 1
            interrupt = self._interrupt
        if interrupt is not None:
            interrupt()
        with self._change:
            self._change.wait_for(lambda: not self._taken)
            self._taken = True
        try:
            yield
        finally:
            with self._change:
                self._taken = False
                self._waiting -= 1
                self._change.notify_all()

    @contextmanager
    def trying(self, interrupt: Callable[[], object]) -> Generator[bool]:
        """The turn of a trial, once no question waits; False when everything ends. `interrupt` is called, from another
        thread, when a question comes.
        """
        with self._change:
            self._change.wait_for(lambda: self._closed or (not self._taken and self._waiting == 0))
            if not self._closed:
                self._taken, self._interrupt = True, interrupt
        if self._closed:
            yield False
            return
        try:
            yield True
        finally:
            with self._change:
                self._taken, self._interrupt = False, None
                self._change.notify_all()

    def close(self) -> None:
        with self._change:
            self._closed = True
            interrupt = self._interrupt
            self._change.notify_all()
        if interrupt is not None:
            interrupt()
