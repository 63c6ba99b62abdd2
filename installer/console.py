"""What the installer prints: steps with the time each took, and progress lines. Decides nothing."""

import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TextIO

# Without a terminal each progress line stays in a log, so they come seldom.
TERMINAL_PAUSE = 0.2
LOG_PAUSE = 20.0


class Console:
    """Writes to `out`; on a terminal a progress line is overwritten in place, elsewhere it is repeated seldom."""

    def __init__(self, out: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._out = out if out is not None else sys.stdout
        self._clock = clock
        self._terminal = self._out.isatty()
        self._pause = TERMINAL_PAUSE if self._terminal else LOG_PAUSE
        self._last_progress = self._clock()
        self._open_line = False

    def say(self, text: str) -> None:
        self._close_line()
        print(text, file=self._out, flush=True)

    @contextmanager
    def step(self, name: str) -> Generator[None]:
        """Prints `name`, then how long the block took; says nothing more when it fails."""
        self.say(name)
        started = self._clock()
        self._last_progress = started
        yield
        self.say(f"  done in {seconds(self._clock() - started)}")

    def progress(self, text: str) -> None:
        """Shows where the work stands; most calls print nothing."""
        now = self._clock()
        if now - self._last_progress < self._pause:
            return
        self._last_progress = now
        if not self._terminal:
            self.say(f"  {text}")
            return
        self._out.write(f"\r\x1b[2K  {text}")
        self._out.flush()
        self._open_line = True

    def _close_line(self) -> None:
        if self._open_line:
            self._out.write("\r\x1b[2K")
            self._open_line = False


def seconds(elapsed: float) -> str:
    """`4.2 s` below a minute, `3 min 20 s` above."""
    if elapsed < 60:
        return f"{elapsed:.1f} s"
    return f"{int(elapsed // 60)} min {int(elapsed % 60)} s"


def megabytes(size: int) -> str:
    """`512 MB` or `1.1 GB`; decimal units, as shops and browsers print them."""
    if size < 1_000_000_000:
        return f"{size / 1_000_000:.0f} MB"
    return f"{size / 1_000_000_000:.1f} GB"
