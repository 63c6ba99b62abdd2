"""The boxes on a rendered page enclose exactly the words of the range: compared with the ink of the page itself."""

import struct
import zlib
from pathlib import Path

import pytest

from desktop.domain.documents import Document
from desktop.domain.errors import FileProblem
from desktop.protocol.reader_messages import Anchor, Box, PageRendered, RenderPage, TextRange
from desktop.reading import pdf
from desktop.reading.page_rendering import PageRenderer
from desktop.reading.png import png_of
from tests.support.pdf import pdf_bytes
from tests.unit.reading.samples import pdf_of, words_at

SCALE = 2.0


def pixels_of(path: Path) -> tuple[int, int, bytes]:
    """(width, height, RGB rows) of a PNG as we write them: one data chunk, no filters."""
    data = path.read_bytes()
    width, height = struct.unpack(">II", data[16:24])
    at = data.index(b"IDAT")
    (length,) = struct.unpack(">I", data[at - 4 : at])
    rows = zlib.decompress(data[at + 4 : at + 4 + length])
    row = width * 3 + 1
    return width, height, b"".join(rows[y * row + 1 : (y + 1) * row] for y in range(height))


def render(path: Path, document: Document, words: str, number: int = 1) -> PageRendered:
    start = document.text.index(words)
    output = path.with_suffix(".png")
    return PageRenderer().render(
        RenderPage(str(path), number, SCALE, (TextRange(start, start + len(words)),), str(output))
    )


