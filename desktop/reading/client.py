"""The engine's side of the file reader: starts the process when needed, restarts it, bounds its time.

Decides nothing about a file's future: a death or a timeout is reported, and the caller counts them.
"""

import itertools
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from desktop.domain.documents import Document
from desktop.domain.errors import EngineProblem, FileProblem
from desktop.platform_support.environment import child_environment
from desktop.protocol.child import ChildProcess, ProcessEnded
from desktop.protocol.codec import ProtocolError
from desktop.protocol.common_messages import HELLO, Hello
from desktop.protocol.lines import PROTOCOL, Method
from desktop.protocol.reader_messages import READ_FILE, RENDER_PAGE, PageRendered, ReadFile, RenderPage
from desktop.reading.document_file import read_document

P = TypeVar("P")
R = TypeVar("R")
Start = Callable[[Sequence[str], Mapping[str, str]], ChildProcess]

MODULE = "desktop.reading.process"
_START_TRIES = 3
START_TIMEOUT = 30.0
FILES_PER_PROCESS = 200


class ReaderDied(FileProblem):
    """The process ended or was stopped while it read this file. `cause` is "crashed" or "timed out"."""

    def __init__(self, cause: str) -> None:
        super().__init__(
            "Footnote's file reader stopped at this file."
            if cause == "crashed"
            else "This file took too long to read.",
            "Footnote will try it once more, then leave it out.",
            transient=True,
        )
        self.cause = cause


class ReaderClosed(EngineProblem):
    """`close` was called; nothing is wrong with the file."""


def start_quietly(arguments: Sequence[str], environment: Mapping[str, str]) -> ChildProcess:
    """Starts the child and drops what it logs."""
    return ChildProcess(arguments, environment, subprocess.DEVNULL)


class FileReader:
    """One reader process at a time, one request at a time; callers on other threads wait their turn.

    `scratch` is a folder of ours for files in transit; `timeout` is seconds for one file or page.
    """

    def __init__(
        self,
        scratch: Path,
        start: Start = start_quietly,
        background: bool = True,
        timeout: float = 60.0,
        files_per_process: int = FILES_PER_PROCESS,
    ) -> None:
        self._scratch = scratch
        self._start = start
        self._arguments = [MODULE, "--background"] if background else [MODULE]
        self._timeout = timeout
        self._files_per_process = files_per_process
        self._numbers = itertools.count(1)
        self._turn = threading.Lock()
        self._child: ChildProcess | None = None
        self._asked = 0
        self._closed = False

    @property
    def pid(self) -> int | None:
        """Of the process that lives now, or None."""
        child = self._child
        return None if child is None or child.ended else child.pid

    def read(self, path: str) -> tuple[Document, str, int]:
        """(document, SHA-256 in hex, size in bytes). Raises FileProblem; ReaderDied; EngineProblem when none starts."""
        with self._turn:
            output = self._scratch / f"document-{id(self):x}-{next(self._numbers)}.json"
            try:
                reply = self._call(READ_FILE, ReadFile(path, str(output)))
                return read_document(output), reply.sha256, reply.size
            except (ProtocolError, FileNotFoundError):
                self._drop()
                raise ReaderDied("crashed") from None
            finally:
                output.unlink(missing_ok=True)
                output.with_name(output.name + ".part").unlink(missing_ok=True)

    def render(self, path: str, number: int, scale: float, start: int, end: int, output: Path | str) -> PageRendered:
        """Page `number` (from 1) as a PNG at `output`, and where the words of text[start:end] stand on it."""
        with self._turn:
            return self._call(RENDER_PAGE, RenderPage(path, number, scale, start, end, str(output)))

    def close(self) -> None:
        """Ends the process at once, also while another thread waits for it: that one gets ReaderClosed."""
        self._closed = True
        child = self._child
        if child is not None:
            child.kill()
        with self._turn:
            self._drop()

    def _call(self, method: Method[P, R], params: P) -> R:
        child = self._ready_child()
        self._asked += 1
        try:
            return child.call(method, params, self._timeout)
        except TimeoutError:
            self._drop()
            raise ReaderDied("timed out") from None
        except ProcessEnded:
            self._drop()
            if self._closed:
                raise ReaderClosed("The file reader was closed.") from None
            raise ReaderDied("crashed") from None

    def _ready_child(self) -> ChildProcess:
        if self._child is not None and (self._child.ended or self._asked >= self._files_per_process):
            self._drop()
        if self._closed:
            raise ReaderClosed("The file reader was closed.")
        if self._child is None:
            self._child = self._started()
            self._asked = 0
            if self._closed:  # closed meanwhile: `close` saw no child to kill
                self._drop()
                raise ReaderClosed("The file reader was closed.")
        return self._child

    def _started(self) -> ChildProcess:
        self._scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
        for _ in range(_START_TRIES):
            child = self._start(self._arguments, child_environment())
            try:
                child.call(HELLO, Hello(PROTOCOL), START_TIMEOUT)
            except (ProcessEnded, TimeoutError, ProtocolError):
                _end(child)  # killed from outside while it started, perhaps: that is no fault of the next one
            else:
                return child
        raise EngineProblem("The file reader doesn't start.", "Install Footnote again.")

    def _drop(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            _end(child)


def _end(child: ChildProcess) -> None:
    """Kills rather than asks: a reader holds nothing that needs an orderly end."""
    child.kill()
    child.close()
    if child.process.stdout is not None:
        child.process.stdout.close()
