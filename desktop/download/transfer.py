"""Downloads one file with resume, progress and hash check. A file stands under its own name only when it is whole.

Knows nothing of models or wheels.
"""

import errno
import hashlib
import http.client
import os
import time
import urllib.error
from collections.abc import Callable
from pathlib import Path
from urllib.response import addinfourl

from desktop.download.disk_room import no_space
from desktop.download.index_settings import IndexSettings
from desktop.download.package_index import NETWORK_HINT, IndexFile
from desktop.download.problems import DownloadProblem

BLOCK = 1 << 20
TIMEOUT_SECONDS = 60.0
UNTOLD = 1 << 30  # bytes that a server may send which tells no size
# Pauses before each new try after a cut; a connection that drops every few minutes still gets there, because a try
# that brought new bytes starts the count afresh.
PAUSES = (1.0, 3.0, 10.0)

Progress = Callable[[int, int | None], None]


class Downloader:
    """Fetches files into folders; `pause` waits between tries (seconds)."""

    def __init__(self, settings: IndexSettings, pause: Callable[[float], None] = time.sleep) -> None:
        self._settings = settings
        self._pause = pause

    def fetch(self, file: IndexFile, target: Path, progress: Progress, most: int = 0) -> None:
        """Makes `target`, going on from `target.part` if there is one. Raises DownloadProblem, keeping what it has.

        `most` is how many bytes it may have, 0 where only the server says.
        """
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f"{target.name}.part")
        self.fetch_part(file, part, progress, most)
        _check(file, part)
        os.replace(part, target)

    def fetch_part(self, file: IndexFile, part: Path, progress: Progress, most: int = 0) -> None:
        """Makes `part` as long as the file, going on where it was; its hash is the caller's to check.

        More than was announced is never written, whatever a server sends.
        """
        part.parent.mkdir(parents=True, exist_ok=True)
        failures = 0
        while True:
            before = _size(part)
            try:
                self._transfer(file, part, progress, most)
                break
            except (OSError, http.client.HTTPException) as problem:
                if isinstance(problem, OSError) and problem.errno == errno.ENOSPC:
                    raise no_space(part) from problem
                failures = 1 if _size(part) > before else failures + 1
                if failures > len(PAUSES) or _final(problem):
                    raise DownloadProblem(f"Downloading {file.name} failed: {problem}", NETWORK_HINT) from problem
                self._pause(PAUSES[failures - 1])

    def _transfer(self, file: IndexFile, part: Path, progress: Progress, most: int) -> None:
        have = _size(part)
        if file.size is not None and have == file.size:
            return
        if file.size is not None and have > file.size:
            part.unlink()
            have = 0
        headers = {"Range": f"bytes={have}-"} if have else {}
        try:
            reply = self._settings.open(file.url, headers, TIMEOUT_SECONDS)
        except urllib.error.HTTPError as problem:
            # The part is already as long as the file, or longer: the hash decides which.
            if problem.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE and have:
                problem.close()
                return
            raise
        with reply:
            _refuse_page(file, reply)
            # A server that knows no ranges sends the file from its start.
            go_on = reply.status == http.client.PARTIAL_CONTENT
            have = have if go_on else 0
            total = _total(file, reply, have)
            if most and (total or 0) > most:
                raise _too_large(file)
            limit = total if total is not None else most or UNTOLD
            have = _append(reply, part, have, limit, lambda now: progress(now, total))
            if total is None and have == limit and reply.read1(1):
                part.unlink()
                raise _too_large(file)
            if total is not None and have < total:
                raise ConnectionError(f"the connection was cut after {have:,} of {total:,} bytes")


def _total(file: IndexFile, reply: addinfourl, have: int) -> int | None:
    rest = reply.headers.get("Content-Length")
    return file.size if file.size is not None else have + int(rest) if rest else None


def _append(reply: addinfourl, part: Path, have: int, limit: int, progress: Callable[[int], None]) -> int:
    """Returns how long the part is now, which is `limit` at most."""
    with part.open("r+b" if part.exists() else "wb") as out:
        out.truncate(have)
        out.seek(have)
        # what has come is written at once: a slow connection shows that it moves, and a pause loses nothing
        while have < limit and (block := reply.read1(min(BLOCK, limit - have))):
            out.write(block)
            have += len(block)
            progress(have)
    return have


def _too_large(file: IndexFile) -> DownloadProblem:
    return DownloadProblem(f"{file.name} is larger than it can be.", "The server sends something else: don't use it.")


def _refuse_page(file: IndexFile, reply: addinfourl) -> None:
    """A login page of a hotel or a proxy comes with status 200; it must not be taken for a file."""
    kind = reply.headers.get_content_type()
    if kind in ("text/html", "application/xhtml+xml"):
        raise DownloadProblem(
            f"A web page came instead of {file.name}.",
            "A network that asks you to log in, or a proxy, does this. Open a browser, log in, then try again.",
        )


def _check(file: IndexFile, part: Path) -> None:
    if file.sha256 is None:
        return
    found = sha256_of(part)
    if found != file.sha256:
        part.unlink()
        raise DownloadProblem(
            f"{file.name} is not what the index announced (SHA-256 {found}, expected {file.sha256}). It was deleted.",
            "Try again. If this comes back, the network or the index changes files: don't use it.",
        )


def _final(problem: Exception) -> bool:
    """Errors that another try won't mend."""
    if isinstance(problem, urllib.error.HTTPError):
        return problem.code in (401, 403, 404, 410)
    return isinstance(problem, PermissionError)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
