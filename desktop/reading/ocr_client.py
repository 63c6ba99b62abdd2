"""The engine's side of text recognition: starts the process when needed, bounds its time, ends it when it rests.

A picture that ends the process, or takes too long, is given up; the next one gets a new process. An end from outside
says nothing about the picture: the caller hears of it and tries again later.
"""

import hashlib
import importlib.util
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop.domain.errors import EngineProblem, FootnoteError
from desktop.platform_support.environment import child_environment
from desktop.protocol.child import ChildProcess, ProcessEnded
from desktop.protocol.codec import ProtocolError
from desktop.protocol.common_messages import HELLO, Hello
from desktop.protocol.lines import PROTOCOL
from desktop.protocol.reader_messages import RECOGNISE, Recognise, WaitingPicture
from desktop.reading.endings import Ending, last_words
from desktop.reading.ocr_letters import ALL
from desktop.reading.ocr_pausing import PauseSign, WorkingTime
from desktop.reading.recognised import RecognisedPage
from desktop.reading.recognised_pages import read_pages

MODULE = "desktop.reading.ocr_process"
NETWORKS = ("detection.onnx", "recognition.onnx")
LIBRARIES = ("PIL", "openvino", "numpy")
START_SECONDS = 30.0
PICTURES_PER_PROCESS = 100  # its memory grows with every new shape of a picture
PIPELINE = 1  # a higher number makes every file's pictures be recognised again
# glibc keeps a heap for each thread, and every one of them counts against the limit
ONE_HEAP = {"MALLOC_ARENA_MAX": "1"}

Start = Callable[[Sequence[str], Mapping[str, str]], ChildProcess]


class RecognitionKilled(EngineProblem):
    """Something outside ended the process: memory ran short, or somebody stopped it."""

    def __init__(self) -> None:
        super().__init__("Text recognition was ended from outside.")


def start_quietly(arguments: Sequence[str], environment: Mapping[str, str]) -> ChildProcess:
    """Starts the child and drops what it logs."""
    return ChildProcess(arguments, environment, subprocess.DEVNULL)


@dataclass(frozen=True, slots=True)
class RecognitionChoice:
    """`models` is the folder of the networks, `letters` one of `ocr_letters.CHOICES`."""

    models: Path
    letters: str = ALL

    @property
    def is_installed(self) -> bool:
        """Networks and libraries are there; imports none of them."""
        libraries = all(importlib.util.find_spec(name) is not None for name in LIBRARIES)
        return libraries and all((self.models / name).is_file() for name in NETWORKS)

    @property
    def made_by(self) -> str:
        """Names what recognises: other networks or letters, other words."""
        sizes = ",".join(str((self.models / name).stat().st_size) for name in NETWORKS)
        return hashlib.sha256(f"{PIPELINE} {self.letters} {sizes}".encode()).hexdigest()[:16]


class Recogniser:
    """One process at a time, one picture at a time. `pictures` is the folder that they are in.

    `scratch` is a folder of ours and of this process alone. After `rest` seconds without work the process is ended.
    `seconds` of processor time may go into one picture; on a busy computer these take a while, so `timeout` is longer.
    It is by the clock, without the time in which the work was paused.
    """

    def __init__(
        self,
        choice: RecognitionChoice,
        pictures: Path,
        scratch: Path,
        start: Start = start_quietly,
        timeout: float = 300.0,
        rest: float = 30.0,
        seconds: float = 60.0,
    ) -> None:
        self._choice, self.pictures, self._scratch = choice, pictures, scratch
        self._start, self._rest, self._seconds = start, rest, seconds
        self._sign, self._time = PauseSign(scratch), WorkingTime(timeout, self._end_overdue)
        self._turn = threading.Lock()
        self._child: ChildProcess | None = None
        self._timer: threading.Timer | None = None
        self._asked = 0
        self._closed = self._overdue = False

    @property
    def pid(self) -> int | None:
        """Of the process that lives now, or None."""
        child = self._child
        return None if child is None or child.ended else child.pid

    @property
    def closed(self) -> bool:
        return self._closed

    def pause(self, paused: bool) -> None:
        """Between two lines, until it is told to go on. From any thread."""
        self._sign.show(paused)
        self._time.pause(paused)

    def recognise(self, picture: WaitingPicture) -> RecognisedPage | None:
        """None for a picture that it fails on twice.

        Raises RecognitionKilled, and EngineProblem when no process starts, or after `close`.
        """
        with self._turn:
            try:
                return self._tried(picture) or self._tried(picture)
            finally:
                self._rest_later()

    def _tried(self, picture: WaitingPicture) -> RecognisedPage | None:
        output = self._scratch / "page.words"
        child = self._ready_child()
        self._asked += 1
        self._overdue = False
        try:
            with self._time:
                child.call(RECOGNISE, Recognise(picture.pixels, picture.width, picture.height, str(output)))
            return read_pages(output).get("")
        except (FootnoteError, TimeoutError, OSError):
            if self._drop() is Ending.KILLED and not self._overdue and not self._closed:
                raise RecognitionKilled() from None
            return None
        finally:
            output.unlink(missing_ok=True)

    def close(self) -> None:
        """Ends the process at once, also while another thread waits for it."""
        self._closed = True
        self._kill()
        with self._turn:
            self._drop()
            self._rest_later()

    def _end_overdue(self) -> None:
        self._overdue = True
        self._kill()

    def _kill(self) -> None:
        child = self._child
        if child is not None:
            child.kill()

    def _ready_child(self) -> ChildProcess:
        if self._child is not None and (self._child.ended or self._asked >= PICTURES_PER_PROCESS):
            self._drop()
        if self._child is None and not self._closed:
            self._child = self._started()
            self._asked = 0
        if self._closed or self._child is None:
            self._drop()
            raise EngineProblem("Text recognition was closed.")
        return self._child

    def _started(self) -> ChildProcess:
        self._scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.pictures.mkdir(mode=0o700, parents=True, exist_ok=True)
        child = self._start(self._arguments(), {**child_environment(), **ONE_HEAP})
        try:
            child.call(HELLO, Hello(PROTOCOL), START_SECONDS)
        except (ProcessEnded, TimeoutError, ProtocolError):
            ending = last_words(child.process, hung_up=child.ended)
            child.kill()
            # on Windows a process that can't be loaded ends like one that was ended from outside
            if ending is Ending.KILLED and not self._closed and sys.platform != "win32":
                raise RecognitionKilled() from None
            raise EngineProblem("Text recognition doesn't start.", "Run the set-up again.") from None
        return child

    def _arguments(self) -> list[str]:
        # half the cores: it is never what somebody waits for
        options = {
            "--models": self._choice.models,
            "--pictures": self.pictures,
            "--scratch": self._scratch,
            "--letters": self._choice.letters,
            "--threads": max(1, (os.cpu_count() or 1) // 2),
            "--seconds": self._seconds,
        }
        return [MODULE, *(str(part) for option in options.items() for part in option)]

    def _rest_later(self) -> None:
        """Gives its memory back after a while without work."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._closed and self._child is not None:
            self._timer = threading.Timer(self._rest, self._end_rested)
            self._timer.daemon = True
            self._timer.start()

    def _end_rested(self) -> None:
        with self._turn:
            if threading.current_thread() is self._timer:  # else there was work meanwhile
                self._drop()

    def _drop(self) -> Ending:
        """Ends it. Says how it had ended by itself."""
        child, self._child = self._child, None
        if child is None:
            return Ending.CRASHED
        ending = last_words(child.process, hung_up=child.ended)
        child.kill()
        return ending
