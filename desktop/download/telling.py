"""Tells who asked how far a download is. Decides nothing."""

import time
from collections.abc import Callable

from desktop.domain.downloads import DownloadState, Origin
from desktop.protocol.download_messages import FetchProgressed

EVERY = 0.1  # seconds between two reports

Report = Callable[[FetchProgressed], None]


class Told:
    """Passes on at most ten reports a second, and every change of state."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._last = 0.0
        self._state = ""
        self.origin: Origin | None = None

    def begin(self) -> None:
        self.origin = None
        self.say(DownloadState.CONNECTING, 0, 0)

    def running(self, have: int, size: int) -> None:
        self.say(DownloadState.RUNNING, have, size)

    def say(self, state: DownloadState, have: int, size: int) -> None:
        now = time.monotonic()
        if state == self._state and now - self._last < EVERY and have != size:
            return
        self._state, self._last = state, now
        self._report(FetchProgressed(state, have, size, self.origin))
