"""How soon the reader shows the words: `python3 -m installer bench reader`. Prints figures, fails above 150 ms.

The real window and the real engine, a footnote opened as by a click. Timed from the click until the view with the
marked words has been painted. `first`: the first click after the start, with nothing prepared; `unprepared`: a file not
opened before that the window did not announce; `file`: one that it did, as it does when an answer is shown; `words`:
another place in the file on screen. Medians.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from desktop.domain.answers import Answer, AnswerState, FootnoteLink
from desktop.domain.files import FileState
from desktop.gui.app import make_application
from desktop.gui.parts import build_parts, engine_command
from desktop.gui.window import FootnoteWindow
from desktop.platform_support.paths import data_folders
from desktop.protocol import engine_messages as m
from tests.support.documents import MAKERS, cited
from tests.support.running_engine import RunningEngine

LIMIT = 0.15  # seconds, the median of all openings of a file
COPIES = 2  # files of each format
SIZES = {"report.pdf": 200, "report.csv": 5_000, "report.xlsx": 5_000, "report.pptx": 60, "report.py": 400}
SIZE = 60
STARTS = 6
PATIENCE = 60.0  # seconds
INDEXING = 900.0  # seconds, on a computer with other things to do


def links(library: Path, folder: Path) -> dict[str, list[FootnoteLink]]:
    """Real places in the indexed files: by name of the file, from the start, the middle and the end of each."""
    with RunningEngine(library) as engine:
        engine.call(m.ADD, m.Paths((str(folder),)))
        deadline = time.monotonic() + INDEXING
        while engine.status().counts.get("indexed") != COPIES * len(MAKERS):
            assert time.monotonic() < deadline, engine.status()
            time.sleep(0.2)
        engine.call_pause(True)  # the words are there; learning them would only make the figures noisy
        rows = engine.call(m.LIST_FILES, m.ListFiles("", "", 0, 1000)).files
        found: dict[str, list[FootnoteLink]] = {}
        for row in rows:
            assert row.state is FileState.INDEXED, (row.path, row.state, row.reason)
            name = Path(row.path).name
            seed, size = int(Path(row.path).parent.name), SIZES.get(name, SIZE)
            found[row.path] = [link(engine, row.id, row.path, cited(seed, n)) for n in (size * 9 // 10, size // 2, 3)]
    return found


def link(engine: RunningEngine, file_id: int, path: str, quote: str) -> FootnoteLink:
    hit = engine.call(m.FIND_WORDS, m.FindWords(file_id, quote, 1)).hits[0]
    text = engine.call(m.OPEN_TEXT, m.OpenText(file_id, hit.start, hit.end - hit.start, False))
    return FootnoteLink(1, file_id, path, text.sha256, hit.page, "", hit.start, hit.end, text.text)


def answer_of(link: FootnoteLink) -> Answer:
    return Answer(1, 1, "", "", "", False, AnswerState.FINISHED, (), (link,), (), "", (), 0.0, 0.0, "")


class Room:
    """A window on the library, with all that was opened in it timed."""

    def __init__(self, application: QApplication, library: Path) -> None:
        folders = data_folders(library)
        self._parts = build_parts(application, folders, engine_command(folders))
        self._window = FootnoteWindow(self._parts)
        self._window.resize(1280, 800)
        self._window.show()
        self._parts.client.start()
        run_until(lambda: self._parts.state.status is not None and self._parts.state.settings)

    def open(self, footnote: FootnoteLink) -> float:
        """Seconds until the marked words are painted."""
        shown: list[bool] = []
        begun = time.perf_counter()
        self._window.open_footnote(answer_of(footnote), 1)
        reader = self._window.reader
        assert reader is not None
        taken = reader.words_shown.connect(lambda: shown.append(True))
        run_until(lambda: shown)
        QApplication.processEvents()
        reader.repaint()
        seconds = time.perf_counter() - begun
        reader.words_shown.disconnect(taken)
        assert reader.source.marks.main() is not None
        return seconds

    def prepare(self, footnote: FootnoteLink) -> None:
        """What the window has done while a person reads the answer."""
        prepared: list[object] = []
        asked = m.PrepareSource(footnote.file_id, footnote.page)
        self._parts.client.call(m.PREPARE_SOURCE, asked, prepared.append)
        run_until(lambda: prepared)

    def close(self) -> None:
        self._window.close()
        QApplication.processEvents()


def run_until(true: Callable[[], object], seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        QApplication.processEvents()
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.0005)


def write_documents(folder: Path) -> None:
    for seed in range(COPIES):
        (folder / str(seed)).mkdir(parents=True)
        for name, make in MAKERS.items():
            (folder / str(seed) / name).write_bytes(make(seed, SIZES.get(name, SIZE)))


def measure(application: QApplication, library: Path, found: dict[str, list[FootnoteLink]]) -> dict[str, list[float]]:
    """Seconds by kind: `first`, and for each format `NAME file`, `NAME unprepared` and `NAME words`."""
    taken: dict[str, list[float]] = {}
    paths = sorted(found, key=lambda path: (Path(path).parent.name, Path(path).name))
    for start in range(STARTS):
        room = Room(application, library)
        for at, path in enumerate(paths[start % len(paths) :] + paths[: start % len(paths)]):
            new, *others = found[path]
            kind = "first" if at == 0 else f"{Path(path).name} {'unprepared' if start % 2 else 'file'}"
            if kind.endswith(" file"):
                room.prepare(new)
            taken.setdefault(kind, []).append(room.open(new))
            for link in others:
                taken.setdefault(f"{Path(path).name} words", []).append(room.open(link))
        room.close()
    return taken


def all_of(taken: dict[str, list[float]], kind: str) -> list[float]:
    return [second for name, seconds in taken.items() if name.endswith(kind) for second in seconds]


def main() -> int:
    application = make_application(["bench"])
    with tempfile.TemporaryDirectory() as scratch:
        folder, library = Path(scratch) / "documents", Path(scratch) / "library"
        write_documents(folder)
        taken = measure(application, library, links(library, folder))
    for kind, seconds in sorted(taken.items()):
        middle, worst = statistics.median(seconds) * 1000, max(seconds) * 1000
        print(f"{kind}: {middle:.0f} ms, at most {worst:.0f} ms ({len(seconds)} times)")
    for all_kind in (" unprepared", " file", " words"):
        print(f"all{all_kind}: {statistics.median(all_of(taken, all_kind)) * 1000:.0f} ms")
    if hasattr(os, "getloadavg"):
        print(f"load average: {os.getloadavg()[0]:.1f}")
    files, pages = statistics.median(all_of(taken, " file")), statistics.median(taken["report.pdf file"])
    broken = max(files, pages) > LIMIT
    if broken:
        print("BROKEN: the reader takes more than 150 ms to show the words")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
