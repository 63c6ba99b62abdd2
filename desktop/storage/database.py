"""The SQLite connection behind every store: one writer, short transactions, full sync. Knows no table."""

import contextlib
import sqlite3
import threading
from collections.abc import Generator
from pathlib import Path
from typing import Any

from desktop.domain.errors import EngineProblem
from desktop.storage.migrations import migrate


class Database:
    """One connection, shared by the engine's threads under a lock. Raises EngineProblem when it can't be opened."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=FULL")
            self._connection.execute("PRAGMA foreign_keys=ON")
            self._connection.execute("PRAGMA secure_delete=ON")
            migrate(self._connection, path)
        except (sqlite3.Error, OSError) as error:
            raise EngineProblem(
                "The library could not be opened.",
                f"Check that its folder can be written to and that the disk is not full ({error}).",
            ) from error
        path.chmod(0o600)

    @contextlib.contextmanager
    def transaction(self) -> Generator[sqlite3.Connection]:
        """All or nothing; transactions of other threads wait."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def rows(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(sql, parameters).fetchall()

    def row(self, sql: str, *parameters: Any) -> tuple[Any, ...] | None:
        with self._lock:
            return self._connection.execute(sql, parameters).fetchone()

    def count(self, sql: str, *parameters: Any) -> int:
        row = self.row(sql, *parameters)
        return int(row[0] or 0) if row else 0

    def integrity(self) -> list[str]:
        """What SQLite itself finds damaged; empty when sound."""
        found = [str(row[0]) for row in self.rows("PRAGMA integrity_check(20)")]
        return [] if found == ["ok"] else found

    def note(self, name: str) -> str:
        """A remembered word about the library, or empty."""
        row = self.row("SELECT value FROM notes WHERE name = ?", name)
        return str(row[0]) if row else ""

    def set_note(self, name: str, value: str) -> None:
        with self.transaction() as connection:
            connection.execute(
                "INSERT INTO notes VALUES (?, ?) ON CONFLICT(name) DO UPDATE SET value = excluded.value", (name, value)
            )

    def close(self) -> None:
        with self._lock:
            self._connection.close()
