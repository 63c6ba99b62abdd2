"""How far a download is, on standard error."""

import sys
import time

from desktop.domain.downloads import DownloadState
from desktop.protocol.download_messages import FetchProgressed

EVERY = 5.0  # seconds between two lines where no terminal shows one line growing


class DownloadLine:
    """One growing line on a terminal, else a line every five seconds."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._last, self._state, self._open = 0.0, "", False

    def show(self, event: FetchProgressed) -> None:
        text = _text(self._name, event)
        if sys.stderr.isatty():
            sys.stderr.write(f"\r\x1b[K{text}")
            self._open = True
        elif event.state != self._state or time.monotonic() - self._last >= EVERY or event.done == event.total:
            self._last, self._state = time.monotonic(), event.state
            sys.stderr.write(f"{text}\n")
        sys.stderr.flush()

    def end(self) -> None:
        if self._open:
            sys.stderr.write("\n")


def _text(name: str, event: FetchProgressed) -> str:
    if event.state == DownloadState.CONNECTING or not event.total:
        return f"{name}: asking for it"
    share = 100 * event.done // event.total
    where = f" from {event.origin.source}" if event.origin is not None else ""
    doing = "checking" if event.state == DownloadState.CHECKING else f"{event.done / 1e6:,.0f} of"
    return f"{name}: {doing} {event.total / 1e6:,.0f} MB ({share} %){where}"
