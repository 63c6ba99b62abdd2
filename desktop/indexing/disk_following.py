"""Keeps the table of files in line with the disk: watches, follows hints, and knows when a full scan is due.

Scans are the authority: at start, every hour (every few minutes where nothing can be watched), after the computer
slept, after events were lost, and when a folder or a drive in it was moved, unmounted or put back. Reads and embeds
nothing.
"""

import time
from collections.abc import Callable, Collection, Iterable

from desktop.domain.files import Folder
from desktop.indexing.reconciling import Reconciler
from desktop.indexing.walking import root_is_healthy
from desktop.indexing.watching import FolderWatcher, Identity, identity_of
from desktop.platform_support.drives import Mount, mounts_now
from desktop.storage.file_table import FileTable

_SCAN_EVERY = 3_600.0
_SCAN_UNWATCHED_EVERY = 300.0
LOOK_AT_ROOTS_EVERY = 3.0
_SLEPT = 30.0


class DiskFollower:
    """For the indexing thread, but for `want_scan`, `unwatched` and `unreadable`. `own` is never indexed;
    without a `watcher` there are scans alone.

    `clock` stands still while the computer sleeps, `wall` (seconds since 1970) doesn't: that tells of a sleep.
    """

    def __init__(
        self,
        files: FileTable,
        watcher: FolderWatcher | None,
        own: str = "",
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        mounts: Callable[[], Collection[Mount]] = mounts_now,
    ) -> None:
        self._files = files
        self._clock, self._wall = clock, wall
        self._watcher = watcher
        self._mounts = mounts
        self._reconciler = Reconciler(files, own, wall, mounts)
        self._roots: dict[int, Identity] = {}
        self._scan_wanted = True
        self._last_scan = self._last_look = float("-inf")
        self._drift = wall() - clock()

    def want_scan(self) -> None:
        self._scan_wanted = True

    @property
    def scan_wanted(self) -> bool:
        return self._scan_wanted

    @property
    def scan_due(self) -> bool:
        every = _SCAN_UNWATCHED_EVERY if self.unwatched() else _SCAN_EVERY
        return self._scan_wanted or self._clock() - self._last_scan > every

    @property
    def pending(self) -> bool:
        """Hints that have not rested yet."""
        return self._watcher is not None and self._watcher.pending

    def unwatched(self) -> dict[int, str]:
        """Folders that can't be watched and why; they are scanned instead."""
        return dict(self._watcher.trouble) if self._watcher else {}

    def unreadable(self) -> dict[int, int]:
        """By folder, how many of the folders in it could not be opened at the last scan."""
        return {folder_id: count for folder_id, count in self._reconciler.unreadable.items() if count}

    def scan(self) -> bool:
        """Looks at all folders. Says whether anything changed, as `follow_hints` does."""
        self._scan_wanted = False
        folders = self._files.folders()
        if self._watcher:
            self._watcher.follow(folders)  # before the scan, so that nothing falls between
        self._roots = self._identities(folders)  # what changes while it lasts is looked at again
        changed = self._reconciler.scan(folders)
        self._last_scan = self._clock()
        if self._watcher:
            self._watcher.follow(self._files.folders())  # those that came back
        return changed

    def follow_hints(self) -> bool:
        if self._watcher is None:
            return False
        if self._watcher.take_lost():
            self._scan_wanted = True
        if not (paths := self._watcher.take_rested()):
            return False
        folders = self._files.folders()
        hinted = [folder for folder in folders if folder.path in paths]  # deleted, or in their places again
        self._roots |= self._identities(hinted)
        changed = self._reconciler.look_at(folders, paths)
        if hinted:
            self._watcher.follow(self._files.folders())
        return changed

    def look_around(self) -> None:
        """A folder that was moved, unmounted or put back makes no event of its own; nor does what a sleep hid."""
        if self._clock() - self._last_look < LOOK_AT_ROOTS_EVERY:
            return
        self._last_look = self._clock()
        drift = self._wall() - self._clock()
        if abs(drift - self._drift) > _SLEPT:  # or somebody set the clock: a scan more does no harm
            self._scan_wanted = True
        self._drift = drift
        if self._watcher:
            self._watcher.look_for_room()
        folders = self._files.folders()
        now = self._identities(folders)
        for folder in folders:
            other = folder.id in self._roots and self._roots[folder.id] != now[folder.id]
            if other or (not folder.online and root_is_healthy(folder.path, folder.is_file, True)):
                self._scan_wanted = True

    def stop(self) -> None:
        if self._watcher:
            self._watcher.stop()

    def _identities(self, folders: Iterable[Folder]) -> dict[int, Identity]:
        mounts = self._mounts()
        return {folder.id: identity_of(folder, mounts) for folder in folders}
