"""Hands the words of one generation on, from the thread that reads them."""

import threading
from collections.abc import Callable

from desktop.llm.stopping import Stopped
from desktop.protocol.runner_messages import TextGenerated


class Listener:
    """Hands a generation's text on; an error of the one who listens ends the generation, not the reading thread.

    `stopped` says whether the generation shall end; None: whenever somebody says so.
    """

    def __init__(
        self, number: int, on_text: Callable[[str], None], cancel: Callable[[int], None], stopped: Stopped | None
    ) -> None:
        self.number = number
        self.error: Exception | None = None
        self.cancelled = self.heard = False
        self._on_text, self._cancel, self._stopped = on_text, cancel, stopped

    def is_stopped(self) -> bool:
        return self._stopped is not None and self._stopped()

    def cancel(self) -> None:
        """Does nothing to a generation that was not stopped: what was may have ended just now."""
        if self._stopped is None or self._stopped():
            self.cancelled = True
            self._cancel(self.number)

    def take(self, event: TextGenerated) -> None:
        if event.generation != self.number or self.error is not None:
            return
        self.heard = True
        try:
            self._on_text(event.text)
        except Exception as error:
            self.error = error
            # the reading thread can't wait for the reply that it would have to read itself
            threading.Thread(target=self._cancel, args=(self.number,), daemon=True).start()
