"""Files that are not there now and are not deleted, and the drives that may be away, by folder.

They keep their passages, are not answered from, and leave the library when they were missing for long.
"""

import os
from collections.abc import Collection
from typing import Any

from desktop.storage.database import Database
from desktop.storage.dead_words import words_are_removed
from desktop.storage.file_rows import range_below


class MissingFiles:
    """For the one who looks at the disk; `forget` is asked by the user too. Times are in seconds since 1970."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # drives: folders in a folder, by their paths with a separator at the end

    def drives(self) -> dict[int, tuple[str, ...]]:
        """By folder's id, where in it other drives are mounted, or were when their files went missing."""
        drives: dict[int, tuple[str, ...]] = {}
        for folder_id, path in self._database.rows("SELECT folder_id, path FROM drives ORDER BY path"):
            drives[folder_id] = (*drives.get(folder_id, ()), os.fsdecode(path))
        return drives

    def note_drives(self, folder_id: int, mounted: Collection[str]) -> None:
        with self._database.transaction() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO drives SELECT ?1, ?2 WHERE EXISTS (SELECT 1 FROM folders WHERE id = ?1)",
                [(folder_id, os.fsencode(path)) for path in mounted],
            )

    def forget_drives(self, folder_id: int, paths: Collection[str]) -> None:
        """Those of them that no file is missing from."""
        below = "SELECT 1 FROM files WHERE state = 'missing' AND path > ? AND path < ?"
        with self._database.transaction() as connection:
            for path in paths:
                if not connection.execute(below, range_below(path)).fetchone():
                    values = folder_id, os.fsencode(path)
                    connection.execute("DELETE FROM drives WHERE folder_id = ? AND path = ?", values)

    # files

    def set_online(self, folder_id: int) -> None:
        with self._database.transaction() as connection:
            connection.execute("UPDATE folders SET online = 1 WHERE id = ?", (folder_id,))

    def set_offline(self, folder_id: int, reason: str, since: float) -> None:
        """Its files are missing, not deleted: they keep their passages until it is back.

        That counts as a change of each, so that what was read of it a moment ago is not stored any more.
        """
        with self._database.transaction() as connection:
            connection.execute("UPDATE folders SET online = 0 WHERE id = ?", (folder_id,))
            newly = connection.execute(
                "UPDATE files SET state = 'missing', reason = ?, missing_since = ?, transient = 0, stored = 0, "
                "changed = changed + 1 WHERE folder_id = ? AND (state != 'missing' OR transient)",
                (reason, since, folder_id),
            ).rowcount
            if newly:
                connection.execute("UPDATE folders SET looked_at = ? WHERE id = ?", (since, folder_id))

    def count_time(self, now: float, longest: float) -> None:
        """A look at missing files is taken now. Of the time since the last one at most `longest` seconds count: it may
        be that nobody looked meanwhile, or that the clock was wrong. None do where the clock went back.
        """
        with self._database.transaction() as connection:
            looks = connection.execute(
                "SELECT id, looked_at FROM folders WHERE id IN (SELECT folder_id FROM files WHERE state = 'missing')"
            ).fetchall()
            for folder_id, looked_at in looks:
                uncounted = now - looked_at - max(0.0, min(now - looked_at, longest))
                if uncounted:
                    connection.execute(
                        "UPDATE files SET missing_since = missing_since + ? WHERE folder_id = ? AND state = 'missing'",
                        (uncounted, folder_id),
                    )
                connection.execute("UPDATE folders SET looked_at = ? WHERE id = ?", (now, folder_id))

    def count_there(self, folder_id: int, below: str = "") -> int:
        """How many of the folder's files (of those in the folder `below`) were there when it was last looked at."""
        where = "folder_id = ? AND (state != 'missing' OR transient)"
        if not below:
            return self._database.count(f"SELECT count(*) FROM files WHERE {where}", folder_id)
        where += " AND path > ? AND path < ?"
        return self._database.count(f"SELECT count(*) FROM files WHERE {where}", folder_id, *range_below(below))

    def forget(self, folder_id: int) -> int:
        """The missing files of a folder are gone for good; the folder stays in the library. Returns how many."""
        return self._forget("folder_id = ?", folder_id)

    def forget_older(self, since: float) -> int:
        """The files that were missing before then are gone for good. Returns how many."""
        # a reader that finds a file gone says so before a look at the disk decides what that means
        return self._forget("missing_since < ? AND NOT transient", since)

    def _forget(self, which: str, value: Any) -> int:
        where = f"state = 'missing' AND {which}"
        with self._database.transaction() as connection:
            connection.execute(f"DELETE FROM passages WHERE file_id IN (SELECT id FROM files WHERE {where})", (value,))
            forgotten = connection.execute(f"DELETE FROM files WHERE {where}", (value,)).rowcount
            if forgotten:
                words_are_removed(connection)
        if forgotten:
            self._database.drop_copies()
        return forgotten
