"""Drives that are mounted inside added folders: which are there, which are away."""

import os
from collections.abc import Collection, Iterable, Sequence

from desktop.domain.files import Folder
from desktop.indexing.ignoring import rules_of
from desktop.platform_support.drives import Mount, mounted_below
from desktop.storage.missing_files import MissingFiles


def drives_in(folder: Folder, mounts: Iterable[Mount]) -> frozenset[Mount]:
    """Those mounted in it that its rules don't leave out, by paths with a separator at the end."""
    if folder.is_file or not (below := mounted_below(folder.path, mounts)):
        return frozenset()
    rules = rules_of(folder)
    return frozenset((what, where) for what, where in below if not rules.leave_out(where))


class Drives:
    """Those mounted in `folders` at one look, which are noted, and those that are known to have been.

    Places are paths with a separator at the end. `known` by folder's id; `mounted` of all folders.
    """

    def __init__(self, missing: MissingFiles, folders: Sequence[Folder], mounts: Collection[Mount]) -> None:
        self._missing, self._folders, self._mounts = missing, folders, mounts
        noted = missing.drives()
        self.known: dict[int, set[str]] = {}
        self.mounted: set[str] = set()
        for folder in self._folders:
            now = {place for _, place in drives_in(folder, mounts)}
            before = set(noted.get(folder.id, ()))
            if now - before:
                missing.note_drives(folder.id, now - before)
            self.known[folder.id] = now | before
            self.mounted |= now

    def away_from(self, folder_id: int, path: str) -> str:
        """Where the path is on a drive that is away; "" where it isn't."""
        around = [place for place in self.known.get(folder_id, ()) if os.path.join(path, "").startswith(place)]
        return min(set(around) - self.mounted, key=len, default="").rstrip(os.sep)

    def changed(self, mounts: Collection[Mount]) -> tuple[str, ...]:
        """Places where another drive is mounted by now, or none, or one where there was none."""
        if mounts == self._mounts:
            return ()
        both = [(drives_in(folder, self._mounts), drives_in(folder, mounts)) for folder in self._folders]
        return tuple({place for before, after in both for _, place in before ^ after})

    def forget_gone(self) -> None:
        """Those that are not mounted any more, once their files are deleted."""
        for folder_id, places in self.known.items():
            if gone := places - self.mounted:
                self._missing.forget_drives(folder_id, gone)
