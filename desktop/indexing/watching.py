"""watchdog's events as hints: "this path may have changed". The only module that imports watchdog.

Hints are merged and handed out when a path has rested; that something was missed is for scans to find.
"""

import dataclasses
import errno
import logging
import os
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from desktop.domain.files import Folder
from desktop.indexing.ignoring import FolderRules, rules_of
from desktop.indexing.inner_drives import drives_in
from desktop.platform_support.drives import Mount, mounts_now, network_drive
from desktop.platform_support.inotify import can_watch_more

REST_SECONDS = 0.4
_QUIET = frozenset({"opened", "closed_no_write"})  # reading a file makes these: they say nothing of a change

_FULL = "the system watches no more folders; a higher fs.inotify.max_user_watches helps"

Identity = tuple[tuple[int, int] | None, frozenset[Mount]]


def identity_of(folder: Folder, mounts: Iterable[Mount]) -> Identity:
    """What its path leads to now (device, inode; None when nothing is there), and the drives mounted in it."""
    inside = drives_in(folder, mounts)
    try:
        found = os.stat(watched_place(folder))
    except OSError:
        return None, inside
    return (found.st_dev, found.st_ino), inside


@dataclass(frozen=True, slots=True)
class _Watched:
    """A watch holds on to the folder itself, not to its path: `identity` tells when another has taken its place.

    `deep`: with the folders in it, each of which takes a watch of the system's.
    """

    watch: object
    place: str
    identity: Identity | None
    deep: bool


class _Overflow(logging.Handler):
    """watchdog says in its log alone that the system's queue of events ran over."""

    def __init__(self, lost: Callable[[], None]) -> None:
        super().__init__(logging.WARNING)
        self._lost = lost

    def emit(self, record: logging.LogRecord) -> None:
        if "overflow" in record.getMessage():
            self._lost()


