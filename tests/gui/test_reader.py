"""The reader opens on the words: text, lines, pages; and says what became of a file since the answer."""

from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from desktop.gui.answer_view import AnswerView
from desktop.gui.reader_pane import ReaderPane
from desktop.gui.window import FootnoteWindow
from tests.gui.conftest import OpenWindow


@pytest.fixture
def window(qtbot: QtBot, open_window: OpenWindow) -> FootnoteWindow:
    """With the answer that the fake engine keeps on screen."""
    window = open_window()
    window.open_conversation(1)
    qtbot.waitUntil(lambda: len(window.conversation.views) == 1)
    return window


def view(window: FootnoteWindow) -> AnswerView:
    return window.conversation.views[0]


def reader(window: FootnoteWindow) -> ReaderPane:
    assert window.reader is not None
    return window.reader


def says(window: FootnoteWindow, words: str) -> bool:
    return any(words in label.text() for label in reader(window).findChildren(QLabel) if not label.isHidden())


def test_a_number_in_the_text_opens_the_reader_on_the_words(qtbot: QtBot, window: FootnoteWindow) -> None:
    view(window).text.anchorClicked.emit(QUrl("footnote:3"))
    qtbot.waitUntil(lambda: bool(reader(window).marked_words()))
    words = "a landlord whose\ntenant is two months late may end the tenancy at once"
    assert reader(window).marked_words() == words
    (selection,) = reader(window).text.extraSelections()
    # an astral letter stands before the words: Qt counts it twice, we once
    assert selection.cursor.selectedText().replace("\u2029", "\n") == words
    qtbot.waitUntil(lambda: says(window, "unchanged since the answer ✓"))


def test_the_words_are_in_view(qtbot: QtBot, window: FootnoteWindow, tmp_path: Path) -> None:
    path = tmp_path / "Contracts" / "letter-03.md"
    path.write_text("Another line.\n" * 3000 + path.read_text(encoding="utf-8"), encoding="utf-8")
    view(window).entries[3].click()
    qtbot.waitUntil(lambda: "tenancy at once" in reader(window).marked_words())
    text = reader(window).text

    def in_view() -> bool:
        marked = text.extraSelections()[0]
        place = text.cursorRect(marked.cursor)
        return text.verticalScrollBar().value() > 0 and text.viewport().rect().contains(place.center())

    qtbot.waitUntil(in_view)
    assert says(window, "has changed since the answer; the words are still here")


def test_words_that_are_gone_are_not_made_up(qtbot: QtBot, window: FootnoteWindow, tmp_path: Path) -> None:
    (tmp_path / "Contracts" / "letter-03.md").write_text("Nothing of it is left.", encoding="utf-8")
    view(window).entries[3].click()
    qtbot.waitUntil(lambda: window.reader is not None and says(window, "no longer in it"))
    assert reader(window).marked_words() == ""
    assert reader(window).text.toPlainText() == "Nothing of it is left."


def test_a_file_that_is_gone_says_so(qtbot: QtBot, window: FootnoteWindow, tmp_path: Path) -> None:
    (tmp_path / "Contracts" / "letter-03.md").unlink()
    view(window).entries[3].click()
    qtbot.waitUntil(lambda: window.reader is not None and says(window, "no longer there"))


def test_code_has_line_numbers(qtbot: QtBot, window: FootnoteWindow) -> None:
    view(window).entries[4].click()
    qtbot.waitUntil(lambda: window.reader is not None and reader(window).marked_words() != "")
    assert reader(window).marked_words() == "Four per cent a year, from the eighth day on."
    assert reader(window).code.numbers_width() > 0
    assert reader(window).open_in_app.isHidden(), "opening a script would run it"


def test_a_page_is_a_picture_with_the_words_marked(qtbot: QtBot, window: FootnoteWindow) -> None:
    view(window).entries[1].click()
    qtbot.waitUntil(lambda: not reader(window).page.picture.shape.isEmpty())
    picture = reader(window).page.picture
    assert len(picture.boxes) == 2
    assert picture.rect().contains(picture.marked().toRect())
    assert says(window, "p. 7 of 12")
    qtbot.waitUntil(lambda: says(window, "unchanged since the answer ✓"))
    reader(window).page_after.click()
    qtbot.waitUntil(lambda: says(window, "p. 8 of 12") and not picture.boxes)
    reader(window).as_text.click()
    qtbot.waitUntil(lambda: "Either party" in reader(window).marked_words())


def test_footnotes_are_stepped_through(qtbot: QtBot, window: FootnoteWindow) -> None:
    view(window).entries[3].click()
    qtbot.waitUntil(lambda: "tenancy" in reader(window).marked_words())
    reader(window).next.click()
    qtbot.waitUntil(lambda: "Four per cent" in reader(window).marked_words())
    reader(window).previous.click()
    qtbot.waitUntil(lambda: "tenancy" in reader(window).marked_words())


def test_escape_closes_the_reader_and_its_width_is_kept(qtbot: QtBot, window: FootnoteWindow) -> None:
    view(window).entries[3].click()
    qtbot.waitUntil(lambda: reader(window).isVisible())
    window.splitter.setSizes([240, 700, 340])
    window.splitter.splitterMoved.emit(0, 0)
    width = reader(window).width()
    window.escape()
    assert not reader(window).isVisible()
    assert window.parts.memory.get("reader_width") == width


def test_the_rest_of_a_long_file_comes_as_one_scrolls(qtbot: QtBot, window: FootnoteWindow, tmp_path: Path) -> None:
    path = tmp_path / "Contracts" / "letter-03.md"
    lines = [f"Line number {n} 𝒙 of the letter.\n" for n in range(8000)]
    whole = "".join(lines[:4000]) + path.read_text(encoding="utf-8") + "".join(lines[4000:])
    path.write_text(whole, encoding="utf-8")
    view(window).entries[3].click()
    qtbot.waitUntil(lambda: "tenancy at once" in reader(window).marked_words())
    text = reader(window).text
    assert 0 < text.shown_start < text.shown_end < len(whole)

    def scrolled(to_end: bool) -> bool:
        bar = text.verticalScrollBar()
        bar.setValue(bar.maximum() if to_end else 0)
        return text.shown_end == len(whole) if to_end else text.shown_start == 0

    qtbot.waitUntil(lambda: scrolled(True))
    qtbot.waitUntil(lambda: scrolled(False))
    assert text.toPlainText() == whole
    (selection,) = text.extraSelections()
    assert selection.cursor.selectedText().replace("\u2029", "\n") == reader(window).marked_words()
