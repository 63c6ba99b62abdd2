"""Text recognition holds its breath while an answer is made: a file in its folder says so, on both sides of the wall.

And the time that it may take for a picture, in which such pauses don't count.
"""

import contextlib
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

LOOK_EVERY = 0.05


class PauseSign:
    """`scratch` is the folder that the process and the engine share. Looking for it takes microseconds."""

    def __init__(self, scratch: Path) -> None:
        self._file = scratch / "pause"

    def show(self, shown: bool) -> None:
        with contextlib.suppress(OSError):  # a full disk must not keep an answer from being made
            if shown:
                self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._file.touch()
            else:
                self._file.unlink(missing_ok=True)

    def wait(self) -> None:
        """As long as it is there. The process ends meanwhile if its parent does."""
        while self._file.exists():
            threading.Event().wait(LOOK_EVERY)


class WorkingTime:
    """Calls `over`, on another thread, when a piece of work took `seconds` without the pauses in it.

    One piece after the other, each in a `with`; any thread may pause.
    """

    def __init__(self, seconds: float, over: Callable[[], object]) -> None:
        self._seconds, self._over = seconds, over
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._left = self._since = 0.0
        self._working = self._paused = False

    def __enter__(self) -> None:
        with self._lock:
            self._working, self._left = True, self._seconds
            self._go_on()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._hold()
            self._working = False

    def pause(self, paused: bool) -> None:
        with self._lock:
            self._hold()
            self._paused = paused
            self._go_on()

    def _go_on(self) -> None:
        if self._working and not self._paused:
            self._since = time.monotonic()
            self._timer = threading.Timer(self._left, self._over)
            self._timer.daemon = True
            self._timer.start()

    def _hold(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self._left = max(0.0, self._left - (time.monotonic() - self._since))
