"""Tells files that were deleted from files that are missing: those of a drive that is away, or of an emptied folder.

While one known file of a folder is still there, the others were deleted. When none is, they are missing, whatever
else is there now: programs write into empty mount points too. Missing ones stay so until one of them is back.
"""

import os
from collections.abc import Callable, Mapping

from desktop.domain.files import FileState
from desktop.indexing.walking import Found
from desktop.storage.file_table import FileStamp, KnownFile


class Vanished:
    """What one look at the disk did not find, as ids: `deleted`, and `missing` with the folder's id.

    `found` (with the folder's id) and `known` by path, of the places that were looked at; `moves` by new path.
    `count_there` says how many files a folder had at the last look.
    """

    def __init__(
        self,
        found: Mapping[str, tuple[int, Found]],
        known: Mapping[str, KnownFile],
        moves: Mapping[str, KnownFile],
        count_there: Callable[[int], int],
    ) -> None:
        self._found, self._known, self._moves = found, known, moves
        self._count_there = count_there
        self._moved = {source.id for source in moves.values()}
        self.deleted: list[int] = []
        self.missing: list[tuple[int, int]] = []
        gone: dict[int, list[KnownFile]] = {}
        for path, file in known.items():
            if path not in found and file.id not in self._moved:
                gone.setdefault(file.folder_id, []).append(file)
        for folder_id, files in gone.items():
            self._decide(folder_id, files)

    def _decide(self, folder_id: int, gone: list[KnownFile]) -> None:
        missing = [file.id for file in gone if _is_missing(file)]
        lost = [file for file in gone if not _is_missing(file)]
        back = any(map(_is_missing, self._still_there(folder_id)))
        if back:
            self.deleted += missing
        if back or self._some_stayed(folder_id, lost):
            self.deleted += [file.id for file in lost]
        else:
            self.missing += [(file.id, folder_id) for file in lost]

    def _still_there(self, folder_id: int) -> list[KnownFile]:
        """Of those that are not as they were: in their place, or elsewhere in the folder."""
        there = [file for file in self._in_place(folder_id) if _may_be_it(file.stamp, self._found[file.path][1].stamp)]
        for path, source in self._moves.items():
            target_folder, target = self._found[path]
            # equal bytes alone may be a copy from somewhere else
            if source.folder_id == target_folder == folder_id and source.stamp == target.stamp:
                there.append(source)
        return there

    def _in_place(self, folder_id: int) -> list[KnownFile]:
        known = (file for path, file in self._known.items() if path in self._found)
        return [file for file in known if file.folder_id == folder_id and file.id not in self._moved]

    def _some_stayed(self, folder_id: int, lost: list[KnownFile]) -> bool:
        if not lost or not all(map(_is_missing, self._still_there(folder_id))):
            return True
        others = [*self._in_place(folder_id), *(s for s in self._moves.values() if s.folder_id == folder_id)]
        not_there = len(lost) + sum(not _is_missing(file) for file in others)
        # those that are left out from now on are there too
        return self._count_there(folder_id) > not_there or any(os.path.lexists(file.path) for file in lost)


def _is_missing(file: KnownFile) -> bool:
    """Since an earlier look; what a reader did not find a moment ago is yet to be decided."""
    return file.state is FileState.MISSING and not file.transient


def _may_be_it(before: FileStamp, now: FileStamp) -> bool:
    """Edited in place, or on a drive that numbers its files anew each time; a chance namesake shares neither."""
    return before.inode == now.inode or (before.size, before.mtime_ns) == (now.size, now.mtime_ns)
