"""Compares what is on disk with what the library knows and writes the difference into the table of files.

Renames and touches are told from changes here, so that nothing is read again for them. Reads no file but to hash one.
"""

import hashlib
import os
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from desktop.domain.files import KEPT_DAYS, FileState, Folder
from desktop.indexing.ignoring import rules_of
from desktop.indexing.inner_drives import Drives
from desktop.indexing.vanishing import Vanished
from desktop.indexing.walking import Found, Numbers, find_special, is_too_large, root_is_healthy, starting_state, walk
from desktop.platform_support.drives import Mount, mounts_now
from desktop.reading.formats import format_of
from desktop.storage.file_table import Changes, FileStamp, FileTable, KnownFile

_DAY = 86_400.0  # seconds


def hash_file(path: str) -> str:
    """Hex SHA-256 of a regular file's bytes. Raises OSError."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags), "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(slots=True)
class _Seen:
    """A look at the disk: what is there, by path, with its folder's id, and what the library knows of these places.

    What is settled is in neither. `hidden` are folders that can't be listed: nothing is known of what stands in them.
    """

    found: dict[str, tuple[int, Found]] = field(default_factory=dict[str, tuple[int, Found]])
    known: dict[str, KnownFile] = field(default_factory=dict[str, KnownFile])
    hidden: tuple[str, ...] = ()
    changed: bool = False


class Reconciler:
    """Brings the table of files into line with the disk. Every method says whether anything changed.

    All folders are looked at before anything is written, so that a file may move from one to another. A folder inside
    another keeps its files; `own` (Footnote's data) is left out everywhere. `mounts` gives what is mounted now.
    """

    def __init__(
        self,
        files: FileTable,
        own: str = "",
        clock: Callable[[], float] = time.time,
        mounts: Callable[[], Collection[Mount]] = mounts_now,
    ) -> None:
        self._files = files
        self._own, self._clock, self._mounts = own, clock, mounts
        self._kinds_known = False
        self.unreadable: dict[int, int] = {}

    def scan(self, folders: Sequence[Folder]) -> bool:
        """The authority: a full walk of all folders. `unreadable` counts those that can't be listed, by folder."""
        seen = _Seen()
        some_missing = self._count_missing_time(folders)
        drives = Drives(self._files.missing, folders, self._mounts())
        self._look_over(folders, folders, seen)
        changed = self._settle(seen, drives)
        drives.forget_gone(seen.hidden)
        return (some_missing and self._forget_long_missing()) or changed

    def look_at(self, folders: Sequence[Folder], paths: Iterable[str]) -> bool:
        """Follows hints: these paths (files or folders below one of `folders`) may have changed."""
        self._count_missing_time(folders)
        seen, drives = _Seen(), Drives(self._files.missing, folders, self._mounts())
        whole: set[int] = set()
        # all of a drive that is away at once, or the first hint would find the others still there
        for path in dict.fromkeys(drives.away_from(path) or path for path in paths):
            folder = _owner(path, folders)
            if folder is None or folder.id in whole or (self._own and _is_in(path, self._own)):
                continue
            if path == folder.path or not folder.online or not root_is_healthy(folder.path, folder.is_file, True):
                whole.add(folder.id)
                self._look_over([folder], folders, seen)
            else:
                self._look_below(path, folder, folders, seen)
        return self._settle(seen, drives)

    def _look_over(self, wanted: Sequence[Folder], folders: Sequence[Folder], seen: _Seen) -> None:
        there = [folder for folder in wanted if self._is_there(folder, seen)]
        ids, kinds = [folder.id for folder in there], self._kinds_known
        settled = self._files.settled(ids, kinds)
        for folder in there:
            self._walk(folder.path, folder, folders, seen, settled)
        # once for each version of the program: what it can read that another could not
        self._kinds_known = self._kinds_known or len(wanted) == len(folders)
        rest = [*self._files.known_at(list(settled)), *self._files.unsettled(ids, kinds)]
        seen.known |= {file.path: file for file in rest if not file.path.startswith(seen.hidden)}

    def _is_there(self, folder: Folder, seen: _Seen) -> bool:
        there = root_is_healthy(folder.path, folder.is_file, folder.files > 0)
        if there != folder.online:
            seen.changed = True
            if there:
                self._files.missing.set_online(folder.id)
            else:
                self._files.missing.set_offline(folder.id, "Its folder is not there now.", self._clock())
        return there

    def _count_missing_time(self, folders: Sequence[Folder]) -> bool:
        """Before every look, for those that it finds missing are counted from it. Says whether any are."""
        if some_missing := any(folder.missing for folder in folders):
            self._files.missing.count_time(self._clock(), _DAY)
        return some_missing

    def _forget_long_missing(self) -> bool:
        """After a look, so that what came back on the last day is not among them."""
        return self._files.missing.forget_older(self._clock() - KEPT_DAYS * _DAY) > 0

    def _look_below(self, path: str, folder: Folder, folders: Sequence[Folder], seen: _Seen) -> None:
        known = {p: k for p, k in self._files.known_below(path).items() if k.folder_id == folder.id}
        gone = not os.path.lexists(path)
        if not gone:
            self._walk(path, folder, folders, seen, {})
        seen.known |= {p: k for p, k in known.items() if gone or not p.startswith(seen.hidden)}

    def _walk(
        self, path: str, folder: Folder, folders: Sequence[Folder], seen: _Seen, settled: dict[str, Numbers]
    ) -> None:
        inner = {other.path for other in folders if other.id != folder.id}
        rules = rules_of(folder)
        if rules.leave_out(path):
            return  # it may have been renamed into what is left out
        below = path != folder.path or folder.is_file  # a folder itself may have been added through a link
        if below and (special := find_special(path)):
            seen.found[path] = folder.id, special
            return
        here = walk(path, leave_out=frozenset({*inner, self._own}), rules=rules, settled=settled)
        seen.hidden += tuple(os.path.join(place, "") for place in here.unreadable)
        seen.found |= {p: (folder.id, found) for p, found in here.files.items()}
        if path == folder.path:
            self.unreadable[folder.id] = len(here.unreadable)

    def _settle(self, seen: _Seen, drives: Drives) -> bool:
        changes = self._changes(seen, drives)  # this may take long: files are hashed
        while restless := drives.changed(self._mounts()):
            # nothing is known of what is on them; they are looked at again
            seen.hidden += restless
            seen.known = {path: file for path, file in seen.known.items() if not path.startswith(restless)}
            seen.found = {path: found for path, found in seen.found.items() if not path.startswith(restless)}
            changes = self._changes(seen, drives)
        if changes:
            self._files.apply(changes)
        return bool(changes) or seen.changed

    def _changes(self, seen: _Seen, drives: Drives) -> Changes:
        gone = [k for p, k in seen.known.items() if p not in seen.found]
        displaced = {p: k for p, k in seen.known.items() if p in seen.found and k.stamp != seen.found[p][1].stamp}
        arrived = [f for p, (_, f) in seen.found.items() if p not in seen.known or p in displaced]
        moves = self._moves(arrived, gone, displaced)
        moved = {source.id for source in moves.values()}
        count_there = self._files.missing.count_there
        vanished = Vanished(seen.found, seen.known, moves, count_there, drives.known, drives.mounted)
        changes = Changes(removed=vanished.deleted, missing=vanished.missing, seen_at=self._clock())
        for target in arrived:
            folder_id, before = seen.found[target.path][0], displaced.get(target.path)
            if source := moves.get(target.path):
                changes.moved.append((source.id, folder_id, target.path, target.stamp))
                if before is not None and before.id not in moved:
                    changes.removed.append(before.id)
                if source.state is FileState.MISSING:
                    changes.queued.append((source.id, target.stamp, *starting_state(target), target.format))
            elif before is None or before.id in moved:
                changes.added.append((folder_id, target.path, target.stamp, *starting_state(target), target.format))
                if target.opened:
                    changes.opened.append((target.opened, target.path))
        for path, file in seen.known.items():
            if path in seen.found and file.id not in moved and path not in moves and _is_due(file, seen.found[path][1]):
                target = seen.found[path][1]
                changes.queued.append((file.id, target.stamp, *starting_state(target), target.format))
        return changes

    def _moves(
        self, arrived: Sequence[Found], gone: Sequence[KnownFile], displaced: Mapping[str, KnownFile]
    ) -> dict[str, KnownFile]:
        """By new path, the file that was known elsewhere: by its stamp, else by size and hash."""
        by_stamp = {file.stamp: file for file in [*displaced.values(), *gone]}
        by_size: dict[int, list[KnownFile]] = {}
        for file in gone:
            by_size.setdefault(file.stamp.size, []).append(file)
        moves: dict[str, KnownFile] = {}
        taken: set[int] = set()
        for target in arrived:
            if not target.format:
                continue  # nothing is kept of what can't be read, and pipes must not be opened
            source = by_stamp.get(target.stamp)
            if source is None and target.path not in displaced:
                alike = [file for file in by_size.get(target.stamp.size, ()) if file.id not in taken]
                source = self._left_elsewhere(target.stamp) or _same_bytes(target.path, alike)
            if source is not None and source.id not in taken and _same_kind(source, target):
                moves[target.path] = source
                taken.add(source.id)
        return moves

    def _left_elsewhere(self, stamp: FileStamp) -> KnownFile | None:
        alike = self._files.with_inode(stamp.inode)
        return next((file for file in alike if file.stamp == stamp and not os.path.lexists(file.path)), None)


def _owner(path: str, folders: Sequence[Folder]) -> Folder | None:
    inside = [folder for folder in folders if _is_in(path, folder.path)]
    return max(inside, key=lambda folder: len(folder.path), default=None)


def _is_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(os.path.join(folder, ""))


def _same_bytes(path: str, candidates: Sequence[KnownFile]) -> KnownFile | None:
    hashed = [file for file in candidates if file.sha256]
    if not hashed:
        return None
    try:
        digest = hash_file(path)
    except OSError:
        return None
    return next((file for file in hashed if file.sha256 == digest), None)


def _same_kind(source: KnownFile, target: Found) -> bool:
    """Under a name with another ending it is read in another way, so it counts as a new file."""
    return bool(target.format) and format_of(source.path) == target.format


def _is_due(file: KnownFile, found: Found) -> bool:
    """Changed, back again, failed for a reason that may have passed, or of a kind or size that counts anew."""
    if file.stamp != found.stamp or file.state is FileState.MISSING:
        return True
    by_limit = file.state is FileState.TOO_LARGE and file.transient
    if by_limit or is_too_large(found):
        return by_limit != is_too_large(found)
    known_now = not file.format and bool(found.format)
    return file.transient or known_now
