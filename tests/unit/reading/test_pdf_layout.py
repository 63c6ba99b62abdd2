"""From characters to lines and paragraphs without any PDF: odd characters, parted words, gaps, columns."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from desktop.reading.pdf_layout import ADDED, PageText, Rectangle, code_points, lines_of_page, page_text

SIZE = 10.0


@dataclass(frozen=True)
class Grid:
    """Characters of one width; `rows[i]` is (left, baseline) of each line. None: no place is known."""

    rows: Sequence[tuple[float, float]] | None
    text: str

    def box(self, index: int) -> Rectangle | None:
        if self.rows is None:
            return None
        before = self.text[:index]
        left, bottom = self.rows[before.count("\n") + before.count("\x02")]
        column = index - max(before.rfind("\n"), before.rfind("\x02")) - 1
        return Rectangle(left + 5 * column, bottom, left + 5 * column + 5, bottom + SIZE)

    def letter_size(self, index: int) -> float:
        return SIZE


def page(text: str, rows: Sequence[tuple[float, float]] | None) -> PageText:
    return page_text(lines_of_page(enumerate(text), Grid(rows, text)))


def down(count: int, left: float = 0, top: float = 700, pitch: float = 12) -> list[tuple[float, float]]:
    return [(left, top - pitch * number) for number in range(count)]


def test_halves_of_characters_become_one() -> None:
    assert list(code_points([0x41, 0xD835, 0xDCB3, 0xE000, 0x1F600])) == [
        (0, "A"),
        (2, "𝒳"),
        (3, "\ue000"),
        (4, "😀"),
    ]
    assert list(code_points([0xDC00, 0xD800, 0x41, 0xFFFFFFFF])) == [(2, "A")]


@pytest.mark.parametrize(
    ("text", "expected", "indices"),
    [
        ("a\0b\x01c", "abc", (0, 2, 4)),
        ("ofﬁce", "office", (0, 1, 2, 2, 3, 4)),
        ("a\u00a0b", "a b", (0, 1, 2)),
        ("\uf769n", "in", (0, 1)),
        ("so\u00adft", "soft", (0, 1, 3, 4)),
        ("  trimmed \r", "trimmed", (2, 3, 4, 5, 6, 7, 8)),
        ("\ud800x\ufffe", "x", (1,)),
        ("", "", ()),
    ],
)
def test_characters_and_their_places(text: str, expected: str, indices: tuple[int, ...]) -> None:
    found = page(text, None)
    assert (found.text, found.indices) == (expected, indices)


def test_every_place_is_that_of_its_character() -> None:
    text = "One line\r\nand the termi\x02nation of it\n\nNext"
    found = page(text, down(5))
    assert found.text == "One line\nand the termination of it\n\nNext"
    assert [text[index] for index in found.indices if index != ADDED] == list(found.text.replace("\n", ""))


def test_a_compound_keeps_its_hyphen() -> None:
    text = "a well\x02known thing\nknown so well"
    assert page(text, down(3)).text == "a well-known thing\nknown so well"


def test_a_gap_begins_a_paragraph() -> None:
    rows = [*down(4), *down(2, top=630)]
    assert page("aaaaaaaaaa\nbbbbbbbbbb\ncccccccccc\ndddddddddd\neeeeeeeeee\nffffffffff", rows).text.count("\n\n") == 1


def test_a_short_line_ends_a_paragraph_when_the_next_opens_one() -> None:
    assert page("a long line of words\nshort\nA new one begins now", down(3)).text.count("\n\n") == 1
    assert page("a long line of words\nshort\nand goes on down here", down(3)).text.count("\n\n") == 0


def test_a_column_begins_a_paragraph_and_a_wide_gap_does_not() -> None:
    assert "\n\n" in page("left column\nends here\nright column", [*down(2), (300, 700)]).text
    assert "\n\n" not in page("cell one\ncell two", [(0, 700), (300, 701)]).text


def test_without_places_all_is_one_paragraph() -> None:
    found = page("one\ntwo\nthree", None)
    assert len(found.paragraphs) == 1 and found.paragraphs[0].lines == 3
