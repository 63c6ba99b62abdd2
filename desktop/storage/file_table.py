"""Folders, files and their states in SQLite. The table of files is the job queue: `waiting` files are to be read."""

import json
import os
import sys
import time
from collections.abc import Collection, Sequence
from typing import Any

from desktop.domain.files import FileRow, FileState, Folder
from desktop.storage.database import Database
from desktop.storage.dead_words import words_are_removed
from desktop.storage.file_rows import (
    KNOWN,
    ROW,
    Changes,
    FileStamp,
    KnownFile,
    known_of,
    note_opened,
    range_below,
    row_of,
    write_changes,
    write_state,
)
from desktop.storage.missing_files import MissingFiles

__all__ = ["Changes", "FileStamp", "FileTable", "KnownFile", "write_state"]

_READER = "reader_version"
# of a change in their numbers alone: the others are looked at each time (what is back, or failed in passing)
_SETTLED = "(state != 'missing' AND transient = 0 AND (format != '' OR ?))"
# `split_by` is the splitter's version, a space, and what it measured by
_OTHER = {
    False: "substr(split_by, instr(split_by, ' ')) != substr(?1, instr(?1, ' '))",
    True: "split_by != ?1",
}
_AT_ONCE = 500
_ORDERS = {"path": "path", "state": "state", "size": "size", "modified": "mtime_ns", "passages": "passages"}


