"""Words of what was removed stay in the index of words until that is made anew; the database counts them."""

import sqlite3

from desktop.storage.database import Database

_DEAD, _REMOVED = "dead_words", "removed_words"
_SHARE = 0.25


def words_are_removed(connection: sqlite3.Connection) -> None:
    """By the user's wish: however few they are, they go."""
    connection.execute("INSERT OR REPLACE INTO notes VALUES (?, '1')", (_REMOVED,))


class DeadWords:
    """Counts passages whose rows left the search index."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, passages: int) -> None:
        self._database.set_note(_DEAD, str(self._count + passages))

    def are_many(self, living: int) -> bool:
        """So many for so many living passages that the index of words is to be made anew."""
        return self._count > 0 and (bool(self._database.note(_REMOVED)) or self._count > _SHARE * living)

    def are_gone(self) -> None:
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM notes WHERE name IN (?, ?)", (_DEAD, _REMOVED))

    @property
    def _count(self) -> int:
        return int(self._database.note(_DEAD) or 0)
