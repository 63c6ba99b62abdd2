"""The database opens, upgrades and fails in a way that can be told; what is written is private."""

import os
import sqlite3
import stat
import time
from pathlib import Path

import pytest

from desktop.domain.errors import EngineProblem
from desktop.domain.files import FileState
from desktop.storage.database import Database, add_functions
from desktop.storage.file_table import Changes, FileStamp, FileTable
from desktop.storage.migrations import STEPS
from desktop.storage.passage_ledger import PassageLedger


def make_old_library(path: Path, steps: int) -> None:
    """A library as the version with so many steps left it, with one indexed file."""
    connection = sqlite3.connect(path)
    add_functions(connection)
    connection.execute("CREATE TABLE migrations (name TEXT PRIMARY KEY, applied_at REAL NOT NULL) STRICT")
    for name, script in STEPS[:steps]:
        connection.executescript(script)
        connection.execute("INSERT INTO migrations VALUES (?, 0)", (name,))
    connection.execute("INSERT INTO folders (path, is_file, added_at) VALUES (CAST('/a' AS BLOB), 0, 0)")
    connection.execute(
        "INSERT INTO files (folder_id, path, name, state, size, mtime_ns, inode, sha256) "
        "VALUES (1, CAST('/a/b.txt' AS BLOB), '/a/b.txt', 'indexed', 3, 4, 5, 'abc')"
    )
    connection.commit()
    connection.close()


def names_applied(path: Path) -> list[str]:
    connection = sqlite3.connect(path)
    names = [row[0] for row in connection.execute("SELECT name FROM migrations ORDER BY name")]
    connection.close()
    return names


@pytest.mark.parametrize("steps", range(1, len(STEPS) + 1))
def test_every_older_library_is_brought_up_to_date(tmp_path: Path, steps: int) -> None:
    path = tmp_path / "library.db"
    make_old_library(path, steps)
    database = Database(path)
    (file,) = FileTable(database).known_files(1).values()
    assert (file.path, file.sha256, file.transient) == ("/a/b.txt", "abc", False)
    database.close()
    assert names_applied(path) == [name for name, _ in STEPS]
    backups = list(tmp_path.glob("library.db.before-*"))
    assert len(backups) == (0 if steps == len(STEPS) else 1)
    for backup in backups:
        assert names_applied(backup) == [name for name, _ in STEPS[:steps]]


def test_a_files_one_header_becomes_that_of_its_passages(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    make_old_library(path, [name for name, _ in STEPS].index("0012_headers"))
    connection = sqlite3.connect(path)
    add_functions(connection)
    connection.execute("UPDATE files SET header = 'bird,count'")
    connection.execute(
        'INSERT INTO passages (id, file_id, ordinal, start, "end", heading, text, digest, gap) '
        "VALUES (7, 1, 0, 0, 8, '', 'heron,17', 'd', '')"
    )
    connection.commit()
    connection.close()
    database = Database(path)
    ledger = PassageLedger(database)
    (passage,) = ledger.of_file(1)
    assert passage.header == "bird,count"
    FileTable(database).remove_files([1])
    assert database.count("SELECT count(*) FROM headers") == 0
    database.close()


def test_a_newer_library_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    make_old_library(path, len(STEPS))
    connection = sqlite3.connect(path)
    connection.execute("INSERT INTO migrations VALUES ('9999_later', 0)")
    connection.commit()
    connection.close()
    with pytest.raises(EngineProblem, match="newer Footnote"):
        Database(path)
    assert names_applied(path)[-1] == "9999_later"


def test_a_step_that_fails_leaves_the_library_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "library.db"
    Database(path).close()
    broken = (*STEPS, ("9998_broken", "CREATE TABLE half (x INTEGER); INSERT INTO nowhere VALUES (1);"))
    monkeypatch.setattr("desktop.storage.migrations.STEPS", broken)
    with pytest.raises(sqlite3.OperationalError):
        Database(path)
    connection = sqlite3.connect(path)
    assert not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'half'").fetchall()
    connection.close()


@pytest.mark.parametrize("content", [b"this is no database, but it is long enough to look like one " * 20, b"SQLite"])
def test_a_file_that_is_no_database_is_said_to_be_damaged(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "library.db").write_bytes(content)
    with pytest.raises(EngineProblem, match="damaged"):
        Database(tmp_path / "library.db")
    assert (tmp_path / "library.db").read_bytes() == content


def test_a_place_that_can_not_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EngineProblem, match="could not be opened"):
        Database(tmp_path / "file" / "library.db")


