"""Text recognition end to end, with the real networks: a mixed PDF, and what is left of a scan that is forgotten."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.domain.files import FileState
from desktop.platform_support.paths import data_folders
from desktop.protocol import engine_messages as m
from desktop.reading.ocr_client import RecognitionChoice
from desktop.reading.pdf_pages import PdfFile
from tests.engine.test_forgetting import holding
from tests.support.running_engine import RunningEngine
from tests.unit.reading.samples import pdf_of, scan_of, words_at

PRINTED = "The harbour master counts seventeen herons"
TYPED = "The lighthouse was painted green in the spring."

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
    with PdfFile(pdf_of(words_at(40, 200, PRINTED, 14))) as pdf:
        page = pdf.page(1)
        assert page is not None
        with page:
            picture = page.render(2.0)
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "mixed.pdf").write_bytes(scan_of(picture, words_at(40, 200, TYPED)))
    return folder


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
