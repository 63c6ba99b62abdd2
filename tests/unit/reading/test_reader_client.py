"""The reader process over its real pipes: reading, dying, timing out, recycling, closing, and its walls."""

import os
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil
import pytest

from desktop.domain.errors import EngineProblem, FileProblem
from desktop.protocol.child import ChildProcess
from desktop.protocol.common_messages import Hello
from desktop.protocol.lines import PROTOCOL
from desktop.protocol.reader_messages import ReadFile, TextRange
from desktop.reading.client import FileReader, start_quietly
from desktop.reading.document_file import read_document
from desktop.reading.endings import Ending, ReaderClosed, ReaderDied
from desktop.reading.process import greet, read_to_file
from desktop.reading.read_file import read_file
from tests.support.pdf import pdf_bytes

STUCK_READER = "tests.unit.reading.stuck_reader"


def start_broken(arguments: Sequence[str], environment: Mapping[str, str], inherited: Sequence[int]) -> ChildProcess:
    return start_quietly(["desktop.no_such_module"], environment)


class StuckReaders:
    """Starts readers that never answer, `count` of them, and real ones afterwards; keeps all it started."""

    def __init__(self, count: int) -> None:
        self._left = count
        self.children: list[ChildProcess] = []
        self.asked = threading.Event()

    def __call__(
        self, arguments: Sequence[str], environment: Mapping[str, str], inherited: Sequence[int]
    ) -> ChildProcess:
        module = STUCK_READER if self._left > 0 else arguments[0]
        self._left -= 1
        told = [module, *arguments[1:]]
        child = ChildProcess(told, environment, on_event=lambda event: self.asked.set(), inherited=inherited)
        self.children.append(child)
        return child


def reading(reader: FileReader, path: Path, outcome: list[BaseException]) -> threading.Thread:
    """A thread under way that reads a file and notes how that failed."""

    def read() -> None:
        try:
            reader.read(str(path))
        except (FileProblem, EngineProblem) as problem:
            outcome.append(problem)

    thread = threading.Thread(target=read)
    thread.start()
    return thread


@pytest.fixture
def note(tmp_path: Path) -> Path:
    path = tmp_path / "note.txt"
    path.write_bytes("Grüße,\r\nend 😀".encode())
    return path


def test_reads_what_the_functions_read(reader: FileReader, note: Path, tmp_path: Path) -> None:
    assert reader.pid is None
    document, sha256, size = reader.read(str(note))
    here = read_file(str(note))
    assert (document, sha256, size) == (here.document, here.sha256, here.size)
    assert document.text == "Grüße,\r\nend 😀"
    assert list((tmp_path / "scratch").iterdir()) == []


