"""The SQLite connection behind every store: one writer, short transactions, full sync. Knows no table."""

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, TypeVar

from desktop.domain.errors import EngineProblem
from desktop.storage.analysis import name_terms, name_words
from desktop.storage.hindrances import BUSY, FULL, Hindrance
from desktop.storage.migrations import migrate

T = TypeVar("T")

_DAMAGED = (
    "The library's database is damaged.",
    "Put a copy of library.db in its place, or move it away to begin anew; your own files are untouched.",
)
_PASSING = {sqlite3.SQLITE_FULL: FULL, sqlite3.SQLITE_BUSY: BUSY, sqlite3.SQLITE_LOCKED: BUSY}
_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_HELD = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
# seconds: for another program, in all and of one that tries again anyway; of one try, under the lock; between two
_PATIENCE, _LITTLE_PATIENCE, _AT_A_TIME, _BETWEEN = 10.0, 1.0, 0.05, 0.05
_LEAST_FREE, _FREE_SHARE = 1 << 20, 0.25  # bytes, and of the file
_COPIES_KEPT = 7 * 86_400.0
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
        if code in _PASSING:
            raise Hindrance(*_PASSING[code]) from error
        if code in _OUTSIDE:
            raise Hindrance(_CANT_USE[0], f"{_CANT_USE[1]} ({error}).") from error
        if code in _DAMAGE:
            raise EngineProblem(*_DAMAGED) from error
        raise


class Database:
    """One connection, shared by the engine's threads under a lock. Raises EngineProblem when it can't be opened.

    What another program holds is waited for some seconds, not under the lock: reading goes on meanwhile.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._path = path
        self._here = threading.local()
        self._vacuuming = False
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # made private before SQLite writes to it: its journal takes over the mode
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            raise EngineProblem(_CANT_USE[0], f"{_CANT_USE[1]} ({error}).") from error
        with translated():
            self._connection = sqlite3.connect(path, timeout=_AT_A_TIME, isolation_level=None, check_same_thread=False)
        try:
            with translated():
                self._patiently(lambda: self._prepare(path))
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

    def wait_less(self) -> None:
        """For a thread that tries again by itself, and says meanwhile what it waits for."""
        self._here.patience = _LITTLE_PATIENCE

    @contextlib.contextmanager
    def light_transaction(self) -> Generator[sqlite3.Connection]:
        """As `transaction`, without waiting for the disk: a killed process loses nothing of it, a power cut may."""
        with self._transaction("NORMAL") as connection:
            yield connection

    @contextlib.contextmanager
    def transaction(self) -> Generator[sqlite3.Connection]:
        """All or nothing; transactions of other threads wait."""
        with self._transaction("FULL") as connection:
            yield connection

    @contextlib.contextmanager
    def _transaction(self, synchronous: str) -> Generator[sqlite3.Connection]:
        with translated():
            self._patiently(lambda: self._begin(synchronous), self._lock.acquire)
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # a full disk may have ended it already
                    self._connection.execute("ROLLBACK")
                raise
            finally:
                self._lock.release()

    def _begin(self, synchronous: str) -> None:
        self._connection.execute(f"PRAGMA synchronous={synchronous}")
        self._connection.execute("BEGIN IMMEDIATE")

    def _patiently(
        self,
        do: Callable[[], T],
        then: Callable[[], object] = lambda: None,
        under: contextlib.AbstractContextManager[Any] | None = None,
    ) -> T:
        """Does it, again and again while another program is in the way, and then `then` before the lock is let go.

        `under`: another lock than ours.
        """
        deadline = time.monotonic() + getattr(self._here, "patience", _PATIENCE)
        while True:
            with under or self._lock:
                try:
                    done = do()
                    then()
                    return done
                except sqlite3.OperationalError as error:
                    held = getattr(error, "sqlite_errorcode", 0) & 0xFF in _HELD
                    late = time.monotonic() > deadline and not self._vacuuming
                    if not held or self._connection.in_transaction or late:
                        raise
            time.sleep(_BETWEEN)

    def rows(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with translated():
            return self._patiently(lambda: self._connection.execute(sql, parameters).fetchall())

    def row(self, sql: str, *parameters: Any) -> tuple[Any, ...] | None:
        with translated():
            return self._patiently(lambda: self._connection.execute(sql, parameters).fetchone())

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
        """Deleted text leaves the disk: the write-ahead log keeps it until it is emptied, copies for a week."""
        with self._lock, translated():
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.drop_copies(_COPIES_KEPT)

    def drop_copies(self, older_than: float = 0.0) -> None:
        """Those that were made before the database was brought up to date, so many seconds ago; they hold all text."""
        for copy in self._path.parent.glob(f"{self._path.name}.before-*"):
            with contextlib.suppress(OSError):
                if time.time() - copy.stat().st_mtime >= older_than:
                    copy.unlink()

    def shrink(self) -> bool:
        """Writes the file anew where much of it is free, and says whether. Takes seconds for each 100 MB."""
        free, pages, size = (self.count(f"PRAGMA {name}") for name in ("freelist_count", "page_count", "page_size"))
        if free * size < _LEAST_FREE or free < _FREE_SHARE * pages:
            return False
        self.vacuum()
        return True

    def vacuum(self) -> None:
        """Writes the whole file anew without what was deleted. Others read meanwhile, and wait to write."""
        with translated():
            self._patiently(self._vacuum_beside_readers, under=contextlib.nullcontext())
            with self._lock:
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _vacuum_beside_readers(self) -> None:
        with contextlib.closing(sqlite3.connect(self._path, timeout=_AT_A_TIME, isolation_level=None)) as beside:
            add_functions(beside)
            self._vacuuming = True
            try:
                beside.execute("VACUUM")
            finally:
                self._vacuuming = False

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
