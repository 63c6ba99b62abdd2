"""Which passages get their vectors first."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.domain.files import FileState
from desktop.indexing.walking import find_file
from desktop.storage.database import Database
from desktop.storage.file_table import Changes, FileStamp, FileTable
from desktop.storage.passage_ledger import PassageLedger

SECOND = 1_000_000_000


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "library.db")
    yield database
    database.close()


def test_vectors_come_to_the_newest_and_most_recently_opened_files_first(database: Database) -> None:
    files, ledger = FileTable(database), PassageLedger(database)
    folder = files.add_folder("/notes", is_file=False)
    added = [
        (path, FileStamp(1, written * SECOND, written)) for path, written in (("/old", 10), ("/new", 30), ("/mid", 20))
    ]
    files.apply(
        Changes(
            added=[(folder, path, stamp, FileState.INDEXED, "", "text") for path, stamp in added],
            opened=[(25 * SECOND, "/old")],
        )
    )
    with database.transaction() as connection:
        connection.executemany(
            'INSERT INTO passages (id, file_id, ordinal, start, "end", heading, text, digest, gap) '
            "SELECT f.id * 10 + ?1, f.id, ?1, 0, 1, '', 'a', 'd', '' FROM files f",
            [(1,), (0,)],
        )
    paths = {row.id: row.path for row in ledger.waiting(10)}
    assert list(paths.values()) == ["/new", "/new", "/old", "/old", "/mid", "/mid"]
    assert [passage_id % 10 for passage_id in paths] == [0, 1] * 3, "each file from its beginning"
    assert list(paths)[:3] == [row.id for row in ledger.waiting(3)]
    files.note_opened("/mid", 40 * SECOND)
    assert [row.path for row in ledger.waiting(2)] == ["/mid", "/mid"]
    ledger.mark_embedded([row.id for row in ledger.waiting(2)], 0, {})
    assert [row.path for row in ledger.waiting(1)] == ["/new"]


@pytest.mark.parametrize(
    ("later", "opened"),
    [
        pytest.param(3_600, True, id="read an hour after it came to be there"),
        pytest.param(30, False, id="copying reads it too"),
        pytest.param(-3_600, False, id="not since it was written"),
    ],
)
def test_a_file_was_opened_when_it_was_read_well_after_it_was_written(tmp_path: Path, later: int, opened: bool) -> None:
    path = tmp_path / "a.txt"
    path.write_text("words")
    read = path.stat().st_ctime_ns + later * SECOND
    os.utime(path, ns=(read, path.stat().st_mtime_ns))
    found = find_file(str(path))
    assert found is not None and found.opened == (read if opened else 0)
