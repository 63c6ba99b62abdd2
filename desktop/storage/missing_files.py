"""Files that are not there now and are not deleted, and the drives that may be away, by folder.

They keep their passages, are not answered from, and leave the library when they were missing for long.
"""

import os
from collections.abc import Collection

from desktop.storage.database import Database
from desktop.storage.dead_words import words_are_removed
from desktop.storage.file_rows import none_missing, range_below


class MissingFiles:
    """For the one who looks at the disk; `forget` is asked by the user too."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def drives(self) -> dict[int, tuple[str, ...]]:
        """By folder's id, the folders in it (they end in a separator) that other drives are or were mounted on."""
        drives: dict[int, tuple[str, ...]] = {}
        for folder_id, path in self._database.rows("SELECT folder_id, path FROM drives ORDER BY path"):
            drives[folder_id] = (*drives.get(folder_id, ()), os.fsdecode(path))
        return drives

    def note_drives(self, folder_id: int, mounted: Collection[str], all_of_them: bool) -> None:
        """These folders in it are other drives' now. `all_of_them`: and no others but those with missing files."""
        with self._database.transaction() as connection:
            gone = connection.execute("SELECT path FROM drives WHERE folder_id = ?", (folder_id,)).fetchall()
            for (path,) in gone if all_of_them else ():
                below = "SELECT 1 FROM files WHERE state = 'missing' AND path > ? AND path < ?"
                if not connection.execute(below, range_below(os.fsdecode(path))).fetchone():
                    connection.execute("DELETE FROM drives WHERE folder_id = ? AND path = ?", (folder_id, path))
            connection.executemany(
                "INSERT OR IGNORE INTO drives VALUES (?, ?)", [(folder_id, os.fsencode(path)) for path in mounted]
            )

    def set_online(self, folder_id: int) -> None:
        with self._database.transaction() as connection:
            connection.execute("UPDATE folders SET online = 1 WHERE id = ?", (folder_id,))
            none_missing(connection)

    def set_offline(self, folder_id: int, reason: str, since: float) -> None:
        """Its files are missing, not deleted: they keep their passages until it is back. `since`: seconds since 1970.

        That counts as a change of each, so that what was read of it a moment ago is not stored any more.
        """
        with self._database.transaction() as connection:
            connection.execute("UPDATE folders SET online = 0 WHERE id = ?", (folder_id,))
            newly = connection.execute(
                "UPDATE files SET state = 'missing', reason = ?, transient = 0, stored = 0, changed = changed + 1 "
                "WHERE folder_id = ? AND (state != 'missing' OR transient)",
                (reason, folder_id),
            ).rowcount
            if newly:
                connection.execute(
                    "UPDATE folders SET missing_since = ?, looked_at = ? WHERE id = ?", (since, since, folder_id)
                )

    def count_time(self, now: float, longest: float) -> None:
        """A look at missing files is taken now. Of the time since the last one at most `longest` seconds count: it may
        be that nobody looked meanwhile, or that the clock was wrong. None do where the clock went back.
        """
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE folders SET looked_at = ?1, missing_since = CASE WHEN missing_since = 0 THEN ?1 "
                "ELSE missing_since + ?1 - looked_at - max(0, min(?1 - looked_at, ?2)) END "
                "WHERE id IN (SELECT folder_id FROM files WHERE state = 'missing')",
                (now, longest),
            )

    def count_there(self, folder_id: int, below: str = "") -> int:
        """How many of the folder's files (of those in the folder `below`) were there when it was last looked at."""
        where = "folder_id = ? AND (state != 'missing' OR transient)"
        if not below:
            return self._database.count(f"SELECT count(*) FROM files WHERE {where}", folder_id)
        where += " AND path > ? AND path < ?"
        return self._database.count(f"SELECT count(*) FROM files WHERE {where}", folder_id, *range_below(below))

    def forget(self, folder_id: int) -> int:
        """The missing files of a folder are gone for good; the folder stays in the library. Returns how many."""
        with self._database.transaction() as connection:
            where = "folder_id = ? AND state = 'missing'"
            connection.execute(
                f"DELETE FROM passages WHERE file_id IN (SELECT id FROM files WHERE {where})", (folder_id,)
            )
            forgotten = connection.execute(f"DELETE FROM files WHERE {where}", (folder_id,)).rowcount
            none_missing(connection)
            words_are_removed(connection)
        self._database.drop_copies()
        return forgotten
