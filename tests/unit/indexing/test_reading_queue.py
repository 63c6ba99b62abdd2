"""Files that kill their reader, fail, vanish or change while they are read. The reader is a queue of outcomes."""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from desktop.domain.documents import Block, BlockKind, Document
from desktop.domain.errors import EngineProblem, FileProblem
from desktop.domain.files import FileState
from desktop.indexing.passage_maker import PassageMaker
from desktop.indexing.progress import RoundProgress
from desktop.indexing.reading_queue import IndexerParts, ReadingQueue
from desktop.indexing.recognising import RecognitionQueue
from desktop.indexing.reconciling import Reconciler
from desktop.indexing.retries import Retries
from desktop.indexing.upkeep import IndexUpkeep
from desktop.platform_support.crash_notes import CrashNote
from desktop.reading.client import FileLook, FileReader
from desktop.reading.endings import Ending, ReaderDied
from desktop.reading.ocr_client import Recogniser
from desktop.reading.recognised_pages import RecognisedPages
from desktop.reading.version import reader_version
from desktop.storage.database import Database
from desktop.storage.file_table import FileTable, KnownFile
from desktop.storage.passage_ledger import PassageLedger
from desktop.storage.recognition_table import RecognitionTable
from desktop.storage.search_index import SearchIndex


class QueuedReader:
    """Reads plain text, or does what is next in `outcomes`: raises it, or calls it first."""

    def __init__(self) -> None:
        self.outcomes: list[Exception | Callable[[], object]] = []
        self.read_paths: list[str] = []

    def look(self, path: str) -> FileLook:
        self.read_paths.append(path)
        if self.outcomes:
            outcome = self.outcomes.pop(0)
            if isinstance(outcome, Exception):
                raise outcome
            outcome()
        data = Path(path).read_bytes()
        text = data.decode()
        block = Block(BlockKind.PARAGRAPH, 0, len(text))
        document = Document(text, "", "text", True, (block,), ())
        return FileLook(document, hashlib.sha256(data).hexdigest(), len(data), 0, ())


