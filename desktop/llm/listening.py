"""Hands the words of one generation on, from the thread that reads them."""

import threading
from collections.abc import Callable

from desktop.protocol.runner_messages import TextGenerated


class Listener:
    """Hands a generation's text on; an error of the one who listens ends the generation, not the reading thread."""

    def __init__(self, number: int, on_text: Callable[[str], None], cancel: Callable[[int], None]) -> None:
        self.number = number
        self.error: Exception | None = None
        self.cancelled = self.heard = False
        self._on_text, self._cancel = on_text, cancel

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