def ink_box(path: Path, within: Box) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of the dark pixels in a region."""
    width, height, pixels = pixels_of(path.with_suffix(".png"))
    dark = [
        (x, y)
        for y in range(max(0, int(within.top)), min(height, int(within.bottom) + 1))
        for x in range(max(0, int(within.left)), min(width, int(within.right) + 1))
        if pixels[(y * width + x) * 3] < 128
    ]
    assert dark, "no ink where words should be"
    return min(x for x, _ in dark), min(y for _, y in dark), max(x for x, _ in dark), max(y for _, y in dark)


def write(path: Path, data: bytes) -> Document:
    path.write_bytes(data)
    return pdf.read(data)


@pytest.mark.parametrize("page", [b"", b"/Rotate 90", b"/Rotate 180", b"/CropBox [20 30 380 280]"])
def test_box_holds_the_ink_of_its_line(tmp_path: Path, page: bytes) -> None:
    path = tmp_path / "a.pdf"
    document = write(path, pdf_of(words_at(60, 200, "Hallo") + words_at(60, 100, "Other"), page=page))
    rendered = render(path, document, "Hallo")
    ((box,),) = rendered.boxes
    width, height, _ = pixels_of(path.with_suffix(".png"))
    assert (rendered.width, rendered.height, rendered.pages) == (width, height, 1)
    margin = 6
    wide = Box(box.left - margin, box.top - margin, box.right + margin, box.bottom + margin)
    left, top, right, bottom = ink_box(path, wide)
    # all ink around is inside the box, and the box goes no more than a letter's margin beyond it
    assert box.left - 1 <= left and right <= box.right + 1 and box.top - 1 <= top and bottom <= box.bottom + 1
    assert left - box.left < 8 or top - box.top < 8


def test_a_range_over_two_lines_has_two_boxes(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    document = write(path, pdf_of(words_at(50, 250, "first line of words") + words_at(50, 236, "second line here.")))
    ((upper, lower),) = render(path, document, "of words\nsecond line").boxes
    assert upper.bottom <= lower.top + 4 and upper.left > lower.left and lower.right < upper.right + 40


def test_part_of_a_word_on_a_later_page(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    document = write(path, pdf_bytes([["Page one words"], [], ["The rent is due monthly"]]))
    ((rent,),) = render(path, document, "rent", number=3).boxes
    ((due,),) = render(path, document, "due", number=3).boxes
    assert rent.right < due.left and abs(rent.top - due.top) < 1
    assert render(path, document, "Page one", number=3).boxes == ((),)


def test_a_parted_word_is_marked_on_both_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    document = write(path, pdf_of(words_at(50, 250, "about the termi-") + words_at(50, 236, "nation of it.")))
    assert len(render(path, document, "termination").boxes[0]) == 2


def test_pages_are_turned_in_an_open_file_and_a_changed_file_is_read_again(tmp_path: Path) -> None:
    path, output = tmp_path / "a.pdf", tmp_path / "a.png"
    renderer = PageRenderer()
    path.write_bytes(pdf_bytes([["one"], ["two"]]))
    assert renderer.render(RenderPage(str(path), 2, 1.0, (), str(output))).pages == 2
    path.write_bytes(pdf_bytes([["one"], ["two"], ["three"]]))
    assert renderer.render(RenderPage(str(path), 2, 1.0, (), str(output))).pages == 3


@pytest.mark.parametrize("number", [0, 2, 999])
def test_no_such_page(tmp_path: Path, number: int) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf_bytes([["one"]]))
    with pytest.raises(FileProblem, match="can't be shown"):
        PageRenderer().render(RenderPage(str(path), number, 1.0, (), str(tmp_path / "a.png")))


def test_a_picture_never_fills_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf_of(words_at(50, 200, "x"), page=b"/MediaBox [0 0 14400 14400]"))
    rendered = PageRenderer().render(RenderPage(str(path), 1, 5.0, (), str(tmp_path / "a.png")))
    assert rendered.width * rendered.height <= 41_000_000


def test_png_has_the_pixels(tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    path.write_bytes(png_of(2, 1, b"\1\2\3\4\5\6"))
    assert pixels_of(path) == (2, 1, b"\1\2\3\4\5\6")


def test_several_ranges_have_boxes_each(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    document = write(path, pdf_bytes([["The rent is due monthly"]]))
    ranges = tuple(TextRange(at := document.text.index(word), at + len(word)) for word in ("due", "rent"))
    asked = RenderPage(str(path), 1, 1.0, ranges, str(tmp_path / "a.png"))
    (due,), (rent,) = PageRenderer().render(asked).boxes
    assert rent.right < due.left


@pytest.mark.parametrize(
    ("page_start", "anchors"),
    [
        (0, ()),
        (-1, (Anchor(100, "The rent"),)),
        (-1, (Anchor(7, "not on it"), Anchor(102, "e"), Anchor(104, "rent"))),
    ],
    ids=["known", "by the first words", "by words that stand there once"],
)
def test_the_start_of_a_page_need_not_be_counted(tmp_path: Path, page_start: int, anchors: tuple[Anchor, ...]) -> None:
    """The offsets of a document that is not the file's own show which way was taken."""
    path = tmp_path / "a.pdf"
    write(path, pdf_bytes([["Page one words"], ["The rent is due monthly"]]))
    shift = max(page_start, 0) if not anchors else 100
    asked = RenderPage(
        str(path), 2, 1.0, (TextRange(shift + 4, shift + 8),), str(tmp_path / "a.png"), "", page_start, anchors
    )
    plain = RenderPage(str(path), 2, 1.0, (TextRange(16 + 4, 16 + 8),), str(tmp_path / "b.png"))
    assert PageRenderer().render(asked).boxes == PageRenderer().render(plain).boxes != ((),)


def test_all_words_of_a_page_are_told_with_their_places(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    document = write(path, pdf_bytes([["The first page."], ["Either party may", "end the lease."]]))
    output = str(path.with_suffix(".png"))
    page = PageRenderer().render(RenderPage(str(path), 2, 0.2, (), output, words=True))
    assert "".join(word.text for word in page.words).split() == "Either party may end the lease.".split()
    assert "".join(word.text for word in page.words) in document.text
    assert all(len(word.boxes) == 1 for word in page.words)
    lefts = [word.boxes[0].left for word in page.words]
    assert lefts[:3] == sorted(lefts[:3]) and page.words[3].boxes[0].top > page.words[2].boxes[0].top
    assert PageRenderer().render(RenderPage(str(path), 2, 0.2, (), output)).words == ()
