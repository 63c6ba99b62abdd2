"""Tells files that were deleted from files that are missing: those of a drive that is away, or of an emptied folder.

A drive mounted inside a folder counts for itself, as if it were a folder of its own; while it is there, so is the
folder that it is mounted in.

While one known file of a folder is still there, the others were deleted. When none is, they are missing, whatever
else is there now: programs write into empty mount points too. Missing ones stay so until one of them is back.
"""

import os
from collections.abc import Callable, Collection, Mapping

from desktop.domain.files import FileState
from desktop.indexing.walking import Found
from desktop.storage.file_table import FileStamp, KnownFile

_Place = tuple[int, str]  # a folder's id, and the drive in it or ""


class Vanished:
    """What one look at the disk did not find, as ids: `deleted`, and `missing` with the folder's id.

    `found` (with the folder's id) and `known` by path, of the places that were looked at; `moves` by new path.
    `count_there` says how many files a folder (or what is below a path in it) had at the last look. `drives` by
    folder's id are the places in it where other drives are or were mounted, `mounted` those of all where one is now.
    """

    def __init__(
        self,
        found: Mapping[str, tuple[int, Found]],
        known: Mapping[str, KnownFile],
        moves: Mapping[str, KnownFile],
        count_there: Callable[[int, str], int],
        drives: Mapping[int, Collection[str]],
        mounted: Collection[str],
    ) -> None:
        self._found, self._known, self._moves = found, known, moves
        self._count_there, self._drives, self._mounted = count_there, drives, mounted
        self._moved = {source.id for source in moves.values()}
        self.deleted: list[int] = []
        self.missing: list[tuple[int, int]] = []
        gone: dict[_Place, list[KnownFile]] = {}
        for path, file in known.items():
            if path not in found and file.id not in self._moved:
                gone.setdefault(self._place_of(file), []).append(file)
        for place, files in gone.items():
            self._decide(place, files)

    def _place_of(self, file: KnownFile) -> _Place:
        return file.folder_id, self._drive_of(file.folder_id, file.path)

    def _drive_of(self, folder_id: int, path: str) -> str:
        around = (drive for drive in self._drives.get(folder_id, ()) if path.startswith(drive))
        return max(around, key=len, default="")

    def _decide(self, place: _Place, gone: list[KnownFile]) -> None:
        missing = [file.id for file in gone if _is_missing(file)]
        lost = [file for file in gone if not _is_missing(file)]
        back = any(map(_is_missing, self._still_there(place)))
        if back:
            self.deleted += missing
        if back or self._some_stayed(place, lost):
            self.deleted += [file.id for file in lost]
        else:
            self.missing += [(file.id, file.folder_id) for file in lost]

    def _still_there(self, place: _Place) -> list[KnownFile]:
        """Of those that are not as they were: where they were, or elsewhere in the same place."""
        there = [file for file in self._in_place(place) if _may_be_it(file.stamp, self._found[file.path][1].stamp)]
        for path, source in self._moves.items():
            target_folder, target = self._found[path]
            target_place = target_folder, self._drive_of(target_folder, path)
            # equal bytes alone may be a copy from somewhere else
            if self._place_of(source) == target_place == place and source.stamp == target.stamp:
                there.append(source)
        return there

    def _in_place(self, place: _Place) -> list[KnownFile]:
        known = (file for path, file in self._known.items() if path in self._found)
        return [file for file in known if self._place_of(file) == place and file.id not in self._moved]

    def _some_stayed(self, place: _Place, lost: list[KnownFile]) -> bool:
        if not lost or not all(map(_is_missing, self._still_there(place))):
            return True
        if any(drive in self._mounted and os.path.lexists(drive) for drive in self._inside(place)):
            return True
        others = [*self._in_place(place), *(file for file in self._moves.values() if self._place_of(file) == place)]
        not_there = len(lost) + sum(not _is_missing(file) for file in others)
        # those that are left out from now on are there too
        return self._count(place) > not_there or any(os.path.lexists(file.path) for file in lost)

    def _count(self, place: _Place) -> int:
        folder_id, drive = place
        inside = self._inside(place)
        outermost = [one for one in inside if not any(one != other and one.startswith(other) for other in inside)]
        return self._count_there(folder_id, drive) - sum(self._count_there(folder_id, one) for one in outermost)

    def _inside(self, place: _Place) -> list[str]:
        folder_id, drive = place
        return [other for other in self._drives.get(folder_id, ()) if other != drive and other.startswith(drive)]


def _is_missing(file: KnownFile) -> bool:
    """Since an earlier look; what a reader did not find a moment ago is yet to be decided."""
    return file.state is FileState.MISSING and not file.transient


def _may_be_it(before: FileStamp, now: FileStamp) -> bool:
    """Edited in place, or on a drive that numbers its files anew each time; a chance namesake shares neither."""
    return before.inode == now.inode or (before.size, before.mtime_ns) == (now.size, now.mtime_ns)
