"""The engine's side of old Word documents (.doc): LibreOffice makes a new one of a copy, in a folder that goes away.

It runs in a process group of its own, which is ended whole; what it made is read like a file from a stranger.
"""

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

from desktop.domain.errors import FileProblem
from desktop.platform_support.environment import child_environment
from desktop.reading.endings import ReaderClosed
from desktop.reading.regular_files import copy_regular_file

MODULE = "desktop.reading.word_process"
NAMES = ("soffice", "libreoffice")
PLACES = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    "C:/Program Files/LibreOffice/program/soffice.exe",
)
GRACE = 5.0
PROFILES = ("first", "second")
SOCKETS = Path("/tmp")


@dataclass(frozen=True, slots=True)
class NewDocument:
    """`path` is the new document's; hash and size are those of the old one."""

    path: str
    sha256: str
    size: int


def find_program() -> Path | None:
    """LibreOffice, where it is installed. Starts nothing."""
    found = [shutil.which(name) for name in NAMES] + [place for place in PLACES if os.path.isfile(place)]
    return next((Path(place) for place in found if place), None)


class WordConverter:
    """One document at a time; callers on other threads wait their turn.

    `scratch` is a folder of ours and of this converter alone; `timeout` is seconds for one document.
    """

    def __init__(self, scratch: Path, program: Path, timeout: float = 60.0) -> None:
        self._scratch, self._program, self._timeout = scratch, program, timeout
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False

    @contextlib.contextmanager
    def converted(self, path: str) -> Generator[NewDocument]:
        """The new document, there until the block ends. Raises FileProblem; ReaderClosed after `close`."""
        with self._turn:
            self._scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder = Path(tempfile.mkdtemp(dir=self._scratch))
            try:
                sha256, size = copy_regular_file(path, folder / "document.doc")
                yield NewDocument(str(self._made(folder)), sha256, size)
            finally:
                _remove_sockets(folder)
                shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        """Ends a conversion that is under way."""
        self._closed = True
        process = self._process
        if process is not None:
            _end(process)

    def _made(self, folder: Path) -> Path:
        options = {
            "--program": self._program,
            "--folder": folder,
            "--document": folder / "document.doc",
            "--seconds": self._timeout,
        }
        started = time.monotonic()
        self._run([sys.executable, "-m", MODULE, *(str(part) for option in options.items() for part in option)])
        made = folder / "made" / "document.docx"
        if self._closed:
            raise ReaderClosed("The file reader was closed.")
        if made.is_file() and not made.is_symlink():
            return made
        if time.monotonic() - started >= self._timeout:
            raise FileProblem(
                "LibreOffice took too long to convert this document.", "Save it as .docx to have it read."
            )
        raise FileProblem("LibreOffice could not convert this document.", "Open it in Word and save it as .docx.")

    def _run(self, command: list[str]) -> None:
        quiet = subprocess.DEVNULL
        process = self._process = subprocess.Popen(
            command, stdin=quiet, stdout=quiet, stderr=quiet, env=child_environment(), start_new_session=True
        )
        try:
            if not self._closed:
                process.wait(self._timeout + GRACE)
        except subprocess.TimeoutExpired:
            pass
        finally:
            _end(process)
            process.wait()
            self._process = None


def _end(process: "subprocess.Popen[bytes]") -> None:
    """With all that it started."""
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False)
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _remove_sockets(folder: Path) -> None:
    """LibreOffice meets others of its profile at a socket in /tmp, which it may make there and not take away."""
    for name in PROFILES:
        profile = (folder / name).as_uri().encode("utf-16-le")
        digits = "".join(f"{byte:x}" for byte in hashlib.md5(profile, usedforsecurity=False).digest())
        for socket in SOCKETS.glob(f"OSL_PIPE_*_SingleOfficeIPC_{digits}"):
            socket.unlink(missing_ok=True)