def test_a_problem_comes_through_and_the_process_stays(reader: FileReader, note: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.md").touch()
    with pytest.raises(FileProblem) as caught:
        reader.read(str(tmp_path / "empty.md"))
    assert caught.value.state == "empty" and not isinstance(caught.value, ReaderDied)
    pid = reader.pid
    reader.read(str(note))
    assert reader.pid == pid is not None


@pytest.mark.skipif(sys.platform == "win32", reason="names there are always text")
def test_a_file_name_that_is_no_text(reader: FileReader, tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe.txt")
    Path(path).write_text("words")
    assert reader.read(path)[0].text == "words"


def test_renders_a_page(reader: FileReader, tmp_path: Path) -> None:
    path, output = tmp_path / "a.pdf", tmp_path / "page.png"
    path.write_bytes(pdf_bytes([["Hello page"]]))
    document, _, _ = reader.read(str(path))
    rendered = reader.render(str(path), 1, 1.5, [TextRange(0, len(document.text))], output)
    assert (rendered.pages, rendered.width, len(rendered.boxes)) == (1, 893, 1)
    assert output.read_bytes().startswith(b"\x89PNG")


def test_killed_while_reading(tmp_path: Path, note: Path) -> None:
    start, outcome = StuckReaders(1), list[BaseException]()
    reader = FileReader(tmp_path / "scratch", start=start)
    thread = reading(reader, note, outcome)
    assert start.asked.wait(30) and reader.pid is not None
    os.kill(reader.pid, signal.SIGKILL)
    thread.join(30)
    (died,) = outcome
    assert isinstance(died, ReaderDied) and died.cause is Ending.KILLED and died.transient
    assert reader.pid is None
    assert reader.read(str(note))[0].text.startswith("Grüße")
    assert len(start.children) == 2
    reader.close()


def test_killed_between_files(tmp_path: Path, note: Path) -> None:
    start = StuckReaders(0)
    reader = FileReader(tmp_path / "scratch", start=start)
    reader.read(str(note))
    start.children[0].kill()
    assert reader.pid is None
    reader.read(str(note))
    assert len(start.children) == 2 and reader.pid == start.children[1].pid
    reader.close()


def test_a_file_that_takes_too_long(tmp_path: Path, note: Path) -> None:
    start = StuckReaders(1)
    reader = FileReader(tmp_path / "scratch", start=start, timeout=0.3)
    with pytest.raises(ReaderDied) as caught:
        reader.read(str(note))
    assert caught.value.cause is Ending.TIMED_OUT
    assert reader.pid is None and start.children[0].process.returncode is not None
    reader.close()


def test_close_frees_who_waits(tmp_path: Path, note: Path) -> None:
    start, outcome = StuckReaders(1), list[BaseException]()
    reader = FileReader(tmp_path / "scratch", start=start)
    thread = reading(reader, note, outcome)
    assert start.asked.wait(30)
    reader.close()
    thread.join(30)
    assert [type(problem) for problem in outcome] == [ReaderClosed]
    assert start.children[0].process.returncode is not None
    with pytest.raises(ReaderClosed):
        reader.read(str(note))


def test_a_reader_that_never_starts(tmp_path: Path, note: Path) -> None:
    reader = FileReader(tmp_path / "scratch", start=start_broken)
    with pytest.raises(EngineProblem, match="doesn't start"):
        reader.read(str(note))
    reader.close()


def test_a_process_gives_its_memory_back(tmp_path: Path, note: Path) -> None:
    reader = FileReader(tmp_path / "scratch", files_per_process=2)
    pids: list[int | None] = []
    for _ in range(5):
        reader.read(str(note))
        pids.append(reader.pid)
    assert len(set(pids)) == 3 and pids[0] == pids[1] != pids[2]
    reader.close()


def test_many_threads_one_at_a_time(reader: FileReader, tmp_path: Path) -> None:
    texts: dict[str, str] = {}

    def read(number: int) -> None:
        path = tmp_path / f"{number}.txt"
        path.write_text(f"file {number}")
        texts[path.name] = reader.read(str(path))[0].text

    threads = [threading.Thread(target=read, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert texts == {f"{number}.txt": f"file {number}" for number in range(8)}


@pytest.mark.skipif(sys.platform != "linux", reason="limits of this kind are Linux's")
def test_walls(reader: FileReader, note: Path) -> None:
    reader.read(str(note))
    pid = reader.pid
    assert pid is not None
    process = psutil.Process(pid)
    assert process.rlimit(psutil.RLIMIT_AS)[0] == 1536 * 1024 * 1024
    assert process.rlimit(psutil.RLIMIT_CORE)[0] == 0
    assert process.nice() == min(19, psutil.Process().nice() + 10)
    assert process.net_connections() == []
    if os.geteuid() == 0:
        assert os.readlink(f"/proc/{pid}/ns/net") != os.readlink("/proc/self/ns/net")


def test_its_memory_is_limited(reader: FileReader, tmp_path: Path) -> None:
    """Six million tags: the tree takes far more than the page."""
    path = tmp_path / "large.html"
    path.write_bytes(b"<p>" + b"<b>x</b>" * 6_000_000)
    with pytest.raises(FileProblem) as caught:
        reader.read(str(path))
    assert caught.value.state in ("too_large", "failed")


def test_the_process_greets_its_own_protocol_only() -> None:
    assert greet(Hello(PROTOCOL)).process == "reader"
    with pytest.raises(EngineProblem, match="another version"):
        greet(Hello(PROTOCOL + 1))


def test_the_process_writes_the_document_and_answers_what_it_read(note: Path, tmp_path: Path) -> None:
    output = tmp_path / "document.json"
    answer = read_to_file(ReadFile(str(note), str(output)))
    assert (answer.size, answer.characters) == (note.stat().st_size, 13)
    assert read_document(output).text == "Grüße,\r\nend 😀"
