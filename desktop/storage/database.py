"""The SQLite connection behind every store: one writer, short transactions, full sync. Knows no table."""

import contextlib
import os
import sqlite3
import threading
from collections.abc import Generator
from pathlib import Path
from typing import Any

from desktop.domain.errors import EngineProblem
from desktop.storage.analysis import name_terms, name_words
from desktop.storage.migrations import migrate

_MISHAPS = {
    sqlite3.SQLITE_FULL: ("The disk is full.", "Free some space and start Footnote again; nothing is lost."),
    sqlite3.SQLITE_BUSY: ("Another program is using the library.", "Close it and try again."),
    sqlite3.SQLITE_LOCKED: ("Another program is using the library.", "Close it and try again."),
    sqlite3.SQLITE_CORRUPT: (
        "The library's database is damaged.",
        "Put a copy of library.db in its place, or move it away to begin anew; your own files are untouched.",
    ),
    sqlite3.SQLITE_NOTADB: (
        "The library's database is damaged.",
        "Put a copy of library.db in its place, or move it away to begin anew; your own files are untouched.",
    ),
}
_CANT_USE = ("The library could not be opened or written to.", "Check that its folder and files can be written to")
_OUTSIDE = frozenset(
    {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_AUTH}
)


@contextlib.contextmanager
def translated() -> Generator[None]:
    """Turns what the disk or another program did to SQLite into EngineProblem; our own mistakes stay bugs."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the low byte is the kind, the rest its detail
        if code in _MISHAPS:
            raise EngineProblem(*_MISHAPS[code]) from error
        if code in _OUTSIDE:
            raise EngineProblem(_CANT_USE[0], f"{_CANT_USE[1]} ({error}).") from error
        raise


class Database:
    """One connection, shared by the engine's threads under a lock. Raises EngineProblem when it can't be opened."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # made private before SQLite writes to it: its journal takes over the mode
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            raise EngineProblem(_CANT_USE[0], f"{_CANT_USE[1]} ({error}).") from error
        with translated():
            self._connection = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
        try:
            with translated():
                self._prepare(path)
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self, path: Path) -> None:
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.execute("PRAGMA foreign_keys=ON")
        self._connection.execute("PRAGMA secure_delete=ON")
        add_functions(self._connection)
        migrate(self._connection, path)

    @contextlib.contextmanager
    def light_transaction(self) -> Generator[sqlite3.Connection]:
        """As `transaction`, without waiting for the disk: a killed process loses nothing of it, a power cut may."""
        with self._lock:
            self._connection.execute("PRAGMA synchronous=NORMAL")
            try:
                with self.transaction() as connection:
                    yield connection
            finally:
                self._connection.execute("PRAGMA synchronous=FULL")

    @contextlib.contextmanager
    def transaction(self) -> Generator[sqlite3.Connection]:
        """All or nothing; transactions of other threads wait."""
        with self._lock, translated():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # a full disk may have ended it already
                    self._connection.execute("ROLLBACK")
                raise

    def rows(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with self._lock, translated():
            return self._connection.execute(sql, parameters).fetchall()

    def row(self, sql: str, *parameters: Any) -> tuple[Any, ...] | None:
        with self._lock, translated():
            return self._connection.execute(sql, parameters).fetchone()

    def count(self, sql: str, *parameters: Any) -> int:
        row = self.row(sql, *parameters)
        return int(row[0] or 0) if row else 0

    def integrity(self) -> list[str]:
        """What SQLite itself finds damaged; empty when sound."""
        try:
            found = [str(row[0]) for row in self.rows("PRAGMA integrity_check(20)")]
        except EngineProblem as problem:
            return [problem.title]
        return [] if found == ["ok"] else found

    def tidy(self) -> None:
        """Deleted text leaves the disk: the write-ahead log keeps it until it is emptied."""
        with self._lock, translated():
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def vacuum(self) -> None:
        """Writes the whole file anew without what was deleted, and removes copies kept from older versions."""
        with self._lock, translated():
            for copy in self._path.parent.glob(f"{self._path.name}.before-*"):
                copy.unlink(missing_ok=True)
            self._connection.execute("VACUUM")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

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


def add_functions(connection: sqlite3.Connection) -> None:
    """The functions that the tables' triggers and our queries call."""
    # SQLite's own lower() knows no letter beyond A to Z
    for name, function in (("folded", _folded), ("name_words", name_words), ("name_terms", name_terms)):
        connection.create_function(name, 1, function, deterministic=True)


def _folded(text: object) -> str:
    return text.casefold() if isinstance(text, str) else ""
