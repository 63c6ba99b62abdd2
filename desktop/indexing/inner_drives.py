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

    def away_from(self, path: str) -> str:
        """The drive that is away and has the path on it, without a separator at the end; "" for none."""
        known = set().union(*self.known.values())
        around = [place for place in known - self.mounted if os.path.join(path, "").startswith(place)]
        return min(around, key=len, default="").rstrip(os.sep)

    def changed(self, mounts: Collection[Mount]) -> tuple[str, ...]:
        """Places where, since it was last asked, another drive was mounted, or one came or went."""
        if mounts == self._mounts:
            return ()
        both = [(drives_in(folder, self._mounts), drives_in(folder, mounts)) for folder in self._folders]
        self._mounts = mounts
        return tuple({place for before, after in both for _, place in before ^ after})

    def forget_gone(self, hidden: tuple[str, ...]) -> None:
        """Those that are not mounted any more, once their files are deleted; `hidden` places were not looked at."""
        for folder_id, places in self.known.items():
            gone = {place for place in places - self.mounted if not _touch(place, hidden)}
            if gone:
                self._missing.forget_drives(folder_id, gone)


def _touch(place: str, others: tuple[str, ...]) -> bool:
    """It is in one of them, or one of them in it."""
    return place.startswith(others) or any(other.startswith(place) for other in others)
