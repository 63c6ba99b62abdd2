"""The reader unseen: names, roles, the order of Tab, keys, and where the marked words are said to be."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.gui.reader_telling import opened_text, view_text
from desktop.gui.source_marks import CITED, Mark, Marks
from desktop.gui.source_place import SourcePlace
from desktop.gui.window import FootnoteWindow
from desktop.protocol.source_messages import SourceView
from tests.gui.test_keyboard import press
from tests.gui.test_reader import reader, view, window

__all__ = ["window"]

ROLES = {
    QAccessible.Role.Button,
    QAccessible.Role.StaticText,
    QAccessible.Role.EditableText,
    QAccessible.Role.Client,  # a page: a picture in a view that scrolls
}


def by_tab(window: FootnoteWindow) -> list[QWidget]:
    """What Tab reaches in the reader, from its first control on."""
    first: QWidget = reader(window).previous
    found, at = [first], first.nextInFocusChain()
    while at is not first:
        reached = at.isVisible() and at.isEnabled() and at.focusPolicy() & Qt.FocusPolicy.TabFocus
        if reached and reader(window).isAncestorOf(at):
            found.append(at)
        at = at.nextInFocusChain()
    return found


def said(widget: QWidget, what: QAccessible.Text = QAccessible.Text.Name) -> str:
    return QAccessible.queryAccessibleInterface(widget).text(what)


def on_a_page(qtbot: QtBot, window: FootnoteWindow) -> None:
    view(window).entries[1].click()
    qtbot.waitUntil(lambda: bool(reader(window).views.page.picture.boxes))
    qtbot.waitUntil(lambda: reader(window).views.page.isVisible() and reader(window).footer.copy.isVisible())


def test_tab_goes_from_top_to_bottom_and_everything_has_a_name(qtbot: QtBot, window: FootnoteWindow) -> None:
    on_a_page(qtbot, window)
    controls = by_tab(window)
    above = ["Footnote before", "Next footnote", "Close the reader", "Page before", "Next page", "As text"]
    below = ["Footnote 2", "Open in its app", "Show in folder", "Copy with source"]
    assert [said(control) for control in controls] == [
        *above,
        *("Smaller", "Larger", "Search in this file", "Page of the file"),
        *below,
    ]
    for opened in (3, 4):
        view(window).entries[opened].click()
        qtbot.waitUntil(lambda: bool(reader(window).marked_words()))
        reader(window).search()
        controls = by_tab(window)
        assert all(said(control) for control in controls)
        assert {QAccessible.queryAccessibleInterface(control).role() for control in controls} <= ROLES


def test_footnotes_are_stepped_through_by_keys(qtbot: QtBot, window: FootnoteWindow) -> None:
    view(window).entries[3].click()
    qtbot.waitUntil(lambda: "tenancy" in reader(window).marked_words())
    press(qtbot, window, "Alt+Right")
    qtbot.waitUntil(lambda: "Four per cent" in reader(window).marked_words())
    press(qtbot, window, "Alt+Left")
    qtbot.waitUntil(lambda: "tenancy" in reader(window).marked_words())


def test_a_view_says_what_is_marked_in_it_and_where(qtbot: QtBot, window: FootnoteWindow) -> None:
    on_a_page(qtbot, window)
    told = said(reader(window).views.page, QAccessible.Text.Description)
    assert told.startswith("Page 7 of 12. Marked: “Either party may terminate")
    assert told.endswith("”, near the top of the page")
    press(qtbot, window, "Ctrl+PgDown")
    qtbot.waitUntil(lambda: said(reader(window).views.page, QAccessible.Text.Description) == "Page 8 of 12")
    view(window).entries[3].click()
    qtbot.waitUntil(lambda: "tenancy" in reader(window).marked_words())
    told = said(reader(window).views.text, QAccessible.Text.Description)
    assert told == "§ Arrears. Marked: “a landlord whose tenant is two months late may end the tenancy at once”"


def test_what_is_said_when_a_file_is_opened(qtbot: QtBot, window: FootnoteWindow) -> None:
    view(window).entries[3].click()
    qtbot.waitUntil(lambda: "tenancy" in reader(window).marked_words())
    place, source = reader(window).place, reader(window).source
    assert place is not None
    assert opened_text(place, "Marked: “x”") == "Footnote 3, letter-03.md. Marked: “x”"
    long = SourcePlace(1, "/f/rents.xlsx", None, "", 0, 900, "word " * 100, "", words="Sheet ‘Rent’, B2:B9")
    source.view, source.marks = SourceView.GRID, Marks((Mark(0, 900, CITED, 1),))
    told = view_text(long, source, None)
    assert told.startswith("Sheet ‘Rent’, B2:B9. Marked: “word word") and told.endswith("word …”") and len(told) < 250
    source.marks = Marks()
    assert opened_text(long, view_text(long, source, None)) == "rents.xlsx. Sheet ‘Rent’, B2:B9"