class FileTable:
    """The one writer of folders and files, with `missing`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.missing = MissingFiles(database)

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
            "SELECT f.id, f.path, f.is_file, f.online, count(x.id), coalesce(sum(x.state = 'indexed'), 0), "
            "f.rules, f.largest_mb, coalesce(sum(x.state IN ('waiting', 'reading')), 0), "
            "coalesce(min(CASE WHEN x.state = 'missing' AND NOT x.transient THEN x.missing_since END), 0), "
            "coalesce(sum(x.state = 'missing'), 0) "
            "FROM folders f LEFT JOIN files x ON x.folder_id = f.id GROUP BY f.id ORDER BY f.id"
        )
        return tuple(Folder(r[0], os.fsdecode(r[1]), bool(r[2]), bool(r[3]), *r[4:]) for r in rows)

    def set_rules(self, folder_id: int, rules: str, largest_mb: int) -> None:
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE folders SET rules = ?, largest_mb = ? WHERE id = ?", (rules, largest_mb, folder_id)
            )

    def remove_folder(self, folder_id: int) -> None:
        """Forgets the folder, its files and their passages in one transaction."""
        with self._database.transaction() as connection:
            inner = "SELECT id FROM files WHERE folder_id = ?"
            connection.execute(f"DELETE FROM passages WHERE file_id IN ({inner})", (folder_id,))
            connection.execute("DELETE FROM files WHERE folder_id = ?", (folder_id,))
            connection.execute("DELETE FROM folders WHERE id = ?", (folder_id,))
            words_are_removed(connection)
        self._database.drop_copies()

    # files

    def known_files(self, folder_id: int) -> dict[str, KnownFile]:
        rows = self._database.rows(f"SELECT {KNOWN} FROM files WHERE folder_id = ?", folder_id)
        return {known.path: known for known in map(known_of, rows)}

    def settled(self, folder_ids: Sequence[int], kinds: bool) -> dict[str, tuple[int, int, int]]:
        """(size, nanoseconds, inode) by path of the files that need no look while these stay the same.

        `kinds`: files of a kind that could not be read are settled too.
        """
        marks = ",".join("?" * len(folder_ids))
        rows = self._database.rows(
            f"SELECT path, size, mtime_ns, inode FROM files WHERE folder_id IN ({marks}) AND {_SETTLED}",
            *folder_ids,
            int(kinds),
        )
        coding, errors = sys.getfilesystemencoding(), sys.getfilesystemencodeerrors()  # what os.fsdecode asks each time
        return {row[0].decode(coding, errors): row[1:] for row in rows}

    def unsettled(self, folder_ids: Sequence[int], kinds: bool) -> list[KnownFile]:
        """All others of these folders."""
        marks = ",".join("?" * len(folder_ids))
        rows = self._database.rows(
            f"SELECT {KNOWN} FROM files WHERE folder_id IN ({marks}) AND NOT {_SETTLED}", *folder_ids, int(kinds)
        )
        return [known_of(row) for row in rows]

    def known_at(self, paths: Sequence[str]) -> list[KnownFile]:
        """The files at these very paths."""
        found: list[KnownFile] = []
        for start in range(0, len(paths), _AT_ONCE):
            part = [os.fsencode(path) for path in paths[start : start + _AT_ONCE]]
            marks = ",".join("?" * len(part))
            found += map(known_of, self._database.rows(f"SELECT {KNOWN} FROM files WHERE path IN ({marks})", *part))
        return found

    def known_below(self, path: str) -> dict[str, KnownFile]:
        """The file at `path`, and all in the folder `path`."""
        rows = self._database.rows(
            f"SELECT {KNOWN} FROM files WHERE path = ? OR (path > ? AND path < ?)",
            os.fsencode(path),
            *range_below(path),
        )
        return {known.path: known for known in map(known_of, rows)}

    def file_by_id(self, file_id: int) -> KnownFile | None:
        row = self._database.row(f"SELECT {KNOWN} FROM files WHERE id = ?", file_id)
        return known_of(row) if row else None

    def with_inode(self, inode: int) -> list[KnownFile]:
        return [known_of(row) for row in self._database.rows(f"SELECT {KNOWN} FROM files WHERE inode = ?", inode)]

    def apply(self, changes: Changes) -> None:
        """All or nothing."""
        with self._database.transaction() as connection:
            write_changes(connection, changes)

    def split_otherwise(self, split_by: str, older_too: bool) -> tuple[int, int]:
        """How many indexed files were measured in another way, or (`older_too`) split by another splitter.

        And how many passages they have.
        """
        found = "SELECT count(*), coalesce(sum(passages), 0) FROM files WHERE state = 'indexed' AND passages > 0"
        ((files, passages),) = self._database.rows(f"{found} AND {_OTHER[older_too]}", split_by)
        return int(files), int(passages)

    def split_again(self, split_by: str, older_too: bool) -> None:
        """These files wait to be read, even if they have not changed; they are answered from meanwhile.

        `older_too`: that is the user's wish, and what they were is kept (see former_passages.py).
        """
        with self._database.transaction() as connection:
            if older_too:
                connection.execute(
                    "INSERT OR REPLACE INTO former_passages (file_id, since, sha256, split_by) "
                    "SELECT id, ?2, sha256, split_by FROM files "
                    f"WHERE state = 'indexed' AND passages > 0 AND {_OTHER[True]} AND NOT {_OTHER[False]}",
                    (split_by, time.time()),
                )
            connection.execute(
                "UPDATE files SET state = 'waiting', split_by = '', changed = changed + 1 "
                f"WHERE state = 'indexed' AND {_OTHER[older_too]}",
                (split_by,),
            )

    def release(self, reader_version: str) -> int | None:
        """Files that ended another version of the reader, or that it could not read, wait again. Returns how many.

        None where the reader is the same as ever.
        """
        if self._database.note(_READER) == reader_version:
            return None
        with self._database.transaction() as connection:
            released = connection.execute(
                "UPDATE files SET state = 'waiting', reason = '', deaths = 0, changed = changed + 1 "
                "WHERE state = 'quarantined' OR (state = 'unsupported' AND format != '') "
                "OR (state = 'too_large' AND transient = 0)"
            ).rowcount
        self._database.set_note(_READER, reader_version)
        return released

    def remove_files(self, ids: Sequence[int]) -> None:
        self.apply(Changes(removed=list(ids)))

    def set_state(
        self, file_id: int, state: FileState, reason: str = "", *, deaths: int = 0, transient: bool = False
    ) -> None:
        with self._database.transaction() as connection:
            write_state(connection, file_id, state, reason)
            connection.execute(
                "UPDATE files SET deaths = ?, transient = ? WHERE id = ?", (deaths, int(transient), file_id)
            )

    def note_opened(self, path: str, nanoseconds: int) -> None:
        """The user looked at it: it goes before others that wait."""
        with self._database.transaction() as connection:
            note_opened(connection, [(nanoseconds, path)])

    def next_waiting(self, limit: int, held: Collection[int] = ()) -> list[KnownFile]:
        """Newest and most recently opened first; those that something died on last. Without those with an id `held`."""
        # left to itself, SQLite takes the index by state and sorts all that wait: 44 ms for each of 100,000 files
        rows = self._database.rows(
            f"SELECT {KNOWN} FROM files INDEXED BY files_waiting WHERE state = 'waiting' "
            "AND id NOT IN (SELECT value FROM json_each(?)) ORDER BY deaths, recent DESC, id LIMIT ?",
            json.dumps(list(held)),
            limit,
        )
        return [known_of(row) for row in rows]

    def counts(self) -> dict[str, int]:
        rows = self._database.rows("SELECT state, count(*) FROM files GROUP BY state ORDER BY state")
        return {str(state): int(n) for state, n in rows}

    def list_files(
        self, state: str, containing: str, offset: int, limit: int, order: str = "path", descending: bool = False
    ) -> tuple[tuple[FileRow, ...], int]:
        """One page of files, and how many there are in all. `order` is a key of _ORDERS, anything else by path."""
        where, values = "1", list[Any]()
        if state:
            where, values = "state = ?", [state]
        if containing:
            where += " AND instr(folded(name), ?) > 0"
            values.append(containing.encode("utf-8", "replace").decode("utf-8").casefold())
        total = self._database.count(f"SELECT count(*) FROM files WHERE {where}", *values)
        way = "DESC" if descending else "ASC"
        by = f"{_ORDERS.get(order, 'path')} {way}" + ("" if order == "path" else f", id {way}")
        # whole rows are read for one page alone: sorting them all would take four times as long
        page = f"SELECT id FROM files WHERE {where} ORDER BY {by} LIMIT ? OFFSET ?"
        rows = self._database.rows(
            f"SELECT {ROW} FROM files WHERE id IN ({page}) ORDER BY {by}", *values, limit, max(0, offset)
        )
        return tuple(map(row_of, rows)), total

    def languages(self) -> tuple[str, ...]:
        rows = self._database.rows("SELECT DISTINCT language FROM files WHERE language != '' ORDER BY language")
        return tuple(str(row[0]) for row in rows)
