"""What each process that reads files takes at most, of time and memory: the file reader, text recognition, LibreOffice.

Memory is the most that a process ever held (VmHWM), asked for after each file; of a process that a file ended, what the
system says of children that are gone.
"""

import contextlib
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from desktop.domain.errors import FileProblem
from desktop.platform_support.paths import data_folders
from desktop.reading.client import FileReader
from desktop.reading.endings import ReaderDied
from desktop.reading.ocr_client import Recogniser, RecognitionChoice
from desktop.reading.recognised_pages import Pages
from desktop.reading.word_converter import WordConverter, find_program
from tests.benchmarks.indexing.memory_use import peak_of

MOST_SECONDS, MOST_MEMORY = 60.0, 1 << 30
PICTURES_AT_ONCE = 4
OLD_DOCUMENTS = 6  # so many are made, of the largest new ones: the usual corpus has none
LOOK_EVERY = 0.02


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one file, or of one of its pictures. `ending`: a state, or how the process ended. Memory in bytes."""

    name: str
    ending: str
    seconds: float
    memory: int


@dataclass(slots=True)
class Costs:
    """Of all that one kind of process did. `bounded`: each by the promised minute and gigabyte."""

    what: str
    bounded: bool = True
    each: list[Cost] = field(default_factory=list[Cost])

    def __str__(self) -> str:
        if not self.each:
            return f"{self.what}: none"
        slowest = max(self.each, key=lambda cost: cost.seconds)
        memory = max(cost.memory for cost in self.each)
        most = f"{slowest.seconds:.1f} s at most ({slowest.name}), {memory >> 20} MB at most"
        return f"{self.what}: {len(self.each)}, {most}"

    def bad(self) -> list[str]:
        """What breaks the promise."""
        if not self.bounded:
            return []
        ended = [f"{cost.name}: {cost.ending}" for cost in self.each if cost.ending.startswith("the reader")]
        slow = [f"{cost.name}: {cost.seconds:.0f} s" for cost in self.each if cost.seconds > MOST_SECONDS]
        large = [f"{cost.name}: {cost.memory >> 20} MB" for cost in self.each if cost.memory > MOST_MEMORY]
        return [f"{self.what}: {told}" for told in (*ended, *slow, *large)]


def reading_costs(files: Sequence[Path], home: Path) -> tuple[Costs, list[Path]]:
    """One file by one, without text recognition; and those in which pictures wait for it."""
    reader = FileReader(home / "reading", files_per_process=len(files) + 1)
    costs, waiting = Costs("files read"), list[Path]()
    try:
        for path in files:
            started, gone = time.monotonic(), _most_of_children()
            try:
                look = reader.look(str(path))
                ending = "indexed"
                waiting += [path] * bool(look.waiting)
            except ReaderDied as death:
                ending = f"the reader {death.cause}"
            except FileProblem as problem:
                ending = problem.state
                waiting += [path] * (ending == "needs_ocr")
            died = _most_of_children()
            memory = max(peak_of(reader.pid or 0), died if died > gone else 0)
            costs.each.append(Cost(path.name, ending, time.monotonic() - started, memory))
    finally:
        reader.close()
    return costs, waiting


def recognition_costs(files: Sequence[Path], home: Path) -> list[Costs]:
    """Of each picture, and of each file with all of its pictures: a scan of many pages takes as long as it has pages.

    Nothing where text recognition is not installed.
    """
    choice = RecognitionChoice(data_folders().recognition)
    pictures, whole = Costs("pictures recognised"), Costs("files with all of their pictures", bounded=False)
    if not choice.is_installed:
        return [pictures, whole]
    reader = FileReader(home / "pictures")
    recogniser = Recogniser(choice, home / "pictures", home / "words")
    try:
        for path in files:
            before = len(pictures.each)
            pictures.each += _recognised(reader, recogniser, path)
            mine = pictures.each[before:]
            if mine:
                seconds, memory = sum(cost.seconds for cost in mine), max(cost.memory for cost in mine)
                whole.each.append(Cost(f"{path.name}, {len(mine)} pictures", "", seconds, memory))
    finally:
        recogniser.close()
        reader.close()
    return [pictures, whole]


def _recognised(reader: FileReader, recogniser: Recogniser, path: Path) -> Iterator[Cost]:
    known: Pages = {}
    while True:
        try:
            look = reader.look(str(path), known, PICTURES_AT_ONCE)
        except FileProblem:
            return
        for picture in look.pictures:
            started = time.monotonic()
            known[picture.key] = recogniser.recognise(picture)
            Path(picture.pixels).unlink()
            ending = "recognised" if known[picture.key] else "given up"
            memory = peak_of(recogniser.pid or 0)
            yield Cost(f"{path.name} {picture.key}", ending, time.monotonic() - started, memory)
        if not look.pictures:
            return


def conversion_costs(files: Sequence[Path], home: Path) -> Costs:
    """Of LibreOffice with all that it starts, for old Word documents that are made of the largest new ones first."""
    costs, program = Costs("old Word documents converted"), find_program()
    if program is None:
        return costs
    largest = sorted((f for f in files if f.suffix == ".docx"), key=lambda f: f.stat().st_size)[-OLD_DOCUMENTS:]
    old = [path for path in files if path.suffix == ".doc"] + _made_old(program, largest, home)
    converter = WordConverter(home / "converting", program)
    for path in old:
        started, ending = time.monotonic(), "converted"
        with _most_of_all() as peaks:
            try:
                with converter.converted(str(path)):
                    pass
            except FileProblem as problem:
                ending = str(problem)
        costs.each.append(Cost(path.name, ending, time.monotonic() - started, sum(peaks.values())))
    return costs


def _made_old(program: Path, new: Sequence[Path], home: Path) -> list[Path]:
    folder = home / "old"
    folder.mkdir()
    profile = f"-env:UserInstallation={(home / 'profile').as_uri()}"
    options = ["--headless", "--convert-to", "doc:MS Word 97", "--outdir", str(folder)]
    subprocess.run([program, profile, *options, *new], check=False, capture_output=True, timeout=300)
    return sorted(folder.glob("*.doc"))


@contextlib.contextmanager
def _most_of_all() -> Generator[dict[int, int]]:
    """The most that each child of ours and their children held meanwhile, by pid: their sum is no less than all."""
    peaks, over = dict[int, int](), threading.Event()

    def look() -> None:
        while not over.wait(LOOK_EVERY):
            for child in psutil.Process().children(recursive=True):
                peaks[child.pid] = max(peaks.get(child.pid, 0), peak_of(child.pid))

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield peaks
    finally:
        over.set()
        watcher.join()


def _most_of_children() -> int:
    """Of children that are gone. No less than the most that this process held when it started them."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
