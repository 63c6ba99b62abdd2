"""What was recognised in each file, kept on disk by the file's hash, so that no picture is recognised twice.

One file of lines for each: the first names what recognised it, each further one is a page. Recognises nothing.
"""

import json
import os
from collections.abc import Mapping, Set
from pathlib import Path
from typing import Any

from desktop.protocol.codec import ProtocolError
from desktop.reading.recognised import RecognisedPage, page_as_json, page_of_json

ENDING = ".words"
Pages = dict[str, RecognisedPage | None]


class RecognisedPages:
    """`folder` is ours alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def any(self) -> bool:
        """Anything of any file is kept."""
        return next(self._folder.glob(f"*{ENDING}"), None) is not None

    def pages(self, sha256: str, made_by: str = "") -> Pages:
        """By key, None where recognition failed; empty when nothing of this file is known.

        `made_by` names networks and letters: what others made is not used; empty: whatever is there.
        """
        try:
            first, *lines = self._place(sha256).read_bytes().splitlines()
        except (FileNotFoundError, ValueError):
            return {}
        return pages_of(lines) if not made_by or first == _first_line(made_by) else {}

    def add(self, sha256: str, key: str, page: RecognisedPage | None, made_by: str) -> None:
        """Replaces what another made of this file."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        place = self._place(sha256)
        if not _begins_with(place, _first_line(made_by)):
            _write(place, os.O_TRUNC, _first_line(made_by) + b"\n")
        # a line that was cut off when the power went must not spoil this one
        _write(place, os.O_APPEND, b"\n" + line_of(key, page) + b"\n")

    def failed(self) -> frozenset[str]:
        """Hashes of files of whose pictures any was given up."""
        places = self._folder.glob(f"*{ENDING}")
        return frozenset(place.stem for place in places if any(map(_is_failure, place.read_bytes().splitlines())))

    def forget_failures(self, sha256: str) -> None:
        """What was given up of this file counts as not tried."""
        place = self._place(sha256)
        lines = place.read_bytes().splitlines() if place.exists() else []
        left = [line for line in lines if not _is_failure(line)]
        if len(left) < len(lines):
            other = place.with_suffix(".other")
            _write(other, os.O_TRUNC, b"".join(line + b"\n" for line in left))
            other.replace(place)

    def keep_only(self, wanted: Set[str]) -> int:
        """Deletes what belongs to no file of these hashes. Returns how many were deleted."""
        gone = [place for place in self._folder.glob(f"*{ENDING}") if place.stem not in wanted]
        for place in gone:
            place.unlink(missing_ok=True)
        return len(gone)

    def _place(self, sha256: str) -> Path:
        if not sha256.isalnum():
            raise ValueError("a hash is of letters and digits")
        return self._folder / f"{sha256}{ENDING}"


def write_pages(pages: Mapping[str, RecognisedPage | None], place: Path) -> None:
    """For the file reader."""
    _write(place, os.O_TRUNC, b"\n".join(line_of(key, page) for key, page in pages.items()))


def read_pages(place: Path) -> Pages:
    return pages_of(place.read_bytes().splitlines())


def line_of(key: str, page: RecognisedPage | None) -> bytes:
    value = [key, None if page is None else page_as_json(page)]
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def pages_of(lines: list[bytes]) -> Pages:
    """Without lines that were cut off."""
    pages: Pages = {}
    for line in lines:
        try:
            value: Any = json.loads(line)
            key, page = value
            pages[str(key)] = None if page is None else page_of_json(page)
        except (ValueError, TypeError, ProtocolError):
            continue
    return pages


def _is_failure(line: bytes) -> bool:
    return line.endswith(b",null]")


def _first_line(made_by: str) -> bytes:
    return json.dumps({"made_by": made_by}).encode()


def _begins_with(place: Path, line: bytes) -> bool:
    try:
        with place.open("rb") as file:
            return file.readline().rstrip(b"\n") == line
    except FileNotFoundError:
        return False


def _write(place: Path, how: int, data: bytes) -> None:
    """Readable for this user only."""
    flags = os.O_WRONLY | os.O_CREAT | how | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(place, flags, 0o600), "wb") as file:
        file.write(data)
