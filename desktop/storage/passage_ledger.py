"""The passages of every file in SQLite: what was read, where it stands, and which of it still waits for a vector."""

import contextlib
import json
from array import array
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any

from desktop.domain.files import FileState
from desktop.domain.places import json_of
from desktop.storage.database import Database
from desktop.storage.dead_words import DeadWords
from desktop.storage.file_table import write_state
from desktop.storage.hindrances import Hindrance
from desktop.storage.passage_rows import STORED, LedgerPassage, NewPassages, passage_of
from desktop.storage.table_headers import write_headers

__all__ = ["LedgerPassage", "NewPassages", "PassageLedger"]


_RESERVE = 2_000


class PassageLedger:
    """The one writer of passages."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.dead_words = DeadWords(database)
        self._reserved = range(0)

    def reserve_ids(self, count: int) -> range:
        """So many passage ids that were never used and never will be again. For the indexing thread alone."""
        if len(self._reserved) < count:
            size = max(count, _RESERVE)  # in blocks: a commit for every file would cost more than reading it
            with self._database.transaction() as connection:
                row = connection.execute("SELECT value FROM counters WHERE name = 'next_passage'").fetchone()
                connection.execute("UPDATE counters SET value = value + ? WHERE name = 'next_passage'", (size,))
            self._reserved = range(int(row[0]), int(row[0]) + size)
        taken, self._reserved = self._reserved[:count], self._reserved[count:]
        return taken

    def change_number(self, file_id: int) -> int:
        """Counts the file's changes; a reading of an older number is not stored."""
        return self._database.count("SELECT changed FROM files WHERE id = ?", file_id)

    def order(self, file_id: int) -> list[int]:
        """The file's passage ids as they follow each other."""
        rows = self._database.rows("SELECT id FROM passages WHERE file_id = ? ORDER BY ordinal", file_id)
        return [int(row[0]) for row in rows]

    def keep(self, new: NewPassages) -> None:
        """Stores what a file became that had no passages yet, so that a kill costs no second reading.

        It goes on waiting until `replace`, or, in the next engine, until `finish_kept`.
        """
        with self._database.light_transaction() as connection:
            row = connection.execute(
                "SELECT 1 FROM files f WHERE f.id = ? AND f.changed = ? "
                "AND NOT EXISTS (SELECT 1 FROM passages p WHERE p.file_id = f.id)",
                (new.file_id, new.changed),
            ).fetchone()
            if row is not None:
                self._write(connection, new)
                connection.execute("UPDATE files SET stored = 1, reason = ? WHERE id = ?", (new.note, new.file_id))

    def finish_kept(self) -> int:
        """Files that `keep` stored for an engine that was killed are indexed: their words are in the index by now."""
        with self._database.transaction() as connection:
            done = connection.execute(
                "UPDATE files SET state = 'indexed', stored = 0 WHERE state = 'waiting' AND stored = 1"
            ).rowcount
            connection.execute("UPDATE counters SET value = value + ? WHERE name = 'files_read'", (done,))
        return done

    def replace(self, batch: Sequence[NewPassages]) -> None:
        """Stores what these files became and marks them indexed, all in one transaction.

        A file that changed or went away since it was read is left as it is: it is read again.
        """
        with self._database.transaction() as connection:
            for new in batch:
                row = connection.execute("SELECT changed, stored FROM files WHERE id = ?", (new.file_id,)).fetchone()
                if row is None or row[0] != new.changed:
                    continue
                if not row[1]:
                    self._write(connection, new)
                self._finish(connection, new)

    def _write(self, connection: Any, new: NewPassages) -> None:
        old = {int(r[0]) for r in connection.execute("SELECT id FROM passages WHERE file_id = ?", (new.file_id,))}
        gone = old - new.kept
        connection.executemany("DELETE FROM passages WHERE id = ?", [(i,) for i in gone])
        headers = write_headers(connection, new.file_id, [span.header for span in new.spans])
        for ordinal, (passage_id, span, gap) in enumerate(zip(new.ids, new.spans, new.gaps, strict=True)):
            connection.execute(
                "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?) ON CONFLICT(id) DO UPDATE SET "
                'ordinal = excluded.ordinal, start = excluded.start, "end" = excluded."end", page = excluded.page, '
                "heading = excluded.heading, text = excluded.text, gap = excluded.gap, places = excluded.places, "
                "header_id = excluded.header_id",
                (
                    *(passage_id, new.file_id, ordinal, span.start, span.end),
                    *(span.page, span.heading, span.text, span.digest, gap, json_of(span.places)),
                    headers.get(span.header),
                ),
            )
        connection.execute(
            "UPDATE files SET sha256 = ?, title = ?, format = ?, language = ?, passages = ?, deaths = 0, "
            "transient = 0, split_by = ?, size = ?, mtime_ns = ?, inode = ? WHERE id = ?",
            (
                *(new.sha256, new.title, new.format, new.language, len(new.spans)),
                *(new.split_by, new.stamp.size, new.stamp.mtime_ns, new.stamp.inode, new.file_id),
            ),
        )

    def _finish(self, connection: Any, new: NewPassages) -> None:
        write_state(connection, new.file_id, FileState.INDEXED, new.note)
        connection.execute("UPDATE files SET stored = 0 WHERE id = ?", (new.file_id,))
        kept = len(new.kept)
        connection.execute("UPDATE counters SET value = value + 1 WHERE name = 'files_read'")
        connection.execute("UPDATE counters SET value = value + ? WHERE name = 'passages_kept'", (kept,))

    def clear(self, file_id: int) -> None:
        """The file has no text to answer from any more."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM passages WHERE file_id = ?", (file_id,))
            write_headers(connection, file_id, ())
            connection.execute("UPDATE files SET passages = 0, sha256 = '', stored = 0 WHERE id = ?", (file_id,))

    def of_known_files(self, batch: Sequence[NewPassages]) -> list[NewPassages]:
        """Without those whose file left the library since it was read."""
        ids = json.dumps([new.file_id for new in batch])
        rows = self._database.rows("SELECT id FROM files WHERE id IN (SELECT value FROM json_each(?))", ids)
        known = {int(row[0]) for row in rows}
        return [new for new in batch if new.file_id in known]

    # vectors

    def waiting(self, limit: int) -> list[LedgerPassage]:
        """Passages without a vector, those of the newest and most recently opened files first."""
        rows = self._database.rows(
            "SELECT id FROM files WHERE id IN (SELECT DISTINCT file_id FROM passages WHERE embedded = 0) "
            "ORDER BY recent DESC, id LIMIT ?",
            limit,
        )
        found: list[LedgerPassage] = []
        for (file_id,) in rows:
            found += self._select(
                "WHERE p.embedded = 0 AND p.file_id = ? ORDER BY p.ordinal LIMIT ?", file_id, limit - len(found)
            )
            if len(found) == limit:
                break
        return found

    def embedded_twin(self, digest: str) -> int | None:
        """A passage with the same digest that has a vector."""
        row = self._database.row("SELECT id FROM passages WHERE digest = ? AND embedded = 1 LIMIT 1", digest)
        return int(row[0]) if row else None

    def mark_embedded(self, ids: Sequence[int], copied: int, digests: Mapping[int, str]) -> None:
        """Their vectors are stored; `copied` of them were taken from an equal passage, not computed.

        `digests` says what the vectors of those ids were made of whose stored digest says something else.
        """
        with self._database.transaction() as connection:
            connection.executemany("UPDATE passages SET embedded = 1 WHERE id = ?", [(i,) for i in ids])
            others = [(digest, i) for i, digest in digests.items()]
            connection.executemany("UPDATE passages SET digest = ? WHERE id = ?", others)
            for name, n in (("passages_embedded", len(ids) - copied), ("passages_kept", copied)):
                connection.execute("UPDATE counters SET value = value + ? WHERE name = ?", (n, name))

    def forget_vectors(self, ids: Sequence[int] | None = None) -> None:
        """These passages (None: all) wait for a vector again."""
        with self._database.transaction() as connection:
            if ids is None:
                connection.execute("UPDATE passages SET embedded = 0")
            else:
                connection.executemany("UPDATE passages SET embedded = 0 WHERE id = ?", [(i,) for i in ids])

    def have_vectors(self, ids: Iterable[int]) -> None:
        """These passages have a vector, all others wait for one."""
        with self._database.transaction() as connection:
            connection.execute("UPDATE passages SET embedded = 0")
            connection.executemany("UPDATE passages SET embedded = 1 WHERE id = ?", [(i,) for i in ids])

    # reading

    def by_ids(self, ids: Sequence[int]) -> dict[int, LedgerPassage]:
        """Those of the passages that exist and may be answered from: their file is indexed, its folder online."""
        marks = ",".join("?" * len(ids))
        rows = self._select(
            f"CROSS JOIN folders d ON d.id = f.folder_id WHERE p.id IN ({marks}) AND d.online = 1 "
            "AND f.state IN ('indexed', 'waiting', 'reading')",
            *ids,
        )
        return {row.id: row for row in rows}

    def around(self, file_id: int, start: int, end: int) -> list[LedgerPassage]:
        """The file's passages that touch [start, end), in order."""
        return self._select(
            'WHERE p.file_id = ? AND p."end" > ? AND p.start < ? ORDER BY p.ordinal', file_id, start, end
        )

    def first_of(self, file_ids: Sequence[int]) -> list[int]:
        """The id of the first passage of each of these files that has one."""
        marks = ",".join("?" * len(file_ids))
        rows = self._database.rows(
            f"SELECT id FROM passages WHERE ordinal = 0 AND file_id IN ({marks}) ORDER BY id", *file_ids
        )
        return [int(row[0]) for row in rows]

    def of_file(self, file_id: int) -> list[LedgerPassage]:
        """All of the file's passages, in order."""
        return self._select("WHERE p.file_id = ? ORDER BY p.ordinal", file_id)

    def files_of(self, ids: Set[int] | None) -> list[int]:
        """The files that hold any of these passages (None: of all)."""
        rows = self._database.rows("SELECT id, file_id FROM passages ORDER BY file_id")
        return list(dict.fromkeys(int(file_id) for i, file_id in rows if ids is None or i in ids))

    def ids(self, embedded_only: bool = False) -> "array[int]":
        where = "WHERE embedded = 1" if embedded_only else ""
        return array("q", (row[0] for row in self._database.rows(f"SELECT id FROM passages {where}")))

    def ids_on_their_way(self) -> frozenset[int]:
        """Passages that were read a moment ago, whose words go into the index with the next batch."""
        query = "SELECT p.id FROM passages p JOIN files f ON f.id = p.file_id WHERE f.stored = 1"
        return frozenset(int(row[0]) for row in self._database.rows(query))

    def sha256_of(self, file_id: int) -> str:
        row = self._database.row("SELECT sha256 FROM files WHERE id = ?", file_id)
        return str(row[0]) if row else ""

    def count_of(self, folder_id: int) -> int:
        """How many passages the files of a folder have."""
        inner = "SELECT id FROM files WHERE folder_id = ?"
        return self._database.count(f"SELECT count(*) FROM passages WHERE file_id IN ({inner})", folder_id)

    def samples(self, folder_id: int, limit: int) -> list[str]:
        """Stretches of text, of 30 characters or more, that occur in this folder and in no other."""
        rows = self._database.rows(
            "SELECT p.text FROM passages p JOIN files f ON f.id = p.file_id WHERE f.folder_id = ? "
            "AND length(p.text) >= 30 ORDER BY random() LIMIT ?",
            folder_id,
            limit,
        )
        middles = [str(text)[max(0, len(text) // 2 - 30) :][:60] for (text,) in rows]
        elsewhere = (
            "SELECT 1 FROM passages p JOIN files f ON f.id = p.file_id WHERE f.folder_id != ? "
            "AND instr(p.text, ?) LIMIT 1"
        )
        return [middle for middle in middles if self._database.row(elsewhere, folder_id, middle) is None]

    def some(self, limit: int) -> list[LedgerPassage]:
        """Passages from here and there."""
        rows = self._database.rows("SELECT id FROM passages ORDER BY id % 997, id LIMIT ?", limit)
        return list(self.by_ids([int(row[0]) for row in rows]).values())

    def totals(self) -> tuple[int, int]:
        """(passages, those with a vector)."""
        # both counts come from an index; a sum over `embedded` would read every passage's text
        total = self._database.count("SELECT count(*) FROM passages")
        return total, total - self.waiting_count()

    def waiting_count(self) -> int:
        return self._database.count("SELECT count(*) FROM passages WHERE embedded = 0")

    def tidy(self, at_rest: bool = False) -> None:
        """What was deleted is gone from the disk too, names of files included. `at_rest`: and its room given back."""
        with self._database.transaction() as connection:
            connection.execute("INSERT INTO file_names (file_names) VALUES ('optimize')")
        if at_rest:
            with contextlib.suppress(Hindrance):  # it wants room itself, and the library for itself: another time
                self._database.shrink()
        self._database.tidy()

    def counters(self) -> dict[str, int]:
        return {str(name): int(value) for name, value in self._database.rows("SELECT name, value FROM counters")}

    def _select(self, rest: str, *parameters: Any) -> list[LedgerPassage]:
        return [passage_of(row) for row in self._database.rows(f"SELECT {STORED} {rest}", *parameters)]
