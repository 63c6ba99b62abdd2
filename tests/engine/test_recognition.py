"""Text recognition end to end, with the real networks: a mixed PDF, and what is left of a scan that is forgotten."""

import contextlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from desktop.domain.files import FileState
from desktop.platform_support.paths import data_folders
from desktop.protocol import engine_messages as m
from desktop.reading.ocr_client import MODULE, RecognitionChoice
from tests.engine.test_forgetting import holding
from tests.support.running_engine import RunningEngine
from tests.support.slow_files import scan
from tests.unit.reading.samples import words_at

PRINTED = "The harbour master counts seventeen herons"
TYPED = "The lighthouse was painted green in the spring."
BUSY = 0.7  # seconds of processor time: past the start, which takes 0.45, and far from the end of the page
PATIENT = 10.0

pytestmark = pytest.mark.skipif(
    not RecognitionChoice(data_folders().recognition).is_installed,
    reason="text recognition is not installed: python3 -m installer setup",
)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[RunningEngine]:
    with RunningEngine(tmp_path / "library") as engine:
        yield engine


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A PDF whose first page is text and whose second is a picture of printed words."""
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "mixed.pdf").write_bytes(scanned(words_at(40, 200, PRINTED, 14), 2.0))
    return folder


def scanned(printed: bytes, scale: float) -> bytes:
    return scan(printed, scale, words_at(40, 200, TYPED))


def test_a_page_that_is_a_picture_is_found_shown_and_forgotten(engine: RunningEngine, folder: Path) -> None:
    engine.add(folder)
    (file,) = engine.call(m.LIST_FILES, m.ListFiles("", "", 0, 10, "path", False)).files
    assert (file.state, file.reason) == (FileState.INDEXED, "")
    found = engine.search("seventeen herons")[0]
    assert found.text == f"{TYPED}\n\n{PRINTED}"
    at = found.start + found.text.index("seventeen")
    page = engine.call(m.OPEN_PAGE, m.OpenPage(file.id, 2, 1.0, (m.TextRange(at, at + len("seventeen")),)))
    ((box,),) = page.boxes
    # printed 40 points from the left, 100 from the top of a page of 400 by 300
    assert 200 < box.left < box.right < 285 and 80 < box.top < 100 < box.bottom < 115
    assert holding(engine.data, "herons")
    status = engine.status()
    report = engine.call(m.FORGET_FOLDER, m.FolderId(status.folders[0].id))
    assert report.found_in == () and holding(engine.data, "herons") == set()


def test_recognition_can_be_turned_off_and_on(engine: RunningEngine, folder: Path) -> None:
    engine.call(m.CHANGE_SETTING, m.Setting("recognise_text", "false"))
    engine.add(folder)
    assert engine.search("lighthouse painted green")[0].text == TYPED
    (file,) = engine.call(m.LIST_FILES, m.ListFiles("", "", 0, 10, "path", False)).files
    assert file.state is FileState.INDEXED and "1 page is a picture" in file.reason
    engine.call(m.CHANGE_SETTING, m.Setting("recognise_text", "true"))
    engine.wait_for(lambda _: any(PRINTED in passage.text for passage in engine.search("seventeen herons")))


def test_the_pane_opens_files_while_a_page_is_recognised(engine: RunningEngine, folder: Path) -> None:
    """Held in the middle of the page: whatever waited for text recognition would wait for ever."""
    lines = [words_at(20, 290 - 7 * n, f"Line {n} counts herons and gulls on the sea wall", 6) for n in range(40)]
    columns = [words_at(210, 290 - 7 * n, f"Column {n} counts the boats in the harbour", 6) for n in range(40)]
    (folder / "dense.pdf").write_bytes(scanned(b"".join([*lines, *columns]), 3.0))
    (folder / "mixed.pdf").unlink()
    (folder / "boat.txt").write_text("The password of the boathouse is marmalade.")
    engine.call(m.ADD, m.Paths((str(folder),)))
    recognition = busy_recognition(engine)
    recognition.suspend()
    try:
        boat, dense = (engine.call(m.LIST_FILES, m.ListFiles("", name, 0, 1)).files[0] for name in ("boat", "dense"))
        started = time.monotonic()
        assert engine.call(m.OPEN_TEXT, m.OpenText(boat.id, 0, 100, False)).text.endswith("marmalade.")
        assert engine.call(m.OPEN_TEXT, m.OpenText(dense.id, 0, 100, False)).text == TYPED
        assert engine.call(m.OPEN_PAGE, m.OpenPage(dense.id, 2, 1.0, ())).width == 400
        assert time.monotonic() - started < PATIENT
        assert engine.status().progress.phase == "recognising" and recognition.is_running()
        (folder / "late.txt").write_text("The ferry leaves from the old jetty.")
        assert engine.wait_until_found("jetty")
    finally:
        recognition.resume()


def busy_recognition(engine: RunningEngine) -> psutil.Process:
    """The process of text recognition, once it is at work on a page."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for child in psutil.Process(engine.child.pid).children():
            with contextlib.suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
                if MODULE in child.cmdline() and child.cpu_times().user > BUSY:
                    return child
        threading.Event().wait(0.01)
    raise AssertionError("nothing was recognised")
