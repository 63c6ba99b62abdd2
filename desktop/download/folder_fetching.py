"""Gets a model that is a folder of files, such as an embedder, from one state of a repository on Hugging Face.

Each file has its name only when it is whole and is what the hub says of it. The folder stays below `.downloads`: who
asked for it makes something of it. Runs in the download process; knows no format of the files.
"""

import fnmatch
import hashlib
import os
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from desktop.domain.downloads import DownloadState, FetchSource, Origin
from desktop.download.disk_room import disk_problem, need_room
from desktop.download.hub_files import HubFile, HubFolder
from desktop.download.index_settings import IndexSettings
from desktop.download.package_index import IndexFile
from desktop.download.places import Note, Place, keep_origin
from desktop.download.problems import DownloadProblem, RevisionGone
from desktop.download.telling import Report, Told
from desktop.download.transfer import BLOCK, Downloader
from desktop.protocol.download_messages import Fetch, Fetched

SLOW = 16 << 20  # bytes from which on it takes so long to compute a hash that it is told
_NAME = re.compile(r"\w[\w.+-]*")

LookUpFolder = Callable[[FetchSource, str], HubFolder]


class FolderFetching:
    """One order, whose `file` is the folder's name. Else as `Fetching`."""

    def __init__(
        self,
        request: Fetch,
        settings: IndexSettings,
        look_up: LookUpFolder,
        report: Report,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._order, self._look_up = request.order, look_up
        self._source = request.order.sources[0]
        self._place = Place(Path(request.folder), request.order.id)
        self._downloader = Downloader(settings, pause)
        self._told = Told(report)

    def fetch(self) -> Fetched:
        """Raises DownloadProblem with the reason."""
        try:
            return self._fetch()
        except OSError as error:
            raise disk_problem(self._place.folder, error) from None

    def _fetch(self) -> Fetched:
        self._told.begin()
        found = self._on_hub()
        files = _wanted(found.files, self._source)
        total = sum(file.size for file in files)
        origin = Origin(
            f"{found.host}/{self._source.repository}", found.mirror, total, "", found.revision, announced=True
        )
        folder = self._place.tree / self._order.file
        self._place.write(Note(self._order, origin))
        # it is copied when it is added to the shelf
        need_room(self._place.folder, 2 * total - self._place.done())
        self._told.origin = origin
        pins: dict[str, Origin] = {}
        done = 0
        for file in files:
            sha256 = self._get(file, folder / file.path, done, total)
            pins[f"{self._order.file}/{file.path}"] = replace(origin, size=file.size, sha256=sha256)
            done += file.size
        for name, pin in pins.items():
            keep_origin(self._place.folder, name, pin)
        return Fetched(str(folder), origin)

    def _on_hub(self) -> HubFolder:
        """What was begun is gone on with; when that is gone, all begins anew."""
        note = self._place.read()
        begun = note.origin.revision if note is not None and note.origin is not None else ""
        try:
            return self._look_up(self._source, begun)
        except RevisionGone:
            self._place.clear()
            return self._look_up(self._source, "")

    def _get(self, file: HubFile, target: Path, before: int, total: int) -> str:
        """The file's SHA-256, computed from what came."""
        if not target.exists():
            part = target.with_name(f"{target.name}.part")
            known = IndexFile(file.path, file.url, None, file.size)
            self._told.running(before, total)
            self._downloader.fetch_part(known, part, lambda have, _: self._told.running(before + have, total))
            self._check(file, part, before, total)
            os.replace(part, target)
        return self._hashes(target, before, total)[0]

    def _check(self, file: HubFile, part: Path, before: int, total: int) -> None:
        sha256, blob = self._hashes(part, before, total)
        found, expected = (sha256, file.sha256) if file.sha256 else (blob, file.blob)
        if part.stat().st_size != file.size or found != expected:
            part.unlink()
            what = f"{file.path} arrived damaged: its hash is {found}, not {expected}. It was deleted."
            raise DownloadProblem(what, "Try again. If this comes back, the network changes files: don't use it.")
        with part.open("rb+") as stream:
            os.fsync(stream.fileno())

    def _hashes(self, path: Path, before: int, total: int) -> tuple[str, str]:
        """SHA-256, and the hash by which git names these bytes."""
        plain, blob = hashlib.sha256(), hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False)
        have = before
        with path.open("rb") as stream:
            while block := stream.read(BLOCK):
                plain.update(block)
                blob.update(block)
                have += len(block)
                if have - before >= SLOW:
                    self._told.say(DownloadState.CHECKING, have, total)
        return plain.hexdigest(), blob.hexdigest()


def _wanted(files: Sequence[HubFile], source: FetchSource) -> list[HubFile]:
    """Those that match, the small ones first. Their names are a stranger's: no other folder may come out of one."""
    found = [
        file
        for file in files
        if any(fnmatch.fnmatchcase(file.path, pattern) for pattern in source.wanted)
        and all(_NAME.fullmatch(part) for part in file.path.split("/"))
    ]
    if source.file not in {file.path for file in found}:
        raise DownloadProblem(f"{source.repository} has no {source.file}.", "Choose another one.")
    return sorted(found, key=lambda file: (file.size, file.path))
