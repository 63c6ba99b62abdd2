"""What the pointer does in the reader: words light their footnote in the answer, and words of a page are chosen."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.gui.page_picture import PagePicture
from desktop.gui.page_selection import PageSelection
from desktop.gui.window import FootnoteWindow
from desktop.protocol.reader_messages import Box, PageWord
from tests.gui.test_reader import reader, view, window

__all__ = ["window"]


def lit_sentences(window: FootnoteWindow) -> list[str]:
    return [s.cursor.selectedText()[:12] for s in view(window).text.extraSelections()]  # pyright: ignore[reportAttributeAccessIssue]  # a field in C++


def middle(picture: PagePicture, box: Box) -> QPoint:
    across, down = picture.width() / picture.shape.width(), picture.height() / picture.shape.height()
    return QPointF((box.left + box.right) / 2 * across, (box.top + box.bottom) / 2 * down).toPoint()


def on_a_page(qtbot: QtBot, window: FootnoteWindow) -> PagePicture:
    view(window).entries[1].click()
    qtbot.waitUntil(lambda: not reader(window).views.page.picture.shape.isEmpty())
    picture = reader(window).views.page.picture
    qtbot.waitUntil(lambda: picture.width() > 100 and bool(picture.boxes))
    return picture


def test_marked_words_under_the_pointer_light_their_footnote_and_sentence(qtbot: QtBot, window: FootnoteWindow) -> None:
    view(window).entries[3].click()
    qtbot.waitUntil(lambda: "tenancy" in reader(window).marked_words())
    text = reader(window).views.text
    (selection,) = text.extraSelections()
    marked = QTextCursor(text.document())
    marked.setPosition(selection.cursor.selectionStart() + 3)  # pyright: ignore[reportAttributeAccessIssue]  # a field in C++
    qtbot.waitUntil(lambda: text.viewport().rect().contains(text.cursorRect(marked).center()))
    surface: QWidget = text.viewport()
    qtbot.mouseMove(surface, text.cursorRect(marked).center())
    qtbot.waitUntil(lambda: bool(view(window).entries[3].property("lit")))
    assert lit_sentences(window) == ["If the rent "]
    qtbot.mouseMove(surface, QPoint(surface.width() - 2, surface.height() - 2))
    qtbot.waitUntil(lambda: not view(window).entries[3].property("lit") and not lit_sentences(window))


def test_marked_words_of_a_page_light_their_footnote(qtbot: QtBot, window: FootnoteWindow) -> None:
    picture = on_a_page(qtbot, window)
    place = middle(picture, picture.boxes[0])
    assert picture.note_at(place) in (1, 2) and picture.note_at(QPoint(1, 1)) == 0
    qtbot.mouseMove(picture, place)
    qtbot.waitUntil(lambda: bool(lit_sentences(window)))
    reader(window).close_pane()
    assert not lit_sentences(window), "what is not seen is not pointed at"


def test_words_of_a_page_are_chosen_and_copied(qtbot: QtBot, window: FootnoteWindow) -> None:
    picture, page = on_a_page(qtbot, window), reader(window).views.page
    first, second = (middle(picture, box) for box in picture.boxes)
    left = Qt.MouseButton.LeftButton
    qtbot.mousePress(picture, left, pos=first + QPoint(5, 0))
    qtbot.waitUntil(lambda: picture.chosen.known)
    qtbot.mouseMove(picture, second - QPoint(5, 0))
    qtbot.mouseRelease(picture, left, pos=second - QPoint(5, 0))
    qtbot.waitUntil(lambda: page.chosen_text() == "party\nmay")
    assert page.hasFocus()
    qtbot.keyClick(page, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "party\nmay"
    reader(window).copy_with_source()
    assert QGuiApplication.clipboard().text().startswith("“party\nmay” (")
    qtbot.mouseClick(picture, left, pos=first)
    assert page.chosen_text() == ""
    qtbot.keyClick(page, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert page.chosen_text() == "Either party\nmay end it."
    reader(window).tools.after.click()
    qtbot.waitUntil(lambda: page.chosen_text() == "")


def word(text: str, *boxes: tuple[float, float, float, float]) -> PageWord:
    return PageWord(text, tuple(Box(*box) for box in boxes))


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        ((0.1, 0.05), (0.6, 0.05), "one two"),
        ((0.6, 0.05), (0.1, 0.05), "one two"),  # backwards
        ((0.9, 0.06), (0.01, 0.34), "two\nthree"),  # beside the words: the nearest of that line
        ((0.5, 0.9), (0.5, 0.99), "four"),
    ],
)
def test_words_between_two_places(first: tuple[float, float], last: tuple[float, float], text: str) -> None:
    chosen = PageSelection()
    chosen.begin(QPointF(*first))
    chosen.extend(QPointF(*last))
    assert chosen.text() == "", "the words come later than the press"
    words = (
        word("one ", (0, 0, 40, 10)),
        word("two\n", (50, 0, 80, 10)),
        word("three ", (0, 30, 40, 40)),
        word("four", (50, 30, 80, 40), (0, 60, 20, 70)),
    )
    chosen.take(words, 100, 100)
    assert chosen.text() == text
    assert len(chosen.boxes()) <= text.count("\n") + 2, "one for each line, gaps and all"
