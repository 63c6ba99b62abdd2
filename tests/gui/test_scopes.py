"""What an @ in the question opens, by keys and by mouse; undoing a rewritten question; why a passage was found."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from desktop.domain.answers import FoundPassage, Why
from desktop.gui.controls import Button
from desktop.gui.footnote_entry import SourceEntry
from desktop.gui.scope_popup import ROW, ScopePopup
from desktop.gui.window import FootnoteWindow
from desktop.gui.wording import why_text
from tests.gui.conftest import OpenWindow

Calls = Callable[[], list[str]]


def opened(qtbot: QtBot, window: FootnoteWindow, typed: str) -> ScopePopup:
    """Types into the focused composer and waits for the list."""
    window.conversation.focus_composer()
    composer = window.conversation.composer
    qtbot.waitUntil(composer.draft.hasFocus)
    qtbot.keyClicks(composer.draft, typed)
    qtbot.waitUntil(lambda: composer.scopes.open)
    assert composer.scopes.popup is not None
    return composer.scopes.popup


def names(popup: ScopePopup) -> list[str]:
    return [popup.items.item(n).text() for n in range(popup.items.rowCount())]


def test_an_at_sign_opens_a_list_that_tab_takes_from(qtbot: QtBot, open_window: OpenWindow, calls: Calls) -> None:
    window = open_window()
    draft = window.conversation.composer.draft
    popup = opened(qtbot, window, "How long in @tax")
    assert names(popup) == ["Tax letters"]
    assert [call for call in calls() if call.startswith("suggest")] == ["suggest tax"], "asked once, after the keys"
    qtbot.keyClick(draft, Qt.Key.Key_Tab)
    assert draft.toPlainText() == 'How long in @"Tax letters" '
    assert draft.hasFocus() and not popup.isVisible()
    qtbot.keyClick(draft, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: any('How long in @"Tax letters"' in call for call in calls()))
    qtbot.waitUntil(lambda: window.parts.asking.under_way is None)


def test_arrows_go_round_and_enter_takes_without_sending(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window()
    draft = window.conversation.composer.draft
    popup = opened(qtbot, window, "@")
    assert len(names(popup)) == 6
    qtbot.keyClick(draft, Qt.Key.Key_Up)
    qtbot.keyClick(draft, Qt.Key.Key_Return)
    assert draft.toPlainText() == "@last-month "
    assert not window.conversation.views


def test_esc_closes_the_list_and_nothing_else(qtbot: QtBot, open_window: OpenWindow, calls: Calls) -> None:
    window = open_window()
    draft = window.conversation.composer.draft
    popup = opened(qtbot, window, "@con")
    qtbot.keyClick(draft, Qt.Key.Key_Escape)
    assert not popup.isVisible() and draft.toPlainText() == "@con"
    qtbot.keyClicks(draft, "t")
    later = window.conversation.composer.scopes.findChild(QTimer)
    assert later is not None and not later.isActive()
    qtbot.keyClick(draft, Qt.Key.Key_Return)  # the closed list takes no key
    qtbot.waitUntil(lambda: any(call.endswith("@cont") for call in calls()))
    qtbot.waitUntil(lambda: window.parts.asking.under_way is None)


def test_nothing_opens_inside_a_word_or_without_suggestions(
    qtbot: QtBot, open_window: OpenWindow, calls: Calls
) -> None:
    window = open_window()
    popup = opened(qtbot, window, "mail ada@con @con")
    assert [call for call in calls() if call.startswith("suggest")] == ["suggest con"]
    qtbot.keyClicks(window.conversation.composer.draft, "zzz")
    qtbot.waitUntil(lambda: not popup.isVisible())


def test_a_click_takes_and_the_rest_of_the_word_goes(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window()
    draft = window.conversation.composer.draft
    draft.setPlainText("𝒙 @xxtracts is it?")
    cursor = draft.textCursor()
    cursor.setPosition(6)
    cursor.movePosition(QTextCursor.MoveOperation.Left, QTextCursor.MoveMode.KeepAnchor, 2)
    draft.setTextCursor(cursor)
    popup = opened(qtbot, window, "con")
    place = popup.list.visualRect(popup.items.index(0, 0)).center()
    qtbot.mouseClick(popup.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert draft.toPlainText() == "𝒙 @Contracts is it?"
    assert draft.hasFocus()
    qtbot.keyClicks(draft, "how ")
    assert draft.toPlainText() == "𝒙 @Contracts how is it?"


def test_the_list_stands_above_the_composer_and_goes_with_the_focus(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window()
    composer = window.conversation.composer
    composer.scope.click()
    qtbot.waitUntil(lambda: composer.scopes.open)
    popup = composer.scopes.popup
    assert popup is not None and composer.draft.toPlainText() == "@"
    assert popup.height() >= 6 * ROW
    for height in (window.height(), 520):
        window.resize(window.width(), height)
        corner = composer.mapTo(window, composer.rect().topLeft())
        qtbot.waitUntil(lambda corner=corner: popup.geometry().bottom() < composer.mapTo(window, corner * 0).y())
        assert popup.geometry().top() >= 0 and popup.width() == composer.width()
    composer.models.setFocus()
    assert not popup.isVisible()


def test_a_rewritten_question_is_undone_before_its_answer_is_there(
    qtbot: QtBot, open_window: OpenWindow, calls: Calls, tmp_path: Path
) -> None:
    window = open_window("slow")
    draft = window.conversation.composer.draft
    qtbot.keyClicks(draft, "how long is it")
    qtbot.keyClick(draft, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(window.conversation.views) and bool(window.conversation.views[0].text.toPlainText()))
    undo = next(b for b in window.conversation.views[0].findChildren(Button) if b.text() == "Search as I wrote it")
    undo.click()
    qtbot.waitUntil(lambda: any("True how long is it" in call for call in calls()))
    (tmp_path / "go").touch()
    qtbot.waitUntil(lambda: len(window.conversation.views) == 2 and window.parts.asking.under_way is None)
    again = window.conversation.views[1]
    assert again.answer is not None and again.answer.standalone == "how long is it"
    assert not any("Searched for" in part.text() for part in again.findChildren(QLabel))


def test_the_passages_of_an_answer_say_why_and_open(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window()
    draft = window.conversation.composer.draft
    qtbot.keyClicks(draft, "why so long?")
    qtbot.keyClick(draft, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(window.conversation.views) and window.conversation.views[0].answer is not None)
    view = window.conversation.views[0]
    toggle = next(b for b in view.findChildren(Button) if b.accessibleName() == "Found in 4 passages")
    rows = [entry for entry in view.findChildren(SourceEntry) if entry not in view.entries.values()]
    assert not rows
    qtbot.waitUntil(toggle.isVisible)  # Qt shows what is new a turn later
    toggle.setFocus()
    qtbot.waitUntil(toggle.hasFocus)
    qtbot.keyClick(toggle, Qt.Key.Key_Return)
    rows = [entry for entry in view.findChildren(SourceEntry) if entry not in view.entries.values()]
    assert rows[0].accessibleDescription().startswith("Words: notice, lease (no. 1, 9.5)")
    qtbot.waitUntil(rows[0].isVisible)
    qtbot.keyClick(toggle, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is rows[0]
    qtbot.keyClick(rows[0], Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.reader is not None and window.reader.isVisible())
    toggle.click()
    assert not rows[0].isVisible()


def test_why_in_words() -> None:
    def why(told: Why | None) -> str:
        return why_text(FoundPassage(1, 1, "a.pdf", 0, 1, None, "x", 33.91, "", told))

    assert why(None) == ""
    both = Why(("notice",), 1, 9.53, 2, 0.612, ("lease",))
    assert why(both) == "Words: notice (no. 1, 9.5)  ·  Meaning: no. 2, 0.61  ·  File name: lease  ·  Score: 33.9"
    assert why(Why((), None, 0.0, None, None)) == "Score: 33.9"