class Desk:
    """A queue over a real folder, database and index. `now` is the time by which pauses go."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.now = 0.0
        self.database = Database(home / "library" / "library.db")
        self.files, self.ledger = FileTable(self.database), PassageLedger(self.database)
        self.index = SearchIndex(home / "library" / "index", "vectors", 1)
        self.reader = QueuedReader()
        self.note = CrashNote(home / "library" / "note")
        self.parts = IndexerParts(
            self.ledger,
            IndexUpkeep(self.ledger, self.index),
            PassageMaker(self.ledger, self.index, None, "words"),
            self.reader,  # pyright: ignore[reportArgumentType]  # reads like one
            self.note,
            RecognitionQueue(
                RecognitionTable(self.database),
                RecognisedPages(home / "kept"),
                FileReader(home / "scratch"),
                choice=lambda: None,
                make=lambda choice: Recogniser(choice, home, home),
                on_done=lambda: None,
            ),
        )
        self.queue = ReadingQueue(self.files, self.parts, RoundProgress(), Retries(lambda: self.now))
        self.reconciler = Reconciler(self.files)
        self.files.add_folder(str(home / "documents"), is_file=False)

    def scan(self) -> None:
        self.reconciler.scan(self.files.folders())

    def read_all_in_time(self) -> list[float]:
        """Reads until nothing waits, by a clock that jumps over pauses. Returns the pauses."""
        pauses: list[float] = []
        self.read_all()
        while self.queue.pause:
            pauses.append(self.queue.pause)
            self.now += self.queue.pause
            self.read_all()
        return pauses

    def read_all(self) -> None:
        while (file := self.queue.next_file()) is not None:
            self.queue.read(file)
        self.queue.flush()

    def file(self, name: str) -> KnownFile:
        return self.files.known_files(1)[str(self.home / "documents" / name)]

    def reason(self, name: str) -> str:
        return self.files.list_files("", name, 0, 1)[0][0].reason

    def words(self, *terms: str) -> Sequence[int]:
        alive = self.ledger.by_ids([i for i, _ in self.index.find_words(terms, 10)])
        return sorted(alive)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "a.txt").write_text("the amber one")
    desk = Desk(tmp_path)
    desk.scan()
    (tmp_path / "documents" / "b.txt").write_text("the basalt one")
    os.utime(tmp_path / "documents" / "b.txt", (1e9, 1e9))  # the newest is read first
    desk.scan()
    yield desk
    desk.note.close()
    desk.database.close()


def test_files_are_indexed_when_their_words_are_stored(desk: Desk) -> None:
    file = desk.queue.next_file()
    assert file is not None
    desk.queue.read(file)
    assert (desk.queue.held, desk.file("a.txt").state) == (1, FileState.WAITING)
    assert desk.queue.due is False
    desk.read_all()
    assert desk.files.counts() == {"indexed": 2}
    assert len(desk.words("amber")) == len(desk.words("basalt")) == 1
    assert not desk.parts.upkeep.compare()


@pytest.mark.parametrize("cause", [Ending.CRASHED, Ending.TIMED_OUT])
def test_a_file_that_ends_its_reader_twice_is_left_alone_until_it_changes(desk: Desk, cause: Ending) -> None:
    desk.reader.outcomes = [ReaderDied(cause), lambda: None, ReaderDied(cause)]
    desk.read_all()
    assert [Path(path).name for path in desk.reader.read_paths] == ["a.txt", "b.txt", "a.txt"]
    assert desk.file("a.txt").state is FileState.QUARANTINED
    assert desk.reason("a.txt") == (
        f"The file reader {cause} on it. That happened twice, so it is left alone until it changes."
    )
    assert desk.file("b.txt").state is FileState.INDEXED
    desk.scan()
    assert desk.queue.next_file() is None
    (desk.home / "documents" / "a.txt").write_text("the amber one, mended")
    desk.scan()
    desk.read_all()
    assert (desk.file("a.txt").state, desk.file("a.txt").deaths, desk.reason("a.txt")) == (FileState.INDEXED, 0, "")


def test_one_death_is_forgiven(desk: Desk) -> None:
    desk.reader.outcomes = [ReaderDied(Ending.CRASHED)]
    desk.read_all()
    assert desk.files.counts() == {"indexed": 2}
    assert desk.file("a.txt").deaths == 0


def test_a_reader_ended_from_outside_is_no_fault_of_the_file(desk: Desk) -> None:
    desk.reader.outcomes = [ReaderDied(Ending.KILLED), lambda: None, *[ReaderDied(Ending.KILLED)] * 4]
    assert desk.read_all_in_time() == [0.5, 1.0, 2.0, 4.0, 8.0]
    names = [Path(path).name for path in desk.reader.read_paths]
    assert names == ["a.txt", "b.txt", *["a.txt"] * 5]  # the others don't wait for it
    assert desk.files.counts() == {"indexed": 2}
    assert desk.file("a.txt").deaths == 0


def test_after_five_more_tries_it_is_left_for_the_next_scan(desk: Desk) -> None:
    desk.reader.outcomes = [ReaderDied(Ending.KILLED), lambda: None, *[ReaderDied(Ending.KILLED)] * 5]
    assert len(desk.read_all_in_time()) == 5
    file = desk.file("a.txt")
    assert (file.state, file.transient, file.deaths) == (FileState.FAILED, True, 0)
    assert "from outside" in desk.reason("a.txt") and "next scan" in desk.reason("a.txt")
    desk.scan()
    desk.reader.outcomes = [ReaderDied(Ending.KILLED)]
    assert desk.read_all_in_time() == [0.5]  # it is counted anew
    assert desk.files.counts() == {"indexed": 2}


def test_an_end_from_outside_forgets_no_crash(desk: Desk) -> None:
    desk.reader.outcomes = [
        ReaderDied(Ending.CRASHED),
        lambda: None,
        ReaderDied(Ending.KILLED),
        ReaderDied(Ending.TIMED_OUT),
    ]
    desk.read_all_in_time()
    assert desk.file("a.txt").state is FileState.QUARANTINED
    assert desk.file("b.txt").state is FileState.INDEXED


def test_another_reader_may_try_what_ended_this_one(desk: Desk) -> None:
    desk.queue.forgive("reader 1")
    desk.reader.outcomes = [ReaderDied(Ending.CRASHED), lambda: None, ReaderDied(Ending.CRASHED)]
    desk.read_all()
    desk.queue.forgive("reader 1")
    assert desk.queue.next_file() is None
    assert desk.file("a.txt").state is FileState.QUARANTINED
    desk.queue.forgive("reader 2")
    assert (desk.file("a.txt").state, desk.file("a.txt").deaths) == (FileState.WAITING, 0)
    desk.reader.outcomes = [ReaderDied(Ending.CRASHED), ReaderDied(Ending.CRASHED)]
    desk.read_all()
    desk.queue.forgive("reader 2")
    assert desk.file("a.txt").state is FileState.QUARANTINED  # once for each reader


def test_what_a_reader_without_libreoffice_did_not_read_waits_for_one_with_it(desk: Desk) -> None:
    desk.queue.forgive("without libreoffice")
    desk.reader.outcomes = [FileProblem("An old document.", "", state="unsupported")]
    desk.read_all()
    desk.queue.forgive("without libreoffice")
    assert desk.files.counts() == {"indexed": 1, "unsupported": 1}
    desk.queue.forgive("with libreoffice")
    desk.read_all()
    assert desk.files.counts() == {"indexed": 2}


def test_a_library_from_before_readers_were_noted_tries_once_more(desk: Desk) -> None:
    desk.reader.outcomes = [ReaderDied(Ending.CRASHED), lambda: None, ReaderDied(Ending.CRASHED)]
    desk.read_all()
    assert desk.file("a.txt").state is FileState.QUARANTINED
    desk.queue.forgive(reader_version())
    desk.read_all()
    assert desk.files.counts() == {"indexed": 2}


def test_the_file_that_was_read_when_the_engine_died_is_suspect(desk: Desk) -> None:
    for _ in range(2):
        desk.note.write(str(desk.file("a.txt").id))
        desk.queue.remember_crash()
    assert desk.note.read() == ""
    assert desk.file("a.txt").state is FileState.QUARANTINED
    assert "ended while it was being read" in desk.reason("a.txt")
    for word in ("", "nonsense", "999"):
        desk.note.write(word)
        desk.queue.remember_crash()
    assert desk.file("b.txt").deaths == 0


def test_the_note_is_on_disk_only_while_a_file_is_read(desk: Desk) -> None:
    seen: list[str] = []
    desk.reader.outcomes = [lambda: seen.append(desk.note.read())]
    desk.read_all()
    assert seen == [str(desk.file("a.txt").id)]
    assert desk.note.read() == ""


def test_a_file_that_fails_is_read_again_when_it_changes(desk: Desk) -> None:
    desk.read_all()
    os.utime(desk.home / "documents" / "a.txt", (1, 1))
    (desk.home / "documents" / "a.txt").write_text("broken")
    desk.scan()
    desk.reader.outcomes = [FileProblem("Damaged.", "Mend it.", state="locked")]
    desk.read_all()
    assert (desk.file("a.txt").state, desk.reason("a.txt")) == (FileState.LOCKED, "Damaged. Mend it.")
    assert desk.words("amber") == []
    (desk.home / "documents" / "a.txt").write_text("the amber one again")
    desk.scan()
    desk.read_all()
    assert desk.file("a.txt").state is FileState.INDEXED
    assert desk.words("amber")


def test_a_passing_problem_is_tried_again_at_the_next_scan(desk: Desk) -> None:
    desk.reader.outcomes = [FileProblem("In use.", transient=True)]
    desk.read_all()
    assert desk.file("a.txt").state is FileState.FAILED
    desk.scan()
    desk.read_all()
    assert (desk.file("a.txt").state, desk.file("a.txt").transient) == (FileState.INDEXED, False)


def test_a_bug_costs_one_file(desk: Desk) -> None:
    desk.reader.outcomes = [KeyError("of ours")]
    desk.read_all()
    assert desk.file("a.txt").state is FileState.FAILED
    assert desk.file("b.txt").state is FileState.INDEXED


def test_a_problem_of_the_engine_is_no_fault_of_the_file(desk: Desk) -> None:
    desk.reader.outcomes = [EngineProblem("The file reader doesn't start.")]
    with pytest.raises(EngineProblem):
        desk.read_all()
    assert (desk.file("a.txt").state, desk.file("a.txt").deaths) == (FileState.WAITING, 0)


def test_a_file_that_vanished_is_missing_until_a_scan_has_looked(desk: Desk) -> None:
    (desk.home / "documents" / "a.txt").unlink()
    desk.read_all()
    assert desk.files.counts() == {"indexed": 1, "missing": 1}
    assert desk.queue.scan_wanted
    desk.scan()
    assert set(desk.files.known_files(1)) == {str(desk.home / "documents" / "b.txt")}


def test_a_folder_that_vanishes_while_it_is_read_keeps_its_files(desk: Desk) -> None:
    (desk.home / "documents").rename(desk.home / "away")
    desk.read_all()
    desk.scan()
    assert desk.files.counts() == {"missing": 2}
    (desk.home / "away").rename(desk.home / "documents")
    desk.scan()
    desk.read_all()
    assert desk.files.counts() == {"indexed": 2}


def test_a_folder_removed_while_its_file_is_read(desk: Desk) -> None:
    desk.reader.outcomes = [lambda: desk.files.remove_folder(1)]
    desk.read_all()
    assert not desk.ledger.ids()
    assert desk.index.find_words(["amber"], 10) == []


def test_words_of_a_folder_that_is_removed_before_they_are_stored_never_reach_the_index(desk: Desk) -> None:
    file = desk.queue.next_file()
    assert file is not None
    desk.queue.read(file)
    desk.files.remove_folder(1)
    assert desk.queue.held == 1
    desk.queue.flush()
    assert desk.index.word_ids().tolist() == []
    assert b"amber" not in b"".join(path.read_bytes() for path in (desk.home / "library").rglob("*.lance/*/*"))


def test_a_file_edited_while_it_is_read_is_read_again(desk: Desk) -> None:
    def edit() -> None:
        (desk.home / "documents" / "a.txt").write_text("the amber one, edited meanwhile")
        desk.scan()

    desk.reader.outcomes = [edit]
    desk.read_all()
    assert desk.file("a.txt").state is FileState.WAITING
    desk.read_all()
    assert desk.file("a.txt").state is FileState.INDEXED
    assert desk.words("edit")
    assert not desk.parts.upkeep.compare()


def test_a_touched_file_is_not_read(desk: Desk) -> None:
    desk.read_all()
    read = len(desk.reader.read_paths)
    os.utime(desk.home / "documents" / "a.txt", (1, 1))
    desk.scan()
    assert desk.file("a.txt").state is FileState.WAITING
    desk.read_all()
    assert (desk.file("a.txt").state, len(desk.reader.read_paths)) == (FileState.INDEXED, read)


def test_an_edited_file_keeps_the_ids_of_what_stayed(desk: Desk) -> None:
    paragraphs = [f"Paragraph {n}: " + f"words of number {n} " * 30 for n in range(6)]
    path = desk.home / "documents" / "a.txt"
    path.write_text("\n\n".join(paragraphs))
    desk.scan()
    desk.read_all()
    before = set(desk.ledger.order(desk.file("a.txt").id))
    paragraphs[3] = "Something else entirely about quinces. " * 15
    path.write_text("\n\n".join(paragraphs))
    desk.scan()
    desk.read_all()
    after = set(desk.ledger.order(desk.file("a.txt").id))
    assert len(before & after) >= len(before) - 2
    assert desk.words("quinc")
    assert not desk.parts.upkeep.compare()


def test_an_index_that_lost_rows_is_mended(desk: Desk) -> None:
    desk.read_all()
    (lost,) = desk.words("amber")
    desk.index.remove([lost])
    assert desk.parts.upkeep.compare().without_words == {lost}
    desk.parts.upkeep.heal(desk.parts.upkeep.compare())
    assert desk.words("amber") == [lost]
    desk.parts.upkeep.rebuild()
    assert desk.words("amber") == [lost]
    desk.parts.upkeep.tidy()
    assert not desk.parts.upkeep.compare()
