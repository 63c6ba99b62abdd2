"""Gives the model's memory back when nobody has asked for a while. The next question starts it again."""

import threading
from collections.abc import Callable

from desktop.llm.client import ModelRunner

LOOK_SECONDS = 20.0


class IdleUnloading:
    """Looks now and then, on a thread of its own. `minutes` is asked each time (0: never); `told` is called after an
    unloading; `wait` takes seconds and says whether to end.
    """

    def __init__(
        self,
        runner: ModelRunner,
        minutes: Callable[[], int],
        told: Callable[[], object],
        wait: Callable[[float], bool] | None = None,
    ) -> None:
        self._runner, self._minutes, self._told = runner, minutes, told
        self._ended = threading.Event()
        self._wait = wait or self._ended.wait
        self._thread = threading.Thread(target=self._work, name="idle unloading", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(5)

    def _work(self) -> None:
        while not self._wait(LOOK_SECONDS):
            minutes = self._minutes()
            if minutes and self._runner.rest(minutes * 60.0):
                self._told()
