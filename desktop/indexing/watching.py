"""watchdog's events as hints: "this path may have changed". The only module that imports watchdog.

Hints are merged and handed out when a path has rested; that something was missed is for scans to find.
"""

import os
import threading
import time
from collections.abc import Iterable

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from desktop.domain.files import Folder
from desktop.indexing.ignoring import ignored_file, ignored_folder

REST_SECONDS = 0.4
_QUIET = frozenset({"opened", "closed_no_write"})  # reading a file makes these: they say nothing of a change


class FolderWatcher:
    """Watches folders; `take_rested` gives the hints. `trouble` names folders that can't be watched, by id."""

    def __init__(self, wake: threading.Event) -> None:
        self._wake = wake
        self._lock = threading.Lock()
        self._hints: dict[str, float] = {}
        self._observer = Observer()
        self._watches: dict[int, object] = {}
        self._started = False
        self.trouble: dict[int, str] = {}

    def follow(self, folders: Iterable[Folder]) -> None:
        """Watches exactly these folders from now on."""
        wanted = {folder.id: folder for folder in folders if folder.online}
        if not self._started:
            self._observer.start()
            self._started = True
        for folder_id in set(self._watches) - set(wanted):
            self._unwatch(folder_id)
        for folder_id in set(wanted) - set(self._watches):
            self._watch(wanted[folder_id])

    def take_rested(self) -> list[str]:
        """The paths whose last event is over REST_SECONDS ago."""
        now = time.monotonic()
        with self._lock:
            rested = [path for path, when in self._hints.items() if now - when >= REST_SECONDS]
            for path in rested:
                del self._hints[path]
        return rested

    @property
    def pending(self) -> bool:
        return bool(self._hints)

    def stop(self) -> None:
        if self._started:
            self._observer.stop()
            self._observer.join(5)

    def note(self, paths: Iterable[str]) -> None:
        now = time.monotonic()
        with self._lock:
            for path in paths:
                self._hints[path] = now
        self._wake.set()

    def _watch(self, folder: Folder) -> None:
        place = os.path.dirname(folder.path) if folder.is_file else folder.path
        only = folder.path if folder.is_file else None
        try:
            self._watches[folder.id] = self._observer.schedule(
                _Hints(self, place, only), place, recursive=not folder.is_file
            )
            self.trouble.pop(folder.id, None)
        except OSError as error:
            self.trouble[folder.id] = error.strerror or str(error)

    def _unwatch(self, folder_id: int) -> None:
        watch = self._watches.pop(folder_id)
        try:
            self._observer.unschedule(watch)  # pyright: ignore[reportArgumentType]  # its class is not exported
        except KeyError:
            return


class _Hints(FileSystemEventHandler):
    def __init__(self, watcher: FolderWatcher, root: str, only: str | None) -> None:
        self._watcher = watcher
        self._root = root
        self._only = only

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type in _QUIET or (event.is_directory and event.event_type == "modified"):
            return
        paths = [os.fsdecode(path) for path in (event.src_path, event.dest_path) if path]
        self._watcher.note(path for path in paths if self._wanted(path))

    def _wanted(self, path: str) -> bool:
        if self._only is not None:
            return path == self._only
        *folders, name = os.path.relpath(path, self._root).split(os.sep)
        return not ignored_file(name) and not any(map(ignored_folder, folders))
