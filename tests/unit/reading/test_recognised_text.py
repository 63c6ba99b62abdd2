"""Recognised lines become text in reading order, with the place of every character."""

from itertools import pairwise

from desktop.reading.pdf_layout import Rectangle
from desktop.reading.recognised import RecognisedLine, RecognisedPage, RecognisedWord
from desktop.reading.recognised_text import RecognisedPlaces, recognised_text

HEIGHT = 20
LETTER = 10


def line(left: int, top: int, text: str, height: int = HEIGHT) -> RecognisedLine:
    """Every letter and space is ten pixels wide."""
    words: list[RecognisedWord] = []
    at = left
    for word in text.split(" "):
        words.append(RecognisedWord(word, at, top, at + LETTER * len(word), top + height))
        at += LETTER * (len(word) + 1)
    return RecognisedLine(tuple(words), 0.99)


def page(*lines: RecognisedLine) -> RecognisedPage:
    return RecognisedPage(1000, 1400, lines)


def test_lines_in_order_of_the_page_and_paragraphs_by_their_distance() -> None:
    found = recognised_text(
        page(
            line(100, 200, "and ends here."),
            line(100, 170, "The first paragraph goes on"),
            line(100, 300, "The second one stands apart"),
            line(100, 330, "from it by much."),
        )
    )
    first, second = "The first paragraph goes on\nand ends here.", "The second one stands apart\nfrom it by much."
    assert found.text == f"{first}\n\n{second}"
    assert [found.text[part.start : part.end] for part in found.paragraphs] == [first, second]
    assert {part.size for part in found.paragraphs} == {0.0}


def test_a_table_is_read_row_by_row_also_when_it_is_not_quite_level() -> None:
    found = recognised_text(
        page(
            line(700, 105, "411.00"),
            line(100, 100, "Pump"),
            line(100, 130, "Valve"),
            line(700, 136, "12.50"),
            line(400, 132, "two"),
        )
    )
    assert found.text == "Pump 411.00\nValve two 12.50"


def test_columns_of_running_text_are_read_one_after_the_other() -> None:
    left = [f"left column line number {number}" for number in range(5)]
    right = [f"right column line number {number}" for number in range(5)]
    lines = [line(80, 100, "A title that stands above both of the columns and is wide")]
    lines += [line(80, 200 + 30 * number, text) for number, text in enumerate(left)]
    lines += [line(560, 200 + 30 * number, text) for number, text in enumerate(right)]
    lines += [line(80, 400, "Below them a line goes across the whole page once again")]
    text = recognised_text(page(*lines[::-1])).text
    order = [lines[0].text, *left, *right, lines[-1].text]
    places = [text.index(part) for part in order]
    assert all(before < after for before, after in pairwise(places))


def test_a_word_parted_at_a_lines_end_is_whole_again() -> None:
    found = recognised_text(page(line(100, 100, "about the termi-"), line(100, 130, "nation of the lease")))
    assert found.text == "about the termination of the lease"


def test_every_character_has_the_place_of_its_word() -> None:
    scan = page(line(100, 130, "second line"), line(100, 100, "first one"), line(600, 100, "beside"))
    found, places = recognised_text(scan), RecognisedPlaces(scan)
    assert found.text == "first one beside\nsecond line"
    boxes = {word: places.box(found.indices[found.text.index(word)]) for word in ("one", "beside", "second")}
    assert boxes == {
        "one": Rectangle(160, 1280, 190, 1300),
        "beside": Rectangle(600, 1280, 660, 1300),
        "second": Rectangle(100, 1250, 160, 1270),
    }
    spaces = [found.indices[place] for place, character in enumerate(found.text) if character.isspace()]
    assert [places.box(index) for index in spaces] == [None, None, None, None]
    assert places.box(-1) is None and places.box(1_000) is None


def test_nothing_recognised_is_no_text() -> None:
    assert recognised_text(page()).text == ""