@pytest.fixture
def database(tmp_path: Path):
    database = Database(tmp_path / "library.db")
    yield database
    database.close()


def test_nobody_else_may_read_it(database: Database, tmp_path: Path) -> None:
    database.set_note("a", "b")
    assert {path.name for path in tmp_path.iterdir()} >= {"library.db", "library.db-wal"}
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in tmp_path.iterdir())


def test_a_full_disk_is_said_and_the_next_write_works(database: Database) -> None:
    database.set_note("room", "enough")
    database.rows("PRAGMA max_page_count = 1")  # SQLite sets it to the pages it has now
    with pytest.raises(EngineProblem, match="disk is full"):
        database.set_note("long", "x" * 1_000_000)
    database.rows("PRAGMA max_page_count = 100000")
    database.set_note("short", "y")
    assert (database.note("long"), database.note("short")) == ("", "y")


def test_a_library_that_another_program_holds_is_said(database: Database, tmp_path: Path) -> None:
    database.wait_less()
    other = sqlite3.connect(tmp_path / "library.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(EngineProblem, match="Another program"):
        database.set_note("a", "b")
    other.execute("ROLLBACK")
    other.close()
    database.set_note("a", "b")


def test_our_own_mistakes_stay_bugs(database: Database) -> None:
    with pytest.raises(sqlite3.OperationalError):
        database.rows("SELECT * FROM nowhere")


def test_a_failed_transaction_changes_nothing(database: Database) -> None:
    with pytest.raises(KeyError), database.transaction() as connection:
        connection.execute("INSERT INTO notes VALUES ('a', 'b')")
        raise KeyError
    assert database.note("a") == ""


def test_damage_is_found(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    database = Database(path)
    for i in range(2_000):
        database.set_note(f"note {i}", "words " * 20)
    database.tidy()
    assert database.integrity() == []
    database.close()
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(b"\xff" * 8_192)
    database = Database(path)
    assert database.integrity()
    database.close()


def test_deleted_words_leave_the_disk(database: Database, tmp_path: Path) -> None:
    database.set_note("secret", "marmalade" * 50)
    database.set_note("secret", "")
    database.tidy()
    assert not any(b"marmalade" in path.read_bytes() for path in tmp_path.iterdir())


def test_what_was_removed_gives_its_room_back_while_others_read(database: Database, tmp_path: Path) -> None:
    with database.transaction() as connection:
        connection.execute("CREATE TABLE texts (id INTEGER PRIMARY KEY, text TEXT)")
        connection.executemany("INSERT INTO texts (text) VALUES (?)", [(f"{n} harbour " * 500,) for n in range(1_000)])
    assert not database.shrink()
    full = (tmp_path / "library.db").stat().st_size
    with database.transaction() as connection:
        connection.execute("DELETE FROM texts WHERE id > 100")
    assert database.shrink()
    assert (tmp_path / "library.db").stat().st_size < 0.25 * full
    assert database.count("SELECT count(*) FROM texts") == 100
    assert not database.shrink()


def test_copies_from_before_an_upgrade_go_after_a_week_or_with_a_folder(database: Database, tmp_path: Path) -> None:
    old, new = tmp_path / "library.db.before-0004", tmp_path / "library.db.before-0013"
    for copy in (old, new):
        copy.write_bytes(b"a text")
    os.utime(old, (time.time() - 8 * 86_400,) * 2)
    database.tidy()
    assert (old.exists(), new.exists()) == (False, True)
    files = FileTable(database)
    files.add_folder("/a", is_file=False)
    files.remove_folder(1)
    assert not new.exists()


def test_files_are_filtered_without_regard_to_case(database: Database) -> None:
    files = FileTable(database)
    folder = files.add_folder("/a", is_file=False)
    stamp = FileStamp(1, 2, 3)
    names = ["/a/Übersicht.txt", "/a/plain.txt", "/a/odd\udcff.txt"]
    files.apply(Changes(added=[(folder, name, stamp, FileState.WAITING, "", "text") for name in names]))
    assert [row.path for row in files.list_files("", "übersicht", 0, 10)[0]] == ["/a/Übersicht.txt"]
    assert files.list_files("", "odd\udcff", 0, 10)[0][0].path == "/a/odd\udcff.txt"
    assert files.list_files("waiting", "", 0, 2)[1] == 3
    assert files.list_files("indexed", "", 0, 2) == ((), 0)


def test_files_are_listed_in_an_order_with_their_folder_counted(database: Database) -> None:
    files = FileTable(database)
    folder = files.add_folder("/a", is_file=False)
    stamps = {"/a/b": FileStamp(30, 1, 1), "/a/c": FileStamp(10, 3, 2), "/a/d": FileStamp(20, 2, 3)}
    waiting, locked = FileState.WAITING, FileState.LOCKED
    files.apply(Changes(added=[(folder, p, s, locked if p == "/a/b" else waiting, "", "") for p, s in stamps.items()]))

    def listed(order: str, descending: bool = False) -> str:
        pages = [files.list_files("", "", at, 2, order, descending) for at in (0, 2)]
        assert {total for _, total in pages} == {3}
        return "".join(row.path[-1] for page, _ in pages for row in page)

    assert (listed("path"), listed("path", True)) == ("bcd", "dcb")
    assert (listed("size"), listed("size", True)) == ("cdb", "bdc")
    assert (listed("modified"), listed("state"), listed("no such order")) == ("bdc", "bcd", "bcd")
    assert listed("passages", True) == "dcb"  # equal ones keep one order through all pages
    (counted,) = files.folders()
    assert (counted.files, counted.indexed, counted.waiting) == (3, 0, 2)


def test_the_newest_and_the_last_opened_wait_least(database: Database) -> None:
    files = FileTable(database)
    folder = files.add_folder("/a", False)
    stamps = {"/a/old": FileStamp(1, 10, 1), "/a/new": FileStamp(1, 30, 2), "/a/middle": FileStamp(1, 20, 3)}
    added = [(folder, path, stamp, FileState.WAITING, "", "text") for path, stamp in stamps.items()]
    files.apply(Changes(added=added, opened=[(25, "/a/old")]))
    assert [file.path for file in files.next_waiting(9)] == ["/a/new", "/a/old", "/a/middle"]
    files.note_opened("/a/middle", 40)
    assert [file.path for file in files.next_waiting(2)] == ["/a/middle", "/a/new"]


def test_files_at_hand_are_passed_over(database: Database) -> None:
    files = FileTable(database)
    folder = files.add_folder("/a", is_file=False)
    added = [(folder, f"/a/{n}", FileStamp(1, 2, n), FileState.WAITING, "", "text") for n in range(3)]
    files.apply(Changes(added=added))
    held = {file.id for file in files.next_waiting(2)}
    assert [file.path for file in files.next_waiting(9, held)] == ["/a/2"]


def test_suspects_wait_longest(database: Database) -> None:
    files = FileTable(database)
    folder = files.add_folder("/a", is_file=False)
    added = [(folder, f"/a/{n}", FileStamp(1, 2, n), FileState.WAITING, "", "text") for n in range(3)]
    files.apply(Changes(added=added))
    first = files.next_waiting(1)[0]
    files.set_state(first.id, FileState.WAITING, deaths=1)
    assert [file.path for file in files.next_waiting(3)] == ["/a/1", "/a/2", "/a/0"]


def test_what_is_below_a_folder(database: Database) -> None:
    files = FileTable(database)
    folder = files.add_folder("/a", is_file=False)
    paths = ["/a/b", "/a/b/c", "/a/b/d/e", "/a/b.txt", "/a/b0", "/a/bc"]
    added = [(folder, path, FileStamp(1, 2, 3), FileState.WAITING, "", "text") for path in paths]
    files.apply(Changes(added=added))
    assert set(files.known_below("/a/b")) == {"/a/b", "/a/b/c", "/a/b/d/e"}
