"""The real networks behind the real walls: printed words are read at their places, however the picture lies."""

import threading
import time
from collections.abc import Callable, Iterator

import psutil
import pytest

from desktop.platform_support.paths import user_data
from desktop.protocol.reader_messages import WaitingPicture
from desktop.reading.ocr_client import Recogniser, RecognitionChoice
from desktop.reading.ocr_letters import ALL, LATIN
from desktop.reading.pdf_pages import PdfFile
from desktop.reading.picture import Picture
from desktop.reading.recognised import RecognisedPage
from tests.support.pdf import pdf_bytes
from tests.unit.reading.samples import pdf_of, words_at

MODELS = user_data() / "recognition"
LINES = ("The rent of 411 euros is due on Friday.", "Käufer zahlt für größere Mengen", "Invoice No. 2024-0815")

pytestmark = pytest.mark.skipif(
    not RecognitionChoice(MODELS).is_installed, reason="text recognition is not installed: python3 -m installer setup"
)


@pytest.fixture(scope="module", params=[ALL, LATIN])
def recogniser(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recogniser]:
    folder = tmp_path_factory.mktemp("pictures")
    recogniser = Recogniser(RecognitionChoice(MODELS, request.param), folder, folder / "words")
    yield recogniser
    recogniser.close()


@pytest.fixture(scope="module")
def letter() -> Picture:
    """Printed lines, 60 points apart, drawn at two pixels a point on a page of 400 by 300 points."""
    content = b"".join(words_at(40, 240 - 60 * number, words, 14) for number, words in enumerate(LINES))
    with PdfFile(pdf_of(content)) as pdf:
        page = pdf.page(1)
        assert page is not None
        with page:
            return page.render(2.0)


def recognised(recogniser: Recogniser, picture: Picture) -> RecognisedPage:
    pixels = recogniser.pictures / "picture"
    pixels.write_bytes(picture.pixels)
    page = recogniser.recognise(WaitingPicture("1", str(pixels), picture.width, picture.height))
    assert page is not None and (page.width, page.height) == (picture.width, picture.height)
    return page


def quarter_turned(picture: Picture) -> Picture:
    """With the clock."""
    rows = [picture.pixels[y * picture.width * 3 : (y + 1) * picture.width * 3] for y in range(picture.height)]
    columns = (b"".join(row[x * 3 : x * 3 + 3] for row in reversed(rows)) for x in range(picture.width))
    return Picture(picture.height, picture.width, b"".join(columns))


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_printed_words_are_read_at_their_places_however_the_picture_lies(
    recogniser: Recogniser, letter: Picture, turns: int
) -> None:
    picture = letter
    for _ in range(turns):
        picture = quarter_turned(picture)
    page = recognised(recogniser, picture)
    assert sorted(line.text for line in page.lines) == sorted(LINES)
    words = {word.text: word for line in page.lines for word in line.words}
    for text, (x, y) in {"rent": (160, 110), "Friday.": (520, 110), "Käufer": (121, 230)}.items():
        width, height = letter.width, letter.height
        for _ in range(turns):
            x, y, width, height = height - y, x, height, width
        word = words[text]
        assert word.left - 4 < x < word.right + 4 and word.top < y < word.bottom, text


@pytest.mark.parametrize("recogniser", [LATIN], indirect=True)
def test_it_holds_its_breath_between_two_lines_while_it_is_paused(recogniser: Recogniser) -> None:
    """Measured by the processor time of its process, the rest of which it takes when it goes on."""
    lines = [f"Clause {n}: the tenant keeps room {n} in order and pays in advance." for n in range(12)]
    with PdfFile(pdf_bytes([lines])) as pdf:
        page = pdf.page(1)
        assert page is not None
        with page:
            picture = page.render(2.0)
    recognised(recogniser, Picture(64, 64, b"\xff" * 64 * 64 * 3))  # so that it runs
    assert recogniser.pid is not None
    process, pages = psutil.Process(recogniser.pid), list[RecognisedPage]()

    def used() -> float:
        return sum(process.cpu_times()[:2])

    def rests() -> bool:
        before = used()
        threading.Event().wait(0.5)
        return used() == before

    before = used()
    working = threading.Thread(target=lambda: pages.append(recognised(recogniser, picture)))
    working.start()
    assert eventually(lambda: used() > before)
    recogniser.pause(True)
    assert eventually(rests)
    still = used()
    working.join(0.5)
    assert working.is_alive() and used() - still < 0.05
    recogniser.pause(False)
    working.join(60)
    assert len(pages[0].lines) == len(lines) and used() > still + 0.05


def eventually(holds: Callable[[], bool]) -> bool:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if holds():
            return True
        threading.Event().wait(0.01)
    return False


def test_a_picture_without_words_has_none(recogniser: Recogniser) -> None:
    blank = Picture(600, 400, b"\xff" * 600 * 400 * 3)
    assert recognised(recogniser, blank).lines == ()
