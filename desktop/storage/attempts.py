"""What ended a process of ours before, by subject, so that it is not tried again by itself."""

import time

from desktop.storage.database import Database


class Attempts:
    """The one writer of attempts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def deaths(self, subject: str) -> int:
        return self._database.count("SELECT deaths FROM attempts WHERE subject = ?", subject)

    def note_death(self, subject: str) -> None:
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO attempts VALUES (?, 1, ?) ON CONFLICT(subject) DO UPDATE SET deaths = deaths + 1",
                (subject, time.time()),
            )

    def forget(self, subject: str) -> None:
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM attempts WHERE subject = ?", (subject,))
