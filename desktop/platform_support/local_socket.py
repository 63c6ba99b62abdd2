"""A private local socket per library: 0600 in a 0700 folder of the user's, a named pipe on Windows.

Gives byte streams only; what is said on them is the protocol's matter.
"""

import contextlib
import hashlib
import os
import socket
import stat
import sys
import tempfile
import threading
from multiprocessing import connection as pipes
from pathlib import Path
from typing import Any, BinaryIO, Protocol

# macOS allows 104 bytes with the zero at the end, Linux 108
_LONGEST = 104


class Stream(Protocol):
    """A connection as two files: what the other side says, and what we say."""

    @property
    def incoming(self) -> BinaryIO: ...

    @property
    def outgoing(self) -> BinaryIO: ...

    def close(self) -> None: ...


def address_of(library: Path) -> str:
    """The socket's address for this library; short, whatever the length of the library's path."""
    digest = hashlib.sha256(os.fsencode(library.absolute())).hexdigest()[:20]
    if sys.platform == "win32":
        return rf"\\.\pipe\footnote-{digest}"
    name = f"{digest}.sock"
    return str(_private(_place_of(name)) / name)


class Listener:
    """Accepts connections at `address` until closed. Only this user's processes can connect."""

    def __init__(self, address: str) -> None:
        self._address = address
        if sys.platform == "win32":
            self._pipe = pipes.Listener(address, "AF_PIPE")
        else:
            Path(address).unlink(missing_ok=True)
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            mask = os.umask(0o177)
            try:
                self._socket.bind(address)
            finally:
                os.umask(mask)
            self._socket.listen(8)

    def accept(self) -> Stream:
        """The next connection. Raises OSError once closed."""
        if sys.platform == "win32":
            return _PipeStream(self._pipe.accept())
        accepted, _ = self._socket.accept()
        return _SocketStream(accepted)

    def close(self) -> None:
        if sys.platform == "win32":
            self._pipe.close()
            return
        # closing alone does not wake a thread that waits in accept
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        Path(self._address).unlink(missing_ok=True)


def connect(address: str) -> Stream | None:
    """A connection to whoever listens at `address`, or None when nobody does."""
    if sys.platform == "win32":
        try:
            return _PipeStream(pipes.Client(address, "AF_PIPE"))
        except OSError:
            return None
    connected = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connected.connect(address)
    except OSError:
        connected.close()
        return None
    return _SocketStream(connected)


def _place_of(name: str) -> Path:
    """The folder that the socket goes into: the session's own, or one for temporary files."""
    bases = (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp")
    folders = [Path(base) / f"footnote-{os.getuid()}" for base in bases if base and os.path.isdir(base)]
    return next((folder for folder in folders if len(os.fsencode(folder / name)) < _LONGEST), folders[-1])


def _private(folder: Path) -> Path:
    """The folder, made for this user alone. Raises PermissionError when somebody else made it first."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        # its owner could listen in
        raise PermissionError(f"{folder} belongs to somebody else, or others may open it")
    return folder


class _SocketStream:
    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self.incoming: BinaryIO = connected.makefile("rb")
        self.outgoing: BinaryIO = connected.makefile("wb", buffering=0)  # pyright: ignore[reportAttributeAccessIssue]  # raw writer

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


class _PipeStream:
    """A Windows pipe carries messages; pumped through an os.pipe so that both sides read lines."""

    def __init__(self, pipe: Any) -> None:
        self._pipe = pipe
        read_end, write_end = os.pipe()
        self.incoming: BinaryIO = os.fdopen(read_end, "rb")
        self._pump_to: BinaryIO = os.fdopen(write_end, "wb", buffering=0)  # pyright: ignore[reportAttributeAccessIssue]  # raw writer
        self.outgoing: BinaryIO = _PipeWriter(pipe)  # pyright: ignore[reportAttributeAccessIssue]  # write and flush suffice
        threading.Thread(target=self._pump, name="pipe", daemon=True).start()

    def _pump(self) -> None:
        try:
            while True:
                self._pump_to.write(self._pipe.recv_bytes())
        except (EOFError, OSError):
            self._pump_to.close()

    def close(self) -> None:
        self._pipe.close()


class _PipeWriter:
    def __init__(self, pipe: Any) -> None:
        self._pipe = pipe

    def write(self, data: bytes) -> int:
        self._pipe.send_bytes(data)
        return len(data)

    def flush(self) -> None:
        return

    def close(self) -> None:
        self._pipe.close()
