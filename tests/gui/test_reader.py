"""The reader opens on the words: text, lines, pages; and says what became of a file since the answer."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from desktop.gui.answer_view import AnswerView
from desktop.gui.reader_pane import ReaderPane
from desktop.gui.theme import READER_NARROWEST
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
    (selection,) = reader(window).views.text.extraSelections()
    # an astral letter stands before the words: Qt counts it twice, we once
    assert selection.cursor.selectedText() == words.replace("\n", " ")
    qtbot.waitUntil(lambda: says(window, "unchanged since the answer ✓"))


def test_the_words_are_in_view(qtbot: QtBot, window: FootnoteWindow, tmp_path: Path) -> None:
    path = tmp_path / "Contracts" / "letter-03.md"
    path.write_text("Another line.\n" * 3000 + path.read_text(encoding="utf-8"), encoding="utf-8")
    view(window).entries[3].click()
    qtbot.waitUntil(lambda: "tenancy at once" in reader(window).marked_words())
    text = reader(window).views.text

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
    qtbot.waitUntil(lambda: reader(window).views.text.toPlainText() == "Nothing of it is left.")
    assert says(window, "Cited then: “a landlord whose tenant is two months late")


def test_a_file_that_is_gone_says_so(qtbot: QtBot, window: FootnoteWindow, tmp_path: Path) -> None:
    (tmp_path / "Contracts" / "letter-03.md").unlink()
    view(window).entries[3].click()
    qtbot.waitUntil(lambda: window.reader is not None and says(window, "no longer there"))


def test_code_has_line_numbers(qtbot: QtBot, window: FootnoteWindow) -> None:
    view(window).entries[4].click()
    qtbot.waitUntil(lambda: window.reader is not None and reader(window).marked_words() != "")
    assert reader(window).marked_words() == "Four per cent a year, from the eighth day on."
    assert reader(window).views.code.numbers_width() > 0
    assert reader(window).footer.open_in_app.isHidden(), "opening a script would run it"


def test_a_page_is_a_picture_with_the_words_marked(qtbot: QtBot, window: FootnoteWindow) -> None:
    view(window).entries[1].click()
    qtbot.waitUntil(lambda: not reader(window).views.page.picture.shape.isEmpty())
    picture = reader(window).views.page.picture
    assert len(picture.boxes) == 2
    assert picture.rect().contains(picture.marked().toRect())
    assert says(window, "p. 7 of 12")
    qtbot.waitUntil(lambda: says(window, "unchanged since the answer ✓"))
    reader(window).tools.after.click()
    qtbot.waitUntil(lambda: says(window, "p. 8 of 12") and not picture.boxes)
    reader(window).tools.other_view.click()
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
    window.splitter.setSizes([240, 600, 440])
    window.splitter.splitterMoved.emit(0, 0)
    width = reader(window).width()
    window.escape()
    assert not reader(window).isVisible()
    assert window.parts.memory.get("reader_width") == width >= READER_NARROWEST


@pytest.mark.parametrize("narrow", [720, 800, 865])
def test_in_a_narrow_window_the_side_column_gives_way_to_the_reader(
    qtbot: QtBot, window: FootnoteWindow, narrow: int
) -> None:
    window.resize(narrow, 700)
    assert window.side.isVisible()
    view(window).entries[3].click()
    qtbot.waitUntil(lambda: reader(window).isVisible() and not window.side.isVisible())
    page = window.splitter.widget(1)
    qtbot.waitUntil(lambda: page.geometry().right() < reader(window).geometry().left())
    assert reader(window).width() >= READER_NARROWEST
    assert reader(window).geometry().right() < window.splitter.width()
    window.escape()
    assert window.side.isVisible() and window.parts.memory.get("side_width") != 0
    view(window).entries[3].click()
    window.resize(1000, 700)
    qtbot.waitUntil(window.side.isVisible)


def test_the_rest_of_a_long_file_comes_as_one_scrolls(qtbot: QtBot, window: FootnoteWindow, tmp_path: Path) -> None:
    path = tmp_path / "Contracts" / "letter-03.md"
    lines = [f"Line number {n} 𝒙 of the letter.\n" for n in range(4000)]
    whole = "".join(lines[:2000]) + path.read_text(encoding="utf-8") + "".join(lines[2000:])
    path.write_text(whole, encoding="utf-8")
    view(window).entries[3].click()
    qtbot.waitUntil(lambda: "tenancy at once" in reader(window).marked_words())
    text = reader(window).views.text
    assert 0 < text.shown_start < text.shown_end < len(whole)

    def scrolled(to_end: bool) -> bool:
        bar = text.verticalScrollBar()
        bar.setValue(bar.maximum() if to_end else 0)
        return text.shown_end == len(whole) if to_end else text.shown_start == 0

    qtbot.waitUntil(lambda: scrolled(True))
    qtbot.waitUntil(lambda: scrolled(False))
    # a soft line end is shown as a space, and a mark of Markdown not at all
    assert text.toPlainText().split() == whole.replace("#", "").split()
    (selection,) = text.extraSelections()
    assert selection.cursor.selectedText().split() == reader(window).marked_words().split()


def looks(window: FootnoteWindow) -> dict[int, str]:
    """How the words of each footnote are marked in the open file."""
    return {mark.n: mark.look for mark in reader(window).source.marks.all()}


def test_all_footnotes_of_the_answer_in_this_file_are_marked(qtbot: QtBot, window: FootnoteWindow) -> None:
    view(window).entries[1].click()
    qtbot.waitUntil(lambda: not reader(window).views.page.picture.shape.isEmpty())
    assert looks(window) == {1: "mark", 2: "faint"}
    reader(window).next.click()
    qtbot.waitUntil(lambda: looks(window) == {2: "mark", 1: "faint"})


def test_a_footnote_under_the_pointer_lights_its_words(qtbot: QtBot, window: FootnoteWindow) -> None:
    view(window).entries[1].click()
    qtbot.waitUntil(lambda: not reader(window).views.page.picture.shape.isEmpty())
    view(window).text.sentence_hovered.emit(1)  # carried by 2 and 3
    assert looks(window) == {1: "mark", 2: "lit"}
    assert view(window).entries[2].property("lit") and view(window).entries[3].property("lit")
    view(window).text.sentence_hovered.emit(-1)
    assert looks(window) == {1: "mark", 2: "faint"}
    view(window).entries[1].pointed_at.emit(True)
    assert looks(window) == {1: "lit", 2: "faint"}
    assert view(window).text.extraSelections(), "its sentence is lit too"
    view(window).entries[1].pointed_at.emit(False)
    reader(window).footer.footnote_hovered.emit(2)
    assert looks(window)[2] == "lit" and view(window).entries[2].property("lit")


def test_files_of_an_answer_are_prepared(qtbot: QtBot, window: FootnoteWindow, calls: Callable[[], list[str]]) -> None:
    qtbot.waitUntil(lambda: {"prepare 1 7", "prepare 2 0", "prepare 3 0"} <= set(calls()))


def test_searching_in_a_text(qtbot: QtBot, window: FootnoteWindow, tmp_path: Path) -> None:
    path = tmp_path / "Contracts" / "letter-03.md"
    path.write_text(path.read_text(encoding="utf-8") + "Another line.\n\n" * 4000 + "The Needle.", encoding="utf-8")
    view(window).entries[3].click()
    qtbot.waitUntil(lambda: "tenancy at once" in reader(window).marked_words())
    window.reader and window.reader.search()
    finder, text = reader(window).finder, reader(window).views.text
    assert finder.isVisible()
    qtbot.keyClicks(finder.field, "needle")
    qtbot.waitUntil(lambda: finder.count.text() == "1 of 1")
    qtbot.waitUntil(lambda: text.shown_end > 50_000)

    def in_view() -> bool:
        hit = [s for s in text.extraSelections() if s.cursor.selectedText() == "Needle"]
        return len(hit) == 1 and text.viewport().rect().contains(text.cursorRect(hit[0].cursor).center())

    qtbot.waitUntil(in_view)
    finder.field.setText("another LINE")
    qtbot.waitUntil(lambda: finder.count.text().endswith("of 4,000"))
    before = finder.count.text()
    qtbot.keyClick(finder.field, Qt.Key.Key_Return)
    assert finder.count.text() != before
    qtbot.keyClick(finder.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert finder.count.text() == before
    finder.field.setText("no such words")
    qtbot.waitUntil(lambda: finder.count.text() == "Not found")
    view(window).entries[4].click()
    qtbot.waitUntil(lambda: "Four per cent" in reader(window).marked_words())
    assert finder.isVisible() and finder.count.text() == "", "nothing was searched in this file yet"
    qtbot.keyClick(finder.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: finder.count.text() == "Not found")
    window.escape()
    assert not finder.isVisible() and reader(window).isVisible()


def test_the_place_in_a_file_is_kept(qtbot: QtBot, window: FootnoteWindow, tmp_path: Path) -> None:
    path = tmp_path / "Contracts" / "letter-03.md"
    path.write_text("".join(f"Line number {n}.\n\n" for n in range(3000)), encoding="utf-8")
    window.open_file(2, str(path))
    text = reader(window).views.text
    qtbot.waitUntil(lambda: text.toPlainText().startswith("Line number 0."))
    text.verticalScrollBar().setValue(2000)
    kept = text.place()
    assert kept > 0
    view(window).entries[1].click()
    qtbot.waitUntil(lambda: not reader(window).views.page.picture.shape.isEmpty())
    window.open_file(2, str(path))
    qtbot.waitUntil(lambda: reader(window).views.currentWidget() is text)
    qtbot.waitUntil(lambda: abs(text.place() - kept) < 1500)
    reader(window).close_pane()


def test_copying_words_with_their_source(qtbot: QtBot, window: FootnoteWindow) -> None:
    view(window).entries[1].click()
    qtbot.waitUntil(lambda: not reader(window).views.page.picture.shape.isEmpty())
    reader(window).copy_with_source()
    words = "Either party may terminate this Lease on three months' written notice"
    assert QGuiApplication.clipboard().text() == f"“{words}” (lease-2024.pdf, p. 7)"
    view(window).entries[3].click()
    qtbot.waitUntil(lambda: "tenancy" in reader(window).marked_words())
    reader(window).views.text.selectAll()
    reader(window).views.text.copy()
    assert QGuiApplication.clipboard().text().startswith("Arrears\n")
    reader(window).copy_with_source()
    assert QGuiApplication.clipboard().text().endswith("(letter-03.md)")


def test_text_is_made_larger(qtbot: QtBot, window: FootnoteWindow) -> None:
    view(window).entries[3].click()
    qtbot.waitUntil(lambda: "tenancy" in reader(window).marked_words())
    text = reader(window).views.text
    size = text.document().size().height()
    reader(window).tools.larger.click()
    assert text.document().size().height() > size
    reader(window).tools.smaller.click()
    assert text.document().size().height() == size


def test_a_missing_file_shows_the_words_as_they_were_cited(
    qtbot: QtBot, window: FootnoteWindow, tmp_path: Path, calls: Callable[[], list[str]]
) -> None:
    path = tmp_path / "Contracts" / "letter-03.md"
    text = path.read_text(encoding="utf-8")
    path.unlink()
    view(window).entries[3].click()
    qtbot.waitUntil(lambda: window.reader is not None and says(window, "tenancy at once"))
    path.write_text(text, encoding="utf-8")
    reader(window).views.problem.again.click()
    qtbot.waitUntil(lambda: "tenancy" in reader(window).marked_words())
    assert "rescan" in calls()
