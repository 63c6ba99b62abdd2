"""Folders, files and their states in SQLite. The table of files is the job queue: `waiting` files are to be read."""

import os
import sqlite3
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from desktop.domain.files import FileRow, FileState, Folder
from desktop.storage.database import Database

_ROW = "id, folder_id, path, state, reason, size, mtime_ns, passages, format"
_KNOWN = "id, folder_id, path, state, size, mtime_ns, inode, sha256, deaths"


@dataclass(frozen=True, slots=True)
class FileStamp:
    """What a stat says of a file: bytes, nanoseconds, inode. Equal stamps: not changed."""

    size: int
    mtime_ns: int
    inode: int


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file as the table has it; `deaths` counts readers that died on it."""

    id: int
    folder_id: int
    path: str
    state: FileState
    stamp: FileStamp
    sha256: str
    deaths: int


class FileTable:
    """The one writer of folders and files."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # folders

    def add_folder(self, path: str, is_file: bool) -> int:
        """The folder's id; adding a known one again returns the same."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO folders (path, is_file, added_at) VALUES (?, ?, ?) ON CONFLICT(path) DO NOTHING",
                (os.fsencode(path), int(is_file), time.time()),
            )
            row = connection.execute("SELECT id FROM folders WHERE path = ?", (os.fsencode(path),)).fetchone()
        return int(row[0])

    def folders(self) -> tuple[Folder, ...]:
        rows = self._database.rows(
            "SELECT f.id, f.path, f.is_file, f.online, count(x.id), coalesce(sum(x.state = 'indexed'), 0) "
            "FROM folders f LEFT JOIN files x ON x.folder_id = f.id GROUP BY f.id ORDER BY f.id"
        )
        return tuple(Folder(r[0], os.fsdecode(r[1]), bool(r[2]), bool(r[3]), r[4], r[5]) for r in rows)

    def set_online(self, folder_id: int, online: bool) -> None:
        with self._database.transaction() as connection:
            connection.execute("UPDATE folders SET online = ? WHERE id = ?", (int(online), folder_id))

    def remove_folder(self, folder_id: int) -> None:
        """Forgets the folder, its files and their passages in one transaction."""
        with self._database.transaction() as connection:
            inner = "SELECT id FROM files WHERE folder_id = ?"
            connection.execute(f"DELETE FROM passages WHERE file_id IN ({inner})", (folder_id,))
            connection.execute("DELETE FROM files WHERE folder_id = ?", (folder_id,))
            connection.execute("DELETE FROM folders WHERE id = ?", (folder_id,))

    # files

    def known_files(self, folder_id: int) -> dict[str, KnownFile]:
        rows = self._database.rows(f"SELECT {_KNOWN} FROM files WHERE folder_id = ?", folder_id)
        return {known.path: known for known in map(_known, rows)}

    def known_file(self, path: str) -> KnownFile | None:
        row = self._database.row(f"SELECT {_KNOWN} FROM files WHERE path = ?", os.fsencode(path))
        return _known(row) if row else None

    def file_by_id(self, file_id: int) -> KnownFile | None:
        row = self._database.row(f"SELECT {_KNOWN} FROM files WHERE id = ?", file_id)
        return _known(row) if row else None

    def with_inode(self, inode: int) -> list[KnownFile]:
        return [_known(row) for row in self._database.rows(f"SELECT {_KNOWN} FROM files WHERE inode = ?", inode)]

    def add_files(self, folder_id: int, found: Iterable[tuple[str, FileStamp, FileState, str, str]]) -> None:
        """New files: (path, stamp, state, reason, format) each."""
        rows = [
            (folder_id, os.fsencode(path), _display(path), form, state.value, reason, s.size, s.mtime_ns, s.inode)
            for path, s, state, reason, form in found
        ]
        with self._database.transaction() as connection:
            connection.executemany(
                "INSERT INTO files (folder_id, path, name, format, state, reason, size, mtime_ns, inode) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(path) DO NOTHING",
                rows,
            )

    def queue(self, changes: Sequence[tuple[int, FileStamp, FileState, str]]) -> None:
        """Changed files: (id, stamp, state, reason); `waiting` ones are read again."""
        with self._database.transaction() as connection:
            connection.executemany(
                "UPDATE files SET size = ?, mtime_ns = ?, inode = ?, state = ?, reason = ?, deaths = 0, "
                "changed = changed + 1 WHERE id = ?",
                [(s.size, s.mtime_ns, s.inode, state.value, reason, file_id) for file_id, s, state, reason in changes],
            )
            for file_id, _, state, _ in changes:
                if state is not FileState.WAITING:
                    connection.execute("DELETE FROM passages WHERE file_id = ?", (file_id,))
                    connection.execute("UPDATE files SET passages = 0, sha256 = '' WHERE id = ?", (file_id,))

    def move(self, file_id: int, folder_id: int, path: str, stamp: FileStamp) -> None:
        """The same file under a new name: nothing is read or embedded again."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE files SET folder_id = ?, path = ?, name = ?, size = ?, mtime_ns = ?, inode = ? WHERE id = ?",
                (folder_id, os.fsencode(path), _display(path), stamp.size, stamp.mtime_ns, stamp.inode, file_id),
            )

    def restamp(self, file_id: int, stamp: FileStamp) -> None:
        """The same bytes with a new time: only the stamp is noted."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE files SET size = ?, mtime_ns = ?, inode = ? WHERE id = ?",
                (stamp.size, stamp.mtime_ns, stamp.inode, file_id),
            )

    def remove_files(self, ids: Sequence[int]) -> None:
        with self._database.transaction() as connection:
            for file_id in ids:
                connection.execute("DELETE FROM passages WHERE file_id = ?", (file_id,))
                connection.execute("DELETE FROM files WHERE id = ?", (file_id,))

    def set_state(self, file_id: int, state: FileState, reason: str = "", deaths: int | None = None) -> None:
        with self._database.transaction() as connection:
            write_state(connection, file_id, state, reason)
            if deaths is not None:
                connection.execute("UPDATE files SET deaths = ? WHERE id = ?", (deaths, file_id))

    def next_waiting(self, limit: int) -> list[KnownFile]:
        rows = self._database.rows(
            f"SELECT {_KNOWN} FROM files WHERE state = 'waiting' ORDER BY deaths, id LIMIT ?", limit
        )
        return [_known(row) for row in rows]

    def counts(self) -> dict[str, int]:
        rows = self._database.rows("SELECT state, count(*) FROM files GROUP BY state ORDER BY state")
        return {str(state): int(n) for state, n in rows}

    def list_files(self, state: str, containing: str, offset: int, limit: int) -> tuple[tuple[FileRow, ...], int]:
        """One page of files by path, and how many there are in all."""
        where, values = "1", list[Any]()
        if state:
            where, values = "state = ?", [state]
        if containing:
            where += " AND instr(lower(name), lower(?)) > 0"
            values.append(containing)
        total = self._database.count(f"SELECT count(*) FROM files WHERE {where}", *values)
        rows = self._database.rows(
            f"SELECT {_ROW} FROM files WHERE {where} ORDER BY path LIMIT ? OFFSET ?", *values, limit, offset
        )
        return tuple(map(_row, rows)), total

    def languages(self) -> tuple[str, ...]:
        rows = self._database.rows("SELECT DISTINCT language FROM files WHERE language != '' ORDER BY language")
        return tuple(str(row[0]) for row in rows)


def write_state(connection: sqlite3.Connection, file_id: int, state: FileState, reason: str) -> None:
    connection.execute("UPDATE files SET state = ?, reason = ? WHERE id = ?", (state.value, reason, file_id))


def _display(path: str) -> str:
    # the path as words to show and filter by; odd bytes become question marks here, never in `path`
    return str(PurePath(path)).encode("utf-8", "replace").decode("utf-8")


def _known(row: tuple[Any, ...]) -> KnownFile:
    stamp = FileStamp(row[4], row[5], row[6])
    return KnownFile(row[0], row[1], os.fsdecode(row[2]), FileState(row[3]), stamp, row[7], row[8])


def _row(row: tuple[Any, ...]) -> FileRow:
    return FileRow(row[0], row[1], os.fsdecode(row[2]), FileState(row[3]), row[4], row[5], row[6] / 1e9, row[7], row[8])
