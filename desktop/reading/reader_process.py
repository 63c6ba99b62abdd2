"""The file reader's process: starts it when needed, hands it the files, bounds its time, replaces it when it is worn.

Decides nothing about a file's future: a death or a timeout is reported, and the caller counts them.
"""

import logging
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from desktop.domain.errors import EngineProblem
from desktop.platform_support.environment import child_environment
from desktop.platform_support.file_passing import FileGiver
from desktop.protocol.child import ChildProcess, ProcessEnded
from desktop.protocol.codec import ProtocolError
from desktop.protocol.common_messages import HELLO, Hello, Nothing
from desktop.protocol.lines import PROTOCOL, Method
from desktop.protocol.reader_messages import DESCRIBE_WALLS, ReadFile, RenderPage, Walls
from desktop.reading.endings import Ending, ReaderClosed, ReaderDied, last_words
from desktop.reading.regular_files import open_regular_file

P = TypeVar("P", ReadFile, RenderPage)
R = TypeVar("R")
Start = Callable[[Sequence[str], Mapping[str, str], Sequence[int]], ChildProcess]

log = logging.getLogger("footnote.reading")

MODULE = "desktop.reading.process"
_START_TRIES = 3
START_TIMEOUT = 30.0
# a process that has read so much is replaced by a fresh one: parsers leak, and what took one over ends with it
FILES_PER_PROCESS, BYTES_PER_PROCESS = 1_000, 50_000_000


def start_quietly(
    arguments: Sequence[str], environment: Mapping[str, str], inherited: Sequence[int] = ()
) -> ChildProcess:
    """Starts the child and drops what it logs."""
    return ChildProcess(arguments, environment, subprocess.DEVNULL, inherited=inherited)


class ReaderProcess:
    """One process at a time, for one caller at a time, but for `pid` and `close`. As of FileReader's parameters."""

    def __init__(
        self, scratch: Path, start: Start, background: bool, timeout: float, files: int, readable: Sequence[Path]
    ) -> None:
        self._scratch, self._start, self._timeout, self._files = scratch, start, timeout, files
        self._arguments = [MODULE, "--scratch", str(scratch), "--seconds", str(timeout)]
        if background:
            self._arguments.append("--background")
        for folder in readable:
            self._arguments += ["--readable", str(folder)]
        self._child: ChildProcess | None = None
        self._giver: FileGiver | None = None
        self._asked = self._bytes = 0
        self._closed = False
        self.walls: Walls | None = None

    @property
    def pid(self) -> int | None:
        """Of the process that lives now, or None."""
        child = self._child
        return None if child is None or child.ended else child.pid

    def has_read(self, size: int) -> None:
        """Bytes of a file."""
        self._bytes += size

    def drop(self) -> Ending:
        """Ends it. Says how it had ended by itself."""
        child, self._child = self._child, None
        return Ending.CRASHED if child is None else self._end(child)

    def close(self) -> None:
        """Ends it for good, also while another thread waits for it: that one gets ReaderClosed."""
        self._closed = True
        child = self._child
        if child is not None:
            child.kill()

    def call(self, method: Method[P, R], params: P) -> R:
        """Raises ReaderDied, ReaderClosed; EngineProblem when none starts."""
        opened = open_regular_file(params.path) if sys.platform == "linux" else None
        try:
            return self._answer(self._ready_child(), method, params, opened)
        finally:
            if opened is not None:
                os.close(opened)

    def _answer(self, child: ChildProcess, method: Method[P, R], params: P, opened: int | None) -> R:
        self._asked += 1
        try:
            if self._giver is not None and opened is not None:
                self._giver.give(params.output, opened)
            return child.call(method, params, self._timeout)
        except TimeoutError:
            self.drop()
            raise ReaderDied(Ending.TIMED_OUT) from None
        except (ProcessEnded, ConnectionError, BlockingIOError):
            ending = self.drop()
            if self._closed:
                raise ReaderClosed("The file reader was closed.") from None
            raise ReaderDied(ending) from None

    def _ready_child(self) -> ChildProcess:
        worn = self._asked >= self._files or self._bytes >= BYTES_PER_PROCESS
        if self._child is not None and (worn or self._child.ended):
            self.drop()
        if self._closed:
            raise ReaderClosed("The file reader was closed.")
        if self._child is None:
            self._child = self._started()
            self._asked = self._bytes = 0
            if self._closed:  # closed meanwhile: `close` saw no child to kill
                self.drop()
                raise ReaderClosed("The file reader was closed.")
        return self._child

    def _started(self) -> ChildProcess:
        self._scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
        for _ in range(_START_TRIES):
            child = self._start_one()
            try:
                child.call(HELLO, Hello(PROTOCOL), START_TIMEOUT)
                self._tell(child.call(DESCRIBE_WALLS, Nothing(), START_TIMEOUT))
            except (ProcessEnded, TimeoutError, ProtocolError):
                self._end(child)  # killed from outside while it started, perhaps: that is no fault of the next one
            else:
                return child
        raise EngineProblem("The file reader doesn't start.", "Install Footnote again.")

    def _start_one(self) -> ChildProcess:
        if sys.platform != "linux":
            return self._start(self._arguments, child_environment(), ())
        self._giver = FileGiver()
        end = self._giver.child_end
        try:
            return self._start([*self._arguments, "--files-from", str(end)], child_environment(), (end,))
        finally:
            self._giver.close_child_end()

    def _tell(self, walls: Walls) -> None:
        """Once, not for each process: they are all alike."""
        if walls != self.walls:
            self.walls = walls
            missing = f"; not to be had here: {', '.join(walls.missing)}" if walls.missing else ""
            log.info("the file reader's walls: %s%s", ", ".join(walls.standing) or "none", missing)

    def _end(self, child: ChildProcess) -> Ending:
        """Kills rather than asks: a reader holds nothing that needs an orderly end. Says how it ended by itself."""
        ending = last_words(child.process, hung_up=child.ended)
        child.kill()
        child.close()
        if child.process.stdout is not None:
            child.process.stdout.close()
        giver, self._giver = self._giver, None
        if giver is not None:
            giver.close()
        return ending
