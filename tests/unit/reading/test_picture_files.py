"""Picture files of every format: what stands on them once it is recognised, and how each broken one ends."""

import io
from pathlib import Path

import pytest

from desktop.domain.errors import FileProblem
from desktop.protocol.reader_messages import RenderPage, TextRange
from desktop.reading import picture_decoding, picture_file
from desktop.reading.page_rendering import PageRenderer
from desktop.reading.pictures import PictureReader, Pictures
from desktop.reading.png import png_of
from desktop.reading.recognised import RecognisedLine, RecognisedPage, RecognisedWord
from desktop.reading.recognised_pages import write_pages

Image = pytest.importorskip("PIL.Image", reason="the app was installed without text recognition")

FORMATS = ("png", "jpeg", "tiff", "bmp", "webp", "gif")
RED, WHITE, BLACK = (255, 0, 0), (255, 255, 255), (0, 0, 0)


def page(*words: str, width: int = 300, height: int = 200) -> RecognisedPage:
    lines = [
        RecognisedLine((RecognisedWord(word, 30, 20 + 60 * number, 150, 50 + 60 * number),), 0.9)
        for number, word in enumerate(words)
    ]
    return RecognisedPage(width, height, tuple(lines))


def written(picture: "Image.Image", kind: str = "png", **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def waiting_of(data: bytes, folder: Path) -> list[tuple[int, int, bytes]]:
    """Width, height and pixels of the pictures that the reader writes to be recognised."""
    pictures = Pictures(room=10, output=folder / "out")
    with pytest.raises(FileProblem):
        picture_file.read(data, PictureReader(pictures))
    assert pictures.waiting == len(pictures.written)
    return [(each.width, each.height, Path(each.pixels).read_bytes()) for each in pictures.written]


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_is_written_to_be_recognised(kind: str, tmp_path: Path) -> None:
    ((width, height, pixels),) = waiting_of(written(Image.new("RGB", (60, 40), RED), kind), tmp_path)
    assert (width, height, len(pixels)) == (60, 40, 60 * 40 * 3)
    assert all(abs(seen - meant) < 4 for seen, meant in zip(pixels[:3], RED, strict=True))


def test_what_was_recognised_is_its_text() -> None:
    data = written(Image.new("RGB", (300, 200), WHITE))
    document = picture_file.read(data, PictureReader(Pictures({"1": page("First", "Second")})))
    assert (document.text, document.format, document.title) == ("First\n\nSecond", "image", "")
    assert [(span.number, span.start, span.end) for span in document.pages] == [(1, 0, 13)]
    assert [document.text[block.start : block.end] for block in document.blocks] == ["First", "Second"]


def test_each_picture_of_a_tiff_is_a_page_and_moving_ones_have_one() -> None:
    pictures = [Image.new("RGB", (300, 200), colour) for colour in (RED, WHITE, BLACK)]
    known = Pictures({"1": page("One"), "2": page(), "3": page("Three")})
    tiff = written(pictures[0], "tiff", save_all=True, append_images=pictures[1:])
    document = picture_file.read(tiff, PictureReader(known))
    assert document.text == "One\n\nThree"
    assert [(span.start, span.end) for span in document.pages] == [(0, 3), (3, 3), (5, 10)]
    moving = written(pictures[0], "gif", save_all=True, append_images=pictures[1:])
    assert picture_file.read(moving, PictureReader(known)).text == "One"


def test_a_tiff_of_too_many_pages_says_what_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [Image.new("1", (300, 200), 1)] * 4
    tiff = written(pages[0], "tiff", save_all=True, append_images=pages[1:])
    known = Pictures({str(number): page("Word") for number in range(1, 5)})
    assert picture_file.read(tiff, PictureReader(known)).note == ""
    monkeypatch.setattr(picture_decoding, "MAX_PAGES", 3)
    document = picture_file.read(tiff, PictureReader(known))
    assert len(document.pages) == 3
    assert document.note.startswith("Only the first 3 of its 4 pages are read.")


def test_pictures_are_seen_as_they_are_meant(tmp_path: Path) -> None:
    lying = Image.new("RGB", (60, 40), WHITE)
    lying.paste(RED, (0, 0, 60, 10))
    exif = Image.Exif()
    exif[0x0112] = 6  # the top of the scene is on the right
    ((width, height, pixels),) = waiting_of(written(lying, "png", exif=exif), tmp_path)
    assert (width, height) == (40, 60)
    assert pixels[39 * 3 : 40 * 3] == bytes(RED) and pixels[:3] == bytes(WHITE)
    ((_, _, clear),) = waiting_of(written(Image.new("RGBA", (60, 40), (0, 0, 0, 0))), tmp_path)
    assert set(clear) == {255}
    ((_, _, deep),) = waiting_of(written(Image.new("I;16", (60, 40), 0x8000)), tmp_path)
    assert set(deep) == {128}


def test_large_pictures_are_made_smaller(tmp_path: Path) -> None:
    ((width, height, _),) = waiting_of(written(Image.new("1", (6000, 4000), 1), "tiff"), tmp_path)
    assert width * height <= 4_500_000 < (width + 2) * (height + 2)


@pytest.mark.parametrize(
    ("data", "state", "words"),
    [
        (b"\xff\xd8\xff", "failed", "damaged"),
        (b"just words", "failed", "damaged"),
        (png_of(60, 40, b"\0" * 7200)[:60], "failed", "damaged"),
        (written(Image.new("1", (20_000, 20_000))), "too_large", "pixels"),
        (written(Image.new("RGB", (300, 8))), "empty", "no text"),
    ],
)
def test_pictures_that_cannot_be_read(data: bytes, state: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(FileProblem) as caught:
        picture_file.read(data, PictureReader(Pictures(room=1, output=tmp_path / "out")))
    assert caught.value.state == state and words in caught.value.title


@pytest.mark.parametrize(("known", "state"), [({}, "needs_ocr"), ({"1": page()}, "empty"), ({"1": None}, "needs_ocr")])
def test_pictures_without_words(known: dict[str, RecognisedPage | None], state: str) -> None:
    with pytest.raises(FileProblem) as caught:
        picture_file.read(written(Image.new("RGB", (60, 40))), PictureReader(Pictures(known)))
    assert caught.value.state == state


def test_a_picture_is_shown_with_its_words_marked(tmp_path: Path) -> None:
    path, output = tmp_path / "a.png", tmp_path / "shown.png"
    path.write_bytes(written(Image.new("RGB", (600, 400), WHITE)))
    write_pages({"1": page("First", "Second")}, tmp_path / "known")
    asked = RenderPage(str(path), 1, 0.5, (TextRange(7, 13),), str(output), str(tmp_path / "known"))
    shown = PageRenderer().render(asked)
    with Image.open(output) as seen:
        assert (shown.width, shown.height) == seen.size
    assert 290 <= shown.width <= 298 and shown.pages == 1
    ((box,),) = shown.boxes
    assert box.left == pytest.approx(30 * shown.width / 300)
    assert box.top == pytest.approx(80 * shown.height / 200)
    with pytest.raises(FileProblem, match="can't be shown"):
        PageRenderer().render(RenderPage(str(path), 2, 0.5, (), str(output)))
