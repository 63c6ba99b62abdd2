"""Opens a user's file and nothing else: no link, pipe, device or folder, never waiting, never writing."""

import errno
import hashlib
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from desktop.domain.errors import FileProblem
from desktop.reading import problems

OPEN_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
CHUNK = 4 * 1024 * 1024
KINDS: Mapping[int, str] = {
    stat.S_IFLNK: "a link to another file",
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe between programs",
    stat.S_IFSOCK: "a socket between programs",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


@dataclass(frozen=True, slots=True)
class FileBytes:
    """A file's whole content; `sha256` (hex) is of exactly these bytes, `modified` in nanoseconds."""

    data: bytes
    sha256: str
    modified: int


def open_regular_file(path: str) -> int:
    """A descriptor to read from, the caller's to close. Raises FileProblem for whatever is not a regular file."""
    try:
        _require_regular(os.lstat(path).st_mode)  # before opening: opening a device can have effects
        descriptor = os.open(path, OPEN_FLAGS)
    except (OSError, ValueError) as error:
        raise _translated(error) from None
    try:
        _require_regular(os.fstat(descriptor).st_mode)  # another may have taken its place
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def read_open_file(descriptor: int) -> FileBytes:
    """The whole of an open file, from where it stands. Raises FileProblem when it is over `problems.MAX_BYTES`."""
    try:
        status = os.fstat(descriptor)
        _require_regular(status.st_mode)
        data = _read_all(descriptor, status.st_size)
    except OSError as error:
        raise _translated(error) from None
    return FileBytes(data, hashlib.sha256(data).hexdigest(), status.st_mtime_ns)


def read_regular_file(path: str) -> FileBytes:
    """Raises FileProblem for whatever is not a readable regular file of at most `problems.MAX_BYTES`."""
    descriptor = open_regular_file(path)
    try:
        return read_open_file(descriptor)
    finally:
        os.close(descriptor)


def copy_regular_file(path: str, copy: Path) -> tuple[str, int]:
    """(hex SHA-256, size) of what was copied. Raises FileProblem."""
    descriptor = open_regular_file(path)
    try:
        content = read_open_file(descriptor)
    finally:
        os.close(descriptor)
    with copy.open("xb") as new:  # in a folder of ours that nobody else may look into
        new.write(content.data)
    return content.sha256, len(content.data)


def hash_of(path: str) -> str:
    """Hex SHA-256 of a regular file. Raises FileProblem."""
    descriptor = open_regular_file(path)
    try:
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _translated(error) from None
    finally:
        os.close(descriptor)


def file_stamp(descriptor: int) -> tuple[int, int]:
    """(size, mtime in ns) of an open file."""
    status = os.fstat(descriptor)
    return status.st_size, status.st_mtime_ns


def _require_regular(mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise problems.not_a_regular_file(KINDS.get(stat.S_IFMT(mode), "something special"))


def _read_all(descriptor: int, expected: int) -> bytes:
    """Read once and to the end: a file that grows meanwhile is still hashed as read."""
    if expected > problems.MAX_BYTES:
        raise problems.too_large_file()
    chunks: list[bytes] = []
    size = 0
    # at one go: many pieces would stand in memory twice when they are joined
    while chunk := os.read(descriptor, max(CHUNK, expected - size)):
        chunks.append(chunk)
        size += len(chunk)
        if size > problems.MAX_BYTES:
            raise problems.too_large_file()
    return b"".join(chunks)


def _translated(error: OSError | ValueError) -> FileProblem:
    if isinstance(error, (FileNotFoundError, NotADirectoryError, ValueError)):
        return problems.missing()  # ValueError: a NUL in the path
    if isinstance(error, PermissionError):
        return problems.may_not_open()
    if error.errno == errno.ELOOP:
        return problems.not_a_regular_file(KINDS[stat.S_IFLNK])
    return problems.in_use()
