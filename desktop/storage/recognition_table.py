"""Which files hold pictures of words, and whether these were recognised. The words themselves are kept elsewhere."""

import json
import os
from collections.abc import Collection

from desktop.storage.database import Database

# files of the other states are read first, or have nothing to be recognised
_WANTED = (
    "FROM recognition r JOIN files f ON f.id = r.file_id "
    "WHERE r.made_by != ?1 AND f.state IN ('needs_ocr', 'indexed', 'empty')"
)


class RecognitionTable:
    """Its one writer. `made_by` names what recognises: where that is another now, files are recognised again."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, file_id: int) -> None:
        """The file holds pictures that nobody has tried yet. A file that changed is noted anew."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO recognition (file_id) SELECT id FROM files WHERE id = ? ON CONFLICT DO NOTHING", (file_id,)
            )

    def next(self, made_by: str, without: Collection[int] = ()) -> tuple[int, str, bool] | None:
        """Id and path of the newest of the files whose pictures wait, and whether nobody ever began with it.

        A file that changed, or that the user wants tried again, was begun by nobody. None of those `without`.
        """
        row = self._database.row(
            f"SELECT f.id, f.path, r.sha256 {_WANTED} AND f.id NOT IN (SELECT value FROM json_each(?2)) "
            "ORDER BY f.recent DESC, f.id LIMIT 1",
            made_by,
            json.dumps(list(without)),
        )
        return (int(row[0]), os.fsdecode(row[1]), not row[2]) if row else None

    def count(self, made_by: str) -> int:
        """Files whose pictures wait."""
        return self._database.count(f"SELECT count(*) {_WANTED}", made_by)

    def begin(self, file_id: int, sha256: str) -> bool:
        """Its bytes have this hash. False when the file is not known any more."""
        with self._database.transaction() as connection:
            return bool(
                connection.execute("UPDATE recognition SET sha256 = ? WHERE file_id = ?", (sha256, file_id)).rowcount
            )

    def finish(self, file_id: int, made_by: str) -> None:
        """All that could be recognised was: the file waits to be read with its words."""
        with self._database.transaction() as connection:
            connection.execute("UPDATE recognition SET made_by = ? WHERE file_id = ?", (made_by, file_id))
            connection.execute(
                "UPDATE files SET state = 'waiting', split_by = '', changed = changed + 1 "
                "WHERE id = ? AND state IN ('needs_ocr', 'indexed', 'empty')",
                (file_id,),
            )

    def try_again(self, hashes: Collection[str]) -> None:
        """Files of these hashes wait for recognition again."""
        with self._database.transaction() as connection:
            connection.executemany("UPDATE recognition SET made_by = '' WHERE sha256 = ?", [(one,) for one in hashes])

    def tell(self, file_id: int, reason: str) -> None:
        """Says of a file that waits for recognition why it has to wait longer."""
        with self._database.transaction() as connection:
            connection.execute("UPDATE files SET reason = ? WHERE id = ? AND state = 'needs_ocr'", (reason, file_id))

    def is_done(self, file_id: int, made_by: str) -> bool:
        return bool(
            self._database.count("SELECT count(*) FROM recognition WHERE file_id = ? AND made_by = ?", file_id, made_by)
        )

    def hashes(self) -> frozenset[str]:
        """Of all files with pictures of words."""
        return frozenset(str(row[0]) for row in self._database.rows("SELECT sha256 FROM recognition"))

    def tell_waiting(self, made_by: str, reason: str) -> None:
        """Says of the files that wait for recognition what happens next, or has to."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE files SET reason = ? WHERE state = 'needs_ocr' AND id IN "
                "(SELECT file_id FROM recognition WHERE made_by != ?)",
                (reason, made_by),
            )
