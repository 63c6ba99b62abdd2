"""How a reader process ended: by its own fault, because its time was over, or by somebody else; and as a problem."""

import contextlib
import signal
import subprocess
import sys
from enum import StrEnum

from desktop.domain.errors import EngineProblem, FileProblem


class Ending(StrEnum):
    CRASHED = "crashed"
    TIMED_OUT = "timed out"
    KILLED = "was ended from outside"


_LAST_WORDS = 2.0

_TITLES = {
    Ending.CRASHED: "Footnote's file reader stopped at this file.",
    Ending.TIMED_OUT: "This file took too long to read.",
    Ending.KILLED: "Footnote's file reader was ended from outside while it read this file.",
}
_HINTS = {
    Ending.CRASHED: "Footnote will try it once more, then leave it out.",
    Ending.TIMED_OUT: "Footnote will try it once more, then leave it out.",
    Ending.KILLED: "Footnote will try it again.",
}


class ReaderDied(FileProblem):
    """The process ended, or was ended, while it read this file."""

    def __init__(self, cause: Ending) -> None:
        super().__init__(_TITLES[cause], _HINTS[cause], transient=True)
        self.cause = cause


class ReaderClosed(EngineProblem):
    """`close` was called; nothing is wrong with the file."""


def last_words(process: "subprocess.Popen[bytes]", hung_up: bool) -> Ending:
    """How it ended by itself; CRASHED where it has not. One that hung up is about to have an exit code."""
    if hung_up:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_LAST_WORDS)
    return ending_of(process.poll())


def ending_of(code: int | None) -> Ending:
    """`code` as `subprocess` gives it: negative for a signal. None: it has not ended, though it hung up."""
    if code is None:
        return Ending.CRASHED
    if sys.platform == "win32":
        # the exit code that the task manager and `taskkill` give; a crash has one of its own
        return Ending.KILLED if code == 1 else Ending.CRASHED
    if -code in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
        return Ending.KILLED
    if -code in (signal.SIGALRM, signal.SIGXCPU):
        return Ending.TIMED_OUT
    return Ending.CRASHED
