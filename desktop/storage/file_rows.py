"""What the table of files holds, as objects and in SQL: stamps, known files, the changes of one look at the disk."""

import os
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from desktop.domain.files import FileRow, FileState

ROW = "id, folder_id, path, state, reason, size, mtime_ns, passages, format"
KNOWN = "id, folder_id, path, state, size, mtime_ns, inode, sha256, deaths, format, transient, split_by"


@dataclass(frozen=True, slots=True)
class FileStamp:
    """What a stat says of a file: bytes, nanoseconds, inode. Equal stamps: not changed."""

    size: int
    mtime_ns: int
    inode: int


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file as the table has it; `deaths` counts readers that died on it.

    `transient`: it failed for a reason that may pass; when missing, no scan has looked yet; when too large, by the
    folder's limit and not by the reader's word. `split_by` names the splitter that made its passages.
    """

    id: int
    folder_id: int
    path: str
    state: FileState
    stamp: FileStamp
    sha256: str
    deaths: int
    format: str
    transient: bool
    split_by: str


@dataclass(slots=True)
class Changes:
    """What a look at the disk changes in the table.

    `opened`: (nanoseconds, path) of added files that somebody opened after they came to be where they are.
    `moved`: (file id, folder id, path, stamp); `added`: (folder id, path, stamp, state, reason, format);
    `queued`: (file id, stamp, state, reason, format), of which `waiting` ones are read again; `removed`: file ids.
    `missing`: (file id, folder id) of those that may come back, `seen_at` (seconds since 1970) when that was seen.
    """

    moved: list[tuple[int, int, str, FileStamp]] = field(default_factory=list[tuple[int, int, str, FileStamp]])
    added: list[tuple[int, str, FileStamp, FileState, str, str]] = field(
        default_factory=list[tuple[int, str, FileStamp, FileState, str, str]]
    )
    queued: list[tuple[int, FileStamp, FileState, str, str]] = field(
        default_factory=list[tuple[int, FileStamp, FileState, str, str]]
    )
    removed: list[int] = field(default_factory=list[int])
    opened: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    missing: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    seen_at: float = 0.0

    def __bool__(self) -> bool:
        return bool(self.moved or self.added or self.queued or self.removed or self.missing)


def write_changes(connection: sqlite3.Connection, changes: Changes) -> None:
    """Call it in one transaction. What came into a folder that was removed meanwhile is left out."""
    there = {row[0] for row in connection.execute("SELECT id FROM folders")}
    moved = [move for move in changes.moved if move[1] in there]
    # two files may have changed names with each other: out of the way first
    away = [(b"\0%d" % file_id, file_id) for file_id, *_ in moved]
    connection.executemany("UPDATE files SET path = ? WHERE id = ?", away)
    _remove(connection, [*changes.removed, *(move[0] for move in changes.moved if move[1] not in there)])
    connection.executemany(
        "UPDATE files SET folder_id = ?, path = ?, name = ?, size = ?, mtime_ns = ?, inode = ? WHERE id = ?",
        [
            (folder_id, os.fsencode(path), _display(path), s.size, s.mtime_ns, s.inode, file_id)
            for file_id, folder_id, path, s in moved
        ],
    )
    connection.executemany(
        "INSERT INTO files (folder_id, path, name, format, state, reason, transient, size, mtime_ns, inode, recent) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(path) DO NOTHING",
        [
            (
                *(folder_id, os.fsencode(path), _display(path), form, state.value, reason, _passing(state)),
                *(*_numbers(stamp), stamp.mtime_ns),
            )
            for folder_id, path, stamp, state, reason, form in changes.added
            if folder_id in there
        ],
    )
    note_opened(connection, changes.opened)
    _queue(connection, changes.queued)
    _miss(connection, changes)


def note_opened(connection: sqlite3.Connection, opened: Sequence[tuple[int, str]]) -> None:
    """These files (nanoseconds since 1970, path) are read before older ones."""
    connection.executemany(
        "UPDATE files SET recent = max(recent, ?) WHERE path = ?", [(when, os.fsencode(path)) for when, path in opened]
    )


def write_state(connection: sqlite3.Connection, file_id: int, state: FileState, reason: str) -> None:
    connection.execute("UPDATE files SET state = ?, reason = ? WHERE id = ?", (state.value, reason, file_id))


def _queue(connection: sqlite3.Connection, queued: Sequence[tuple[int, FileStamp, FileState, str, str]]) -> None:
    connection.executemany(
        "UPDATE files SET size = ?, mtime_ns = ?, inode = ?, state = ?, reason = ?, format = ?, deaths = 0, "
        "transient = ?, stored = 0, changed = changed + 1, recent = max(recent, ?) WHERE id = ?",
        [
            (*_numbers(stamp), state.value, reason, form, _passing(state), stamp.mtime_ns, file_id)
            for file_id, stamp, state, reason, form in queued
        ],
    )
    connection.executemany("DELETE FROM recognition WHERE file_id = ?", [(file_id,) for file_id, *_ in queued])
    hollow = [(file_id,) for file_id, _, state, *_ in queued if state is not FileState.WAITING]
    connection.executemany("DELETE FROM passages WHERE file_id = ?", hollow)
    connection.executemany("DELETE FROM headers WHERE file_id = ?", hollow)
    connection.executemany("UPDATE files SET passages = 0, sha256 = '' WHERE id = ?", hollow)


def _miss(connection: sqlite3.Connection, changes: Changes) -> None:
    # a change, so that what was read of them a moment ago is not stored any more
    connection.executemany(
        "UPDATE files SET state = 'missing', reason = ?, missing_since = ?, transient = 0, stored = 0, "
        "changed = changed + 1 WHERE id = ?",
        [("None of the files known here is there now.", changes.seen_at, file_id) for file_id, _ in changes.missing],
    )
    folders = {folder_id for _, folder_id in changes.missing}
    connection.executemany("UPDATE folders SET looked_at = ? WHERE id = ?", [(changes.seen_at, f) for f in folders])


def _remove(connection: sqlite3.Connection, ids: Sequence[int]) -> None:
    rows = [(file_id,) for file_id in ids]
    connection.executemany("DELETE FROM passages WHERE file_id = ?", rows)
    connection.executemany("DELETE FROM files WHERE id = ?", rows)


def _numbers(stamp: FileStamp) -> tuple[int, int, int]:
    return stamp.size, stamp.mtime_ns, stamp.inode


def _passing(state: FileState) -> int:
    # a look at the disk calls a file too large by the folder's limit alone, and that may be raised
    return int(state is FileState.TOO_LARGE)


def _display(path: str) -> str:
    # the path as words to show and filter by; odd bytes become question marks here, never in `path`
    return str(PurePath(path)).encode("utf-8", "replace").decode("utf-8")


def known_of(row: tuple[Any, ...]) -> KnownFile:
    stamp = FileStamp(row[4], row[5], row[6])
    return KnownFile(
        row[0], row[1], os.fsdecode(row[2]), FileState(row[3]), stamp, row[7], row[8], row[9], bool(row[10]), row[11]
    )


def row_of(row: tuple[Any, ...]) -> FileRow:
    return FileRow(row[0], row[1], os.fsdecode(row[2]), FileState(row[3]), row[4], row[5], row[6] / 1e9, row[7], row[8])


def range_below(folder: str) -> tuple[bytes, bytes]:
    """All paths in the folder are between these two."""
    prefix = os.fsencode(os.path.join(folder, ""))
    return prefix, prefix[:-1] + bytes([prefix[-1] + 1])
