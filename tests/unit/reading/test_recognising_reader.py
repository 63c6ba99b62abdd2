"""Pictures of words over real processes: recognised once, kept, shown at their places, and never in the way."""

import itertools
import threading
from collections.abc import Iterator, Mapping, Sequence
from email.message import EmailMessage
from pathlib import Path

import pytest

from desktop.domain.errors import EngineProblem, FileProblem
from desktop.protocol.child import ChildProcess
from desktop.reading.client import FileReader
from desktop.reading.endings import ReaderClosed
from desktop.reading.ocr_client import NETWORKS, Recogniser, RecognitionChoice
from desktop.reading.recognised_pages import RecognisedPages
from desktop.reading.recognising_reader import RecognisingReader, RecognitionPaused
from tests.support.pdf import pdf_bytes
from tests.unit.reading.samples import picture_pdf, zip_of

FAKE = "tests.unit.reading.fake_recognition"


class Desk:
    """Everything of one test: a folder, what is kept, and the processes of text recognition that were started."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.started: list[ChildProcess] = []
        self._numbers = itertools.count()
        self._open: list[RecognisingReader] = []
        self.models = folder / "models"
        self.models.mkdir()
        for name in NETWORKS:
            (self.models / name).write_bytes(b"network")

    def start(self, arguments: Sequence[str], environment: Mapping[str, str]) -> ChildProcess:
        self.started.append(ChildProcess([FAKE, *arguments[1:]], environment))
        return self.started[-1]

    def reader(self, letters: str = "all", recognises: bool = True, slices: int | None = None) -> RecognisingReader:
        scratch = self.folder / f"scratch{next(self._numbers)}"
        choice = RecognitionChoice(self.models, letters)
        kept = RecognisedPages(self.folder / "kept", RecognitionChoice(self.models, "all").made_by)
        recogniser = Recogniser(
            choice, scratch, scratch / "words", self.start, timeout=0.5 if letters == "stuck" else 20
        )
        reader = RecognisingReader(FileReader(scratch), kept, recogniser if recognises else None, slices)
        self._open.append(reader)
        return reader

    def file(self, name: str, data: bytes) -> str:
        path = self.folder / name
        path.write_bytes(data)
        return str(path)

    def close(self) -> None:
        for reader in self._open:
            reader.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.close()


def test_a_scan_is_recognised_once_and_then_known(desk: Desk) -> None:
    path = desk.file("scan.pdf", picture_pdf())
    document, sha256, size = desk.reader().read(path)
    assert (document.text, size, document.note) == ("Recognised words.", len(picture_pdf()), "")
    assert [(page.number, page.start, page.end) for page in document.pages] == [(1, 0, 17)]
    assert len(desk.started) == 1
    again = desk.reader()
    assert again.read(path) == (document, sha256, size)
    assert len(desk.started) == 1
    assert list((desk.folder / "scratch0").glob("*.json*")) == []


def test_the_pane_recognises_nothing_but_shows_what_is_known(desk: Desk) -> None:
    path = desk.file("scan.pdf", picture_pdf())
    pane = desk.reader(recognises=False)
    with pytest.raises(FileProblem) as caught:
        pane.read(path)
    assert caught.value.state == "needs_ocr"
    document = desk.reader().read(path)[0]
    assert pane.read(path)[0] == document
    start = document.text.index("words")
    output = desk.folder / "page.png"
    (box,) = pane.render(path, 1, 1.0, start, start + 6, output).boxes
    assert output.read_bytes().startswith(b"\x89PNG")
    assert 200 < box.left < box.right < 400 and 70 < box.top < box.bottom < 155
    both = pane.render(path, 1, 1.0, 0, 17, output).boxes
    assert len(both) == 1 and both[0].left < box.left
    assert pane.render(path, 1, 1.0, 0, 0, output).boxes == ()


def test_pages_with_words_are_not_recognised(desk: Desk) -> None:
    path = desk.file("words.pdf", pdf_bytes([["Words of the file."], []]))
    assert desk.reader().read(path)[0].text == "Words of the file."
    assert desk.started == []


def test_pictures_inside_other_files(desk: Desk) -> None:
    message = EmailMessage()
    message["Subject"] = "The scan"
    message.add_attachment(picture_pdf(), maintype="application", subtype="pdf", filename="a.pdf")
    message.add_attachment(picture_pdf(), maintype="application", subtype="pdf", filename="b.pdf")
    text = desk.reader().read(desk.file("a.eml", message.as_bytes()))[0].text
    assert text.count("Recognised words.") == 2 and "Attachment b.pdf, page 1" in text
    packed = desk.reader().read(desk.file("a.zip", zip_of({"a.pdf": picture_pdf(), "b.txt": "More."})))[0]
    assert packed.text == "Member a.pdf, page 1\n\nRecognised words.\n\nMember b.txt\n\nMore."


def test_without_text_recognition_the_rest_is_read(desk: Desk) -> None:
    path = desk.file("a.zip", zip_of({"a.pdf": picture_pdf(), "b.txt": "More."}))
    document = desk.reader(recognises=False).read(path)[0]
    assert "Not read: a.pdf (pictures without readable text)." in document.text and "More." in document.text


@pytest.mark.parametrize("letters", ["dying", "stuck"])
def test_a_picture_that_ends_recognition_is_given_up_after_two_tries(desk: Desk, letters: str) -> None:
    path = desk.file("scan.pdf", picture_pdf())
    with pytest.raises(FileProblem, match="could not be recognised") as caught:
        desk.reader(letters).read(path)
    assert caught.value.state == "needs_ocr" and not caught.value.transient
    assert len(desk.started) == 2
    assert all(child.process.returncode is not None for child in desk.started)


def test_text_recognition_that_does_not_start_is_done_without(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def start(arguments: Sequence[str], environment: Mapping[str, str]) -> ChildProcess:
        return ChildProcess(["desktop.no_such_module"], environment)

    monkeypatch.setattr(desk, "start", start)
    reader = desk.reader()
    with pytest.raises(FileProblem) as caught:
        reader.read(desk.file("scan.pdf", picture_pdf()))
    assert caught.value.state == "needs_ocr"
    assert reader.read(desk.file("a.txt", b"words"))[0].text == "words"


def test_a_long_scan_gives_way_between_slices(desk: Desk) -> None:
    pictures = {f"{number:02}.pdf": picture_pdf() for number in range(20)}
    path = desk.file("a.zip", zip_of(pictures))
    reader = desk.reader(slices=1)
    left: list[int] = []
    for _ in range(5):
        try:
            text = reader.read(path)[0].text
            break
        except RecognitionPaused as paused:
            left.append(paused.left)
            reader.read(desk.file("other.txt", b"meanwhile"))
    else:
        pytest.fail("it never came to an end")
    assert left == [12, 4] and text.count("Recognised words.") == 20
    assert len(desk.started) == 1


def test_close_frees_who_waits(desk: Desk) -> None:
    path, outcome = desk.file("scan.pdf", picture_pdf()), list[BaseException]()
    reader, asked = desk.reader("dying"), threading.Event()
    reader.close()

    def read() -> None:
        try:
            reader.read(path)
        except EngineProblem as problem:
            outcome.append(problem)
        asked.set()

    threading.Thread(target=read).start()
    assert asked.wait(30)
    assert [type(problem) for problem in outcome] == [ReaderClosed]


def test_recognition_gives_its_memory_back_when_it_rests(desk: Desk) -> None:
    scratch = desk.folder / "pictures"
    recogniser = Recogniser(RecognitionChoice(desk.models), scratch, scratch / "words", desk.start, rest=0.05)
    kept = RecognisedPages(desk.folder / "kept", "somebody")
    reader = RecognisingReader(FileReader(scratch), kept, recogniser)
    reader.read(desk.file("scan.pdf", picture_pdf()))
    assert desk.started[0].process.wait(20) is not None
    reader.read(desk.file("again.pdf", picture_pdf() + b"\n"))
    assert len(desk.started) == 2
    reader.close()
