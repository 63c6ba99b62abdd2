"""The engine's side of the file reader: starts the process when needed, restarts it, bounds its time.

On Linux it opens each file itself and hands it over, for the process may open none. Decides nothing about a file's
future: a death or a timeout is reported, and the caller counts them.
"""

import contextlib
import itertools
import logging
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from desktop.domain.documents import Document
from desktop.domain.errors import EngineProblem
from desktop.platform_support.environment import child_environment
from desktop.platform_support.file_passing import FileGiver
from desktop.protocol.child import ChildProcess, ProcessEnded
from desktop.protocol.codec import ProtocolError
from desktop.protocol.common_messages import HELLO, Hello, Nothing
from desktop.protocol.lines import PROTOCOL, Method
from desktop.protocol.reader_messages import (
    DESCRIBE_WALLS,
    READ_FILE,
    RENDER_PAGE,
    Anchor,
    PageRendered,
    ReadFile,
    RenderPage,
    TextRange,
    WaitingPicture,
    Walls,
)
from desktop.reading.document_file import read_document
from desktop.reading.endings import Ending, ReaderClosed, ReaderDied, ending_of
from desktop.reading.recognised_pages import Pages, write_pages
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
_LAST_WORDS = 2.0


def start_quietly(
    arguments: Sequence[str], environment: Mapping[str, str], inherited: Sequence[int] = ()
) -> ChildProcess:
    """Starts the child and drops what it logs."""
    return ChildProcess(arguments, environment, subprocess.DEVNULL, inherited=inherited)


@dataclass(frozen=True, slots=True)
class FileLook:
    """What came of a look at a file: a document, or `pictures` to be recognised. `waiting`: that nobody tried yet."""

    document: Document | None
    sha256: str
    size: int
    waiting: int
    pictures: tuple[WaitingPicture, ...]


class FileReader:
    """One reader process at a time, one request at a time; callers on other threads wait their turn.

    `scratch` is a folder of ours for files in transit, and of this reader alone: its process may write there and
    nowhere else. `readable` are folders that its parsers need. `timeout` is seconds for one file or page. `walls` are
    those of the last process that started.
    """

    def __init__(
        self,
        scratch: Path,
        start: Start = start_quietly,
        background: bool = True,
        timeout: float = 60.0,
        files_per_process: int = FILES_PER_PROCESS,
        readable: Sequence[Path] = (),
    ) -> None:
        self._scratch = scratch
        self._start = start
        self._arguments = [MODULE, "--scratch", str(scratch), "--seconds", str(timeout)]
        if background:
            self._arguments.append("--background")
        for folder in readable:
            self._arguments += ["--readable", str(folder)]
        self._timeout = timeout
        self._files_per_process = files_per_process
        self._numbers = itertools.count(1)
        self._turn = threading.Lock()
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

    def read(self, path: str) -> tuple[Document, str, int]:
        """(document, SHA-256 in hex, size in bytes), without the words on pictures.

        Raises FileProblem; ReaderDied; EngineProblem when none starts.
        """
        outcome = self.look(path)
        if outcome.document is None:
            raise ReaderDied(Ending.CRASHED)
        return outcome.document, outcome.sha256, outcome.size

    def look(self, path: str, known: Pages | None = None, room: int = 0) -> FileLook:
        """Reads the file with what is `known` of its pictures; writes out at most `room` others (0: passes them over).

        The caller deletes these. Raises like `read`.
        """
        with self._turn:
            output, pages = self._scratch_file(".json"), self._scratch_file(".pages")
            try:
                reply = self._call(READ_FILE, ReadFile(path, str(output), self._written(known or {}, pages), room))
                if not all(_is_beside(picture.pixels, output) for picture in reply.pictures):
                    raise ProtocolError("a picture that is not where pictures are")
                self._bytes += reply.size
                document = None if reply.pictures else read_document(output)
                return FileLook(document, reply.sha256, reply.size, reply.waiting, reply.pictures)
            except BaseException as error:
                for picture in self._scratch.glob(f"{output.name}.*"):
                    picture.unlink(missing_ok=True)
                if isinstance(error, (ProtocolError, FileNotFoundError)):
                    self._drop()
                    raise ReaderDied(Ending.CRASHED) from None
                raise
            finally:
                _remove(output)
                pages.unlink(missing_ok=True)

    def render(
        self,
        path: str,
        number: int,
        scale: float,
        ranges: Sequence[TextRange],
        output: Path | str,
        known: Pages | None = None,
        page_start: int = -1,
        anchors: Sequence[Anchor] = (),
        words: bool = False,
    ) -> PageRendered:
        """Page `number` (from 1) as a PNG at `output`, and where the words of these ranges, or all, stand on it."""
        with self._turn:
            drawn, pages = self._scratch_file(".png"), self._scratch_file(".pages")
            try:
                recognised = self._written(known or {}, pages)
                wanted, hints = tuple(ranges), tuple(anchors)
                asked = RenderPage(path, number, scale, wanted, str(drawn), recognised, page_start, hints, words)
                reply = self._call(RENDER_PAGE, asked)
                shutil.move(drawn, output)
                return reply
            except (ProtocolError, FileNotFoundError):
                self._drop()
                raise ReaderDied(Ending.CRASHED) from None
            finally:
                _remove(drawn)
                pages.unlink(missing_ok=True)

    def _written(self, known: Pages, place: Path) -> str:
        """The file with what is known, for the process; empty when that is nothing."""
        if not known:
            return ""
        self._scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_pages(known, place)
        return str(place)

    def close(self) -> None:
        """Ends the process at once, also while another thread waits for it: that one gets ReaderClosed."""
        self._closed = True
        child = self._child
        if child is not None:
            child.kill()
        with self._turn:
            self._drop()

    def _scratch_file(self, ending: str) -> Path:
        return self._scratch / f"{next(self._numbers)}{ending}"

    def _call(self, method: Method[P, R], params: P) -> R:
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
            self._drop()
            raise ReaderDied(Ending.TIMED_OUT) from None
        except (ProcessEnded, ConnectionError, BlockingIOError):
            ending = self._drop()
            if self._closed:
                raise ReaderClosed("The file reader was closed.") from None
            raise ReaderDied(ending) from None

    def _ready_child(self) -> ChildProcess:
        worn = self._asked >= self._files_per_process or self._bytes >= BYTES_PER_PROCESS
        if self._child is not None and (worn or self._child.ended):
            self._drop()
        if self._closed:
            raise ReaderClosed("The file reader was closed.")
        if self._child is None:
            self._child = self._started()
            self._asked = self._bytes = 0
            if self._closed:  # closed meanwhile: `close` saw no child to kill
                self._drop()
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

    def _drop(self) -> Ending:
        child, self._child = self._child, None
        return Ending.CRASHED if child is None else self._end(child)

    def _end(self, child: ChildProcess) -> Ending:
        """Kills rather than asks: a reader holds nothing that needs an orderly end. Says how it ended by itself."""
        if child.ended:  # it hung up, so its exit code is about to come
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(_LAST_WORDS)
        ending = ending_of(child.process.poll())
        child.kill()
        child.close()
        if child.process.stdout is not None:
            child.process.stdout.close()
        giver, self._giver = self._giver, None
        if giver is not None:
            giver.close()
        return ending


def _is_beside(pixels: str, output: Path) -> bool:
    """Of files named by a process that a hostile file may have taken over; they will be read and deleted."""
    place = Path(pixels)
    return place.parent == output.parent and place.name.startswith(f"{output.name}.")


def _remove(output: Path) -> None:
    output.unlink(missing_ok=True)
    output.with_name(output.name + ".part").unlink(missing_ok=True)