class FolderWatcher:
    """Watches folders; `take_rested` gives the hints. `trouble` names folders that can't be relied on to tell, by id.

    `is_remote` says of a path whether it lies on a network drive: others' changes there make no events. `has_room`
    says whether one watch more can be had: watchdog passes over the folders that it gets none for, and says nothing.
    `mounts` gives what is mounted now: a drive mounted in a watched folder is not watched with it.
    """

    def __init__(
        self,
        wake: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
        is_remote: Callable[[str], bool] = network_drive,
        has_room: Callable[[str], bool] = can_watch_more,
        mounts: Callable[[], Iterable[Mount]] = mounts_now,
    ) -> None:
        self._mounts = mounts
        self._wake, self._clock, self._is_remote, self._has_room = wake, clock, is_remote, has_room
        self._lost = False
        self._overflow = _Overflow(self._events_lost)
        logging.getLogger("watchdog").addHandler(self._overflow)
        self._lock = threading.Lock()
        self._hints: dict[str, float] = {}
        self._observer = Observer()
        self._watched: dict[int, _Watched] = {}
        self._rules: dict[int, FolderRules] = {}
        self._started = False
        self.trouble: dict[int, str] = {}

    def follow(self, folders: Iterable[Folder]) -> None:
        """Watches exactly these folders from now on, each where its path leads now."""
        wanted = {folder.id: folder for folder in folders if folder.online}
        self._rules = {folder_id: rules_of(folder) for folder_id, folder in wanted.items()}
        if not self._started:
            self._observer.start()
            self._started = True
        mounts = self._mounts()
        for folder_id, watched in list(self._watched.items()):
            folder = wanted.get(folder_id)
            other = folder is None or identity_of(folder, mounts) != watched.identity
            if other or (self.trouble.get(folder_id) == _FULL and self._has_room(watched.place)):
                self._unwatch(folder_id)
        self.trouble = {folder_id: why for folder_id, why in self.trouble.items() if folder_id in wanted}
        for folder_id in set(wanted) - set(self._watched):
            self._watch(wanted[folder_id], mounts)
        self.look_for_room()

    def look_for_room(self) -> None:
        """Without room for one watch more, some folder may have got none, or one that is made now won't."""
        deep = {folder_id: watched.place for folder_id, watched in self._watched.items() if watched.deep}
        if deep and not self._has_room(next(iter(deep.values()))):
            self.trouble |= {folder_id: _FULL for folder_id in deep if folder_id not in self.trouble}

    def take_rested(self) -> list[str]:
        """The paths whose last event is over REST_SECONDS ago."""
        now = self._clock()
        with self._lock:
            rested = [path for path, when in self._hints.items() if now - when >= REST_SECONDS]
            for path in rested:
                del self._hints[path]
        return rested

    def take_lost(self) -> bool:
        """Whether events were lost since it was last asked: only a scan knows what they were about."""
        lost, self._lost = self._lost, False
        return lost

    @property
    def pending(self) -> bool:
        return bool(self._hints)

    def _events_lost(self) -> None:
        self._lost = True
        self._wake()

    def stop(self) -> None:
        logging.getLogger("watchdog").removeHandler(self._overflow)
        if self._started:
            self._observer.stop()
            self._observer.join(5)

    def note(self, paths: Iterable[str]) -> None:
        now = self._clock()
        with self._lock:
            before = len(self._hints)
            self._hints.update((path, now) for path in paths)
            new = len(self._hints) > before
        if new:
            self._wake()

    def wants(self, folder_id: int, path: str) -> bool:
        """Whether the rules of the folder let it in."""
        rules = self._rules.get(folder_id)
        return rules is not None and not rules.leave_out(path)

    def root_deleted(self, place: str) -> None:
        """The watch died with its folder, though another may stand there already, even with the same inode."""
        for folder_id, watched in list(self._watched.items()):
            if watched.place == place:
                self._watched[folder_id] = dataclasses.replace(watched, identity=None)

    def _watch(self, folder: Folder, mounts: Iterable[Mount]) -> None:
        place = watched_place(folder)
        # inotify doesn't follow a link: watch what it leads to, and speak of it by the user's path
        real = os.path.realpath(place)
        hints = _Hints(self, folder, place, real)
        try:
            watch = self._observer.schedule(hints, real, recursive=not folder.is_file)
        except OSError as error:
            self.trouble[folder.id] = _FULL if error.errno == errno.ENOSPC else error.strerror or str(error)
            return
        identity = identity_of(folder, mounts)
        self._watched[folder.id] = _Watched(watch, place, identity, not folder.is_file)
        self.trouble.pop(folder.id, None)
        if self._is_remote(real):
            self.trouble[folder.id] = "it is on a network drive"
        elif any(self._is_remote(inside) for _, inside in identity[1]):
            self.trouble[folder.id] = "a network drive is mounted in it"

    def _unwatch(self, folder_id: int) -> None:
        watch = self._watched.pop(folder_id).watch
        if any(other.watch == watch for other in self._watched.values()):
            return  # two files of one folder share a watch
        try:
            self._observer.unschedule(watch)  # pyright: ignore[reportArgumentType]  # its class is not exported
        except KeyError:
            return


def watched_place(folder: Folder) -> str:
    """A single file is watched through the folder it stands in."""
    return os.path.dirname(folder.path) if folder.is_file else folder.path


class _Hints(FileSystemEventHandler):
    def __init__(self, watcher: FolderWatcher, folder: Folder, root: str, real: str) -> None:
        self._watcher = watcher
        self._root, self._real = root, real
        self._folder_id = folder.id
        self._only = folder.path if folder.is_file else None

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type in _QUIET or (event.is_directory and event.event_type == "modified"):
            return
        if event.event_type == "deleted" and os.fsdecode(event.src_path) == self._real:
            self._watcher.root_deleted(self._root)
        paths = [self._as_added(os.fsdecode(path)) for path in (event.src_path, event.dest_path) if path]
        self._watcher.note(path for path in paths if self._wanted(path))

    def _as_added(self, path: str) -> str:
        return self._root + path.removeprefix(self._real) if path.startswith(self._real) else path

    def _wanted(self, path: str) -> bool:
        if self._only is not None:
            return path == self._only
        if path == self._root:
            return True
        return self._watcher.wants(self._folder_id, path)
