"""Pictures of words over real processes: recognised when nothing else is to be done, once, and never in the way."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from email.message import EmailMessage
from pathlib import Path

import pytest

from desktop.domain.errors import FileProblem
from desktop.domain.files import FileState
from desktop.indexing.passage_maker import PassageMaker
from desktop.indexing.progress import RoundProgress
from desktop.indexing.reading_queue import IndexerParts, ReadingQueue
from desktop.indexing.recognising import COMING, KILLED, LATER, PICTURES_AT_ONCE, RecognitionQueue
from desktop.indexing.reconciling import Reconciler
from desktop.indexing.upkeep import IndexUpkeep
from desktop.platform_support.crash_notes import CrashNote
from desktop.protocol.child import ChildProcess
from desktop.protocol.reader_messages import TextRange
from desktop.reading.client import FileReader
from desktop.reading.ocr_client import NETWORKS, Recogniser, RecognitionChoice
from desktop.reading.recognised_pages import RecognisedPages
from desktop.reading.recognised_reader import RecognisedReader
from desktop.storage.database import Database
from desktop.storage.file_table import Changes, FileTable, KnownFile
from desktop.storage.passage_ledger import PassageLedger
from desktop.storage.recognition_table import RecognitionTable
from desktop.storage.search_index import SearchIndex
from tests.support.pdf import pdf_bytes
from tests.unit.reading.samples import picture_pdf, zip_of

FAKE = "tests.unit.reading.fake_recognition"
Starter = Callable[[Sequence[str], Mapping[str, str]], ChildProcess]


class Desk:
    """A library whose recogniser finds "Recognised words." on every picture. `choice` is what the settings say."""

    def __init__(self, home: Path) -> None:
        self.home, self.documents = home, home / "documents"
        self.documents.mkdir()
        self.started: list[ChildProcess] = []
        models = home / "models"
        models.mkdir()
        for name in NETWORKS:
            (models / name).write_bytes(b"network")
        self.choice: RecognitionChoice | None = RecognitionChoice(models, "all")
        self.module, self.timeout = FAKE, 20.0
        self.now, self.rested = 0.0, list[float]()
        self.done = threading.Semaphore(0)
        self.database = Database(home / "library" / "library.db")
        self.files, self.ledger = FileTable(self.database), PassageLedger(self.database)
        self.kept = RecognisedPages(home / "kept")
        self.reader = RecognisedReader(FileReader(home / "scratch"), self.kept)
        self.pictures = FileReader(home / "pictures")
        self.recognition = RecognitionQueue(
            RecognitionTable(self.database),
            self.kept,
            self.pictures,
            lambda: self.choice,
            self.make,
            self.done.release,
            lambda: self.now,
        )
        index = SearchIndex(home / "library" / "index", "vectors", 1)
        self.note = CrashNote(home / "library" / "note")
        maker = PassageMaker(self.ledger, index, None, "words")
        upkeep = IndexUpkeep(self.ledger, index)
        parts = IndexerParts(self.ledger, upkeep, maker, self.reader, self.note, self.recognition)
        self.queue = ReadingQueue(self.files, parts, RoundProgress())
        self.reconciler = Reconciler(self.files)
        self.files.add_folder(str(self.documents), is_file=False)

    def make(self, choice: RecognitionChoice) -> Recogniser:
        pictures = self.home / "pictures"
        return Recogniser(choice, pictures, pictures / "words", self.start, timeout=self.timeout)

    def start(self, arguments: Sequence[str], environment: Mapping[str, str]) -> ChildProcess:
        self.started.append(ChildProcess([self.module, *arguments[1:]], environment))
        return self.started[-1]

    def add(self, name: str, data: bytes) -> str:
        (self.documents / name).write_bytes(data)
        self.reconciler.scan(self.files.folders())
        return str(self.documents / name)

    def read(self) -> None:
        """Everything that waits to be read."""
        while (file := self.queue.next_file()) is not None:
            self.queue.read(file)
        self.queue.flush()

    def settle(self) -> None:
        """Reads and recognises until nothing is left. Where a file rests, the clock goes on."""
        self.read()
        while self.recognition.step() or self.recognition.pending or self.recognition.rests:
            if self.recognition.pending:
                assert self.done.acquire(timeout=60)
            elif pause := self.recognition.rests:
                self.rested.append(pause)
                self.now += pause
            self.read()

    def try_again(self, path: str) -> None:
        """As the button does."""
        file = self.file(path)
        self.files.apply(Changes(queued=[(file.id, file.stamp, FileState.WAITING, "", "pdf")]))

    def file(self, path: str) -> KnownFile:
        return self.files.known_files(1)[path]

    def reason(self, path: str) -> str:
        return self.files.list_files("", Path(path).name, 0, 1)[0][0].reason

    def text(self, path: str) -> str:
        return "".join(p.gap + p.text for p in self.ledger.of_file(self.file(path).id))

    def close(self) -> None:
        self.recognition.close()
        self.reader.close()
        self.pictures.close()
        self.note.close()
        self.database.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.close()


def test_a_scan_waits_for_all_other_files_and_is_recognised_once(desk: Desk) -> None:
    scan = desk.add("scan.pdf", picture_pdf())
    desk.read()
    assert (desk.file(scan).state, desk.reason(scan)) == (FileState.NEEDS_OCR, COMING)
    assert desk.started == [] and desk.recognition.left == 1
    desk.settle()
    assert (desk.file(scan).state, desk.text(scan)) == (FileState.INDEXED, "Recognised words.")
    copy = desk.add("copy.pdf", picture_pdf())
    desk.settle()
    assert desk.text(copy) == "Recognised words." and len(desk.started) == 1
    assert list((desk.home / "pictures").glob("*.json*")) == []
    assert desk.recognition.left == 0


def test_the_pane_shows_recognised_words_at_their_places(desk: Desk) -> None:
    scan = desk.add("scan.pdf", picture_pdf())
    pane = RecognisedReader(FileReader(desk.home / "pane"), desk.kept)
    try:
        with pytest.raises(FileProblem) as caught:
            pane.read(scan)
        assert caught.value.state == "needs_ocr"
        desk.settle()
        document = pane.read(scan)[0]
        assert document.text == desk.text(scan)
        start = document.text.index("words")
        output = desk.home / "page.png"
        ((box,),) = pane.render(scan, 1, 1.0, (TextRange(start, start + 6),), output).boxes
        assert output.read_bytes().startswith(b"\x89PNG")
        assert 200 < box.left < box.right < 400 and 70 < box.top < box.bottom < 155
        (both,) = pane.render(scan, 1, 1.0, (TextRange(0, 17),), output).boxes
        assert len(both) == 1 and both[0].left < box.left
        assert pane.render(scan, 1, 1.0, (), output).boxes == ()
    finally:
        pane.close()


def test_words_that_need_no_recognising_are_there_first(desk: Desk) -> None:
    message = EmailMessage()
    message["Subject"] = "The scan"
    message.set_content("Look at this.")
    message.add_attachment(picture_pdf(), maintype="application", subtype="pdf", filename="a.pdf")
    message.add_attachment(picture_pdf(), maintype="application", subtype="pdf", filename="b.pdf")
    mail = desk.add("a.eml", message.as_bytes())
    packed = desk.add("a.zip", zip_of({"a.pdf": picture_pdf(), "b.txt": b"More."}))
    plain = desk.add("words.pdf", pdf_bytes([["Words of the file."], []]))
    desk.read()
    assert {desk.file(path).state for path in (mail, packed, plain)} == {FileState.INDEXED}
    assert "Look at this." in desk.text(mail) and "More." in desk.text(packed)
    assert "Not read: a.pdf (pictures without readable text)." in desk.text(packed)
    assert desk.recognition.left == 2
    desk.settle()
    assert desk.text(mail).count("Recognised words.") == 2 and "Attachment b.pdf, page 1" in desk.text(mail)
    assert desk.text(packed) == "Member a.pdf, page 1\n\nRecognised words.\n\nMember b.txt\n\nMore."
    assert len(desk.started) == 1


def test_while_it_is_turned_off_nothing_is_recognised(desk: Desk) -> None:
    choice, desk.choice = desk.choice, None
    scan = desk.add("scan.pdf", picture_pdf())
    desk.settle()
    assert desk.file(scan).state is FileState.NEEDS_OCR and "Turn on text recognition" in desk.reason(scan)
    desk.choice = choice
    desk.recognition.chosen_anew()
    assert desk.reason(scan) == COMING
    desk.settle()
    assert desk.text(scan) == "Recognised words."


def test_other_letters_have_everything_recognised_again(desk: Desk) -> None:
    scan = desk.add("scan.pdf", picture_pdf())
    desk.settle()
    desk.choice = RecognitionChoice(desk.home / "models", "latin")
    assert desk.recognition.left == 1
    desk.settle()
    assert desk.text(scan) == "Recognised words." and desk.recognition.left == 0
    assert len(desk.started) == 2 and desk.started[0].process.returncode is not None


@pytest.mark.parametrize("letters", ["dying", "stuck"])
def test_a_picture_that_ends_recognition_is_given_up_after_two_tries(desk: Desk, letters: str) -> None:
    desk.choice = RecognitionChoice(desk.home / "models", letters)
    desk.timeout = 0.5 if letters == "stuck" else 20.0
    scan = desk.add("scan.pdf", picture_pdf())
    desk.settle()
    assert desk.file(scan).state is FileState.NEEDS_OCR and "could not be recognised" in desk.reason(scan)
    assert len(desk.started) == 2
    assert all(child.process.returncode is not None for child in desk.started)


def test_a_kill_from_outside_is_tried_again_after_longer_and_longer_pauses(desk: Desk) -> None:
    desk.choice = RecognitionChoice(desk.home / "models", "killed-5")
    scan = desk.add("scan.pdf", picture_pdf())
    desk.settle()
    assert (desk.file(scan).state, desk.text(scan)) == (FileState.INDEXED, "Recognised words.")
    assert len(desk.started) == 6
    assert desk.rested == [0.5, 1.0, 2.0, 4.0, 8.0]


def test_other_files_go_on_while_one_rests(desk: Desk) -> None:
    desk.choice = RecognitionChoice(desk.home / "models", "killed-1")
    desk.add("a.pdf", picture_pdf())
    desk.add("b.pdf", picture_pdf() + b"\n% another\n")
    desk.read()
    seen: list[int] = []
    while desk.recognition.step() or desk.recognition.pending:
        if desk.recognition.pending:
            assert desk.done.acquire(timeout=60)
        desk.read()
        seen.append(sum(file.state is FileState.INDEXED for file in desk.files.known_files(1).values()))
    assert seen[-1] == 1 and desk.recognition.rests == 0.5
    desk.settle()
    assert all(file.state is FileState.INDEXED for file in desk.files.known_files(1).values())


def test_what_is_killed_every_time_is_never_given_up_for_good(desk: Desk) -> None:
    desk.choice = RecognitionChoice(desk.home / "models", "killed-12")
    scan = desk.add("scan.pdf", picture_pdf())
    desk.settle()
    assert desk.file(scan).state is FileState.NEEDS_OCR and desk.reason(scan) == KILLED
    assert len(desk.started) == 6 and not desk.kept.any
    desk.try_again(scan)
    desk.settle()
    assert desk.reason(scan) == KILLED and len(desk.started) == 12
    desk.now += LATER
    desk.settle()
    assert desk.text(scan) == "Recognised words."


@pytest.mark.parametrize("how", ["by the user", "by another version"])
def test_what_was_given_up_is_tried_again(desk: Desk, how: str) -> None:
    broken = desk.home / "models" / "broken"
    broken.touch()
    scan = desk.add("scan.pdf", picture_pdf())
    desk.queue.forgive("one version")
    desk.settle()
    assert desk.file(scan).state is FileState.NEEDS_OCR and "Try again" in desk.reason(scan)
    broken.unlink()
    desk.queue.forgive("one version")
    desk.settle()
    assert desk.file(scan).state is FileState.NEEDS_OCR, "nobody asked for it"
    if how == "by the user":
        desk.try_again(scan)
    else:
        desk.queue.forgive("another version")
    desk.settle()
    assert (desk.file(scan).state, desk.text(scan)) == (FileState.INDEXED, "Recognised words.")


def test_text_recognition_that_does_not_start_is_given_up_for_now(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.module = "desktop.no_such_module"
    scan, text = desk.add("scan.pdf", picture_pdf()), desk.add("a.txt", b"words")
    desk.settle()
    assert desk.file(scan).state is FileState.NEEDS_OCR and desk.text(text) == "words"
    assert desk.recognition.left == 0 and "given up for now" in caplog.text
    caplog.clear()


def test_a_long_scan_gives_way_after_every_picture(desk: Desk) -> None:
    count = 2 * PICTURES_AT_ONCE + 1
    path = desk.add("a.zip", zip_of({f"{number:02}.pdf": picture_pdf() for number in range(count)}))
    desk.read()
    steps = 0
    while desk.recognition.step() or desk.recognition.pending:
        if desk.recognition.pending:
            assert desk.done.acquire(timeout=60)
            steps += 1
            other = desk.add(f"{steps}.txt", b"words of the meantime")
            desk.read()
            assert desk.text(other) == "words of the meantime"
    desk.read()
    assert steps == count and desk.text(path).count("Recognised words.") == count


def test_a_file_that_goes_meanwhile_leaves_nothing_behind(desk: Desk) -> None:
    desk.add("another.txt", b"so that the folder does not look unmounted")
    scan = desk.add("scan.pdf", picture_pdf())
    desk.read()
    assert desk.recognition.step() and desk.recognition.step() and desk.recognition.pending
    Path(scan).unlink()
    desk.reconciler.scan(desk.files.folders())
    desk.settle()
    desk.recognition.tidy()
    assert not desk.kept.any and not [path for path in (desk.home / "pictures").rglob("*") if path.is_file()]


def test_a_file_that_changes_is_recognised_anew(desk: Desk) -> None:
    scan = desk.add("scan.pdf", picture_pdf())
    desk.settle()
    desk.add("scan.pdf", picture_pdf() + b"\n% a longer one\n")
    desk.read()
    assert desk.file(scan).state is FileState.NEEDS_OCR
    desk.settle()
    assert desk.text(scan) == "Recognised words."
    desk.recognition.tidy()
    assert len(list((desk.home / "kept").iterdir())) == 1


def test_closing_ends_a_picture_that_is_under_way(desk: Desk) -> None:
    desk.choice = RecognitionChoice(desk.home / "models", "stuck")
    desk.add("scan.pdf", picture_pdf())
    desk.read()
    assert desk.recognition.step() and desk.recognition.step() and desk.recognition.pending
    desk.recognition.close()
    assert all(child.ended for child in desk.started)
    assert not desk.recognition.step()


def test_a_picture_under_way_waits_for_an_answer_and_is_not_given_up_for_it(desk: Desk) -> None:
    desk.timeout = 2.0
    scan = desk.add("scan.pdf", picture_pdf())
    desk.read()
    desk.recognition.pause(True)
    while not desk.recognition.pending:
        assert desk.recognition.step()
    assert not desk.done.acquire(timeout=2.3)
    desk.recognition.pause(False)
    assert desk.done.acquire(timeout=60)
    desk.done.release()
    desk.settle()
    assert (desk.text(scan), len(desk.started)) == ("Recognised words.", 1)


def test_recognition_gives_its_memory_back_when_it_rests(desk: Desk) -> None:
    assert desk.choice is not None
    pictures = desk.home / "pictures"
    recogniser = Recogniser(desk.choice, pictures, pictures / "words", desk.start, rest=0.05)
    for number, data in enumerate((picture_pdf(), picture_pdf() + b"\n"), 1):
        look = desk.pictures.look(desk.add(f"{number}.pdf", data), {}, 1)
        assert recogniser.recognise(look.pictures[0]) is not None
        assert desk.started[-1].process.wait(20) is not None
    assert len(desk.started) == 2
    recogniser.close()
