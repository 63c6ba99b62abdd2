"""Asking in the real window: words stream, footnotes appear, sentences without support say so, nothing is lost."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from desktop.gui.answer_view import AnswerView
from desktop.gui.controls import Button
from desktop.gui.footnote_entry import SourceEntry
from desktop.gui.window import FootnoteWindow
from tests.gui.conftest import OpenWindow

Calls = Callable[[], list[str]]


def ask(qtbot: QtBot, window: FootnoteWindow, question: str) -> AnswerView:
    """Types the question and presses Enter; returns once its answer is under way."""
    draft = window.conversation.composer.draft
    count = len(window.conversation.views)
    qtbot.keyClicks(draft, question)
    qtbot.keyClick(draft, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(window.conversation.views) == count + 1)
    return window.conversation.views[-1]


def ended(qtbot: QtBot, window: FootnoteWindow) -> None:
    qtbot.waitUntil(lambda: window.parts.asking.under_way is None)


def texts(view: QWidget) -> list[str]:
    return [label.text() for label in view.findChildren(QLabel) if not label.isHidden()]


def button(view: QWidget, name: str) -> Button:
    return next(b for b in view.findChildren(Button) if b.accessibleName() == name)


def test_an_answer_streams_and_gets_footnotes(qtbot: QtBot, open_window: OpenWindow, tmp_path: Path) -> None:
    window = open_window("slow")
    view = ask(qtbot, window, "How long is the notice?")
    qtbot.waitUntil(lambda: view.text.toPlainText() == "Either side may end")
    assert view.answer is None
    assert window.conversation.composer.send.accessibleName() == "Stop"
    (tmp_path / "go").touch()
    ended(qtbot, window)
    assert list(view.entries) == [1, 2, 3, 4]
    assert "notice.1" in view.text.toPlainText()
    assert window.conversation.composer.send.accessibleName() == "Send"
    assert window.conversation.composer.draft.toPlainText() == ""


def test_an_unsupported_sentence_is_set_apart_and_says_so(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window()
    view = ask(qtbot, window, "How long?")
    ended(qtbot, window)
    document = view.text.document()
    blocks = [document.findBlockByNumber(n).text() for n in range(document.blockCount())]
    assert blocks[1] == "┄ The deposit is returned within a week.\u2028(not found in your files)"
    assert len(blocks) == 3


def test_stopping_works_at_once_and_keeps_the_words(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window("slow")
    view = ask(qtbot, window, "How long is the notice?")
    qtbot.waitUntil(lambda: "Either" in view.text.toPlainText())
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert "Stopping…" in texts(view)
    ended(qtbot, window)
    assert "Either side may end" in view.text.toPlainText()
    qtbot.waitUntil(lambda: "You stopped this answer." in texts(view))


def test_a_failed_answer_can_be_asked_again(qtbot: QtBot, open_window: OpenWindow, calls: Calls) -> None:
    window = open_window()
    view = ask(qtbot, window, "fail")
    ended(qtbot, window)
    assert any("could not be loaded" in text for text in texts(view))
    button(view, "Ask again").click()
    qtbot.waitUntil(lambda: sum(call.endswith("fail") for call in calls()) == 2)
    ended(qtbot, window)


def test_what_is_not_in_the_files_shows_the_nearest_passages(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window()
    view = ask(qtbot, window, "Who owns the moon?")
    ended(qtbot, window)
    assert "Not in your files" in texts(view)
    passages = view.findChildren(SourceEntry)
    assert len(passages) == 3
    passages[2].click()
    qtbot.waitUntil(lambda: window.reader is not None and "two months late" in window.reader.marked_words())


def test_a_follow_up_shows_what_was_searched_for(qtbot: QtBot, open_window: OpenWindow, calls: Calls) -> None:
    window = open_window()
    view = ask(qtbot, window, "how long is it")
    ended(qtbot, window)
    qtbot.waitUntil(lambda: "Searched for: How long is the lease's notice?" in texts(view))
    button(view, "Search as I wrote it").click()
    qtbot.waitUntil(lambda: any("True how long is it" in call for call in calls()))
    ended(qtbot, window)


def test_a_killed_engine_loses_neither_draft_nor_conversation(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window("slow")
    view = ask(qtbot, window, "How long is the notice?")
    qtbot.waitUntil(lambda: "Either side" in view.text.toPlainText())
    qtbot.keyClicks(window.conversation.composer.draft, "the next question")
    with qtbot.waitSignals([window.parts.client.engine_lost, window.parts.client.engine_started]):
        os.kill(window.parts.client.pid, signal.SIGKILL)
    assert "Either side" in view.text.toPlainText()
    assert any("stopped in the middle" in text for text in texts(view))
    assert window.conversation.composer.draft.toPlainText() == "the next question"
    assert window.page == "conversation"
    assert button(view, "Ask again").isEnabled()


def test_three_crashes_show_the_problem_page_and_keep_the_draft(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window("mute", ready=False)
    qtbot.keyClicks(window.conversation.composer.draft, "written in vain?")
    qtbot.waitUntil(lambda: window.page == "problem")
    page = window.pages["problem"]
    assert any("engine.log" in text for text in texts(page))
    button(page, "Try again").click()
    assert window.page == "conversation"
    assert window.conversation.composer.draft.toPlainText() == "written in vain?"
    qtbot.waitUntil(lambda: window.page == "problem")


def test_a_draft_belongs_to_its_conversation_and_outlives_the_window(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window()
    draft = window.conversation.composer.draft
    qtbot.keyClicks(draft, "for a new one")
    window.open_conversation(1)
    qtbot.waitUntil(lambda: window.conversation.conversation_id == 1)
    assert draft.toPlainText() == ""
    qtbot.keyClicks(draft, "for the first")
    window.begin_new()
    assert draft.toPlainText() == "for a new one"
    window.close()
    again = open_window()
    assert again.conversation.composer.draft.toPlainText() == "for a new one"
    again.open_conversation(1)
    qtbot.waitUntil(lambda: again.conversation.conversation_id == 1)
    assert again.conversation.composer.draft.toPlainText() == "for the first"


def test_going_away_and_coming_back_while_an_answer_is_written(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path
) -> None:
    window = open_window("slow")
    ask(qtbot, window, "How long is the notice?")
    qtbot.waitUntil(lambda: window.conversation.conversation_id is not None)
    here = window.conversation.conversation_id
    assert here is not None
    window.open_conversation(1)
    qtbot.waitUntil(lambda: window.conversation.conversation_id == 1)
    window.open_conversation(here)
    qtbot.waitUntil(lambda: window.conversation.conversation_id == here)
    qtbot.waitUntil(lambda: "Either side may end" in window.conversation.views[-1].text.toPlainText())
    (tmp_path / "go").touch()
    ended(qtbot, window)
    assert list(window.conversation.views[-1].entries) == [1, 2, 3, 4]


def test_what_the_model_writes_is_never_markup(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window()
    view = ask(qtbot, window, "How long?")
    ended(qtbot, window)
    hostile = "<a href='file:///etc/passwd'>x</a> <img src='http://h/i.png'> [l](http://h) \ufffc \ufdd0 **b**"
    view.text.show_text(hostile)
    assert view.text.toPlainText() == hostile.replace("\ufffc", "\ufffd").replace("\ufdd0", "\ufffd")
    assert view.text.loadResource(2, QUrl("file:///etc/hostname")) is None


def test_the_copied_answer_has_its_footnotes(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window()
    view = ask(qtbot, window, "How long?")
    ended(qtbot, window)
    button(view, "Copy answer with footnotes").click()
    copied = QGuiApplication.clipboard().text()
    assert "three months' notice.¹" in copied
    assert "week. (not found in your files)" in copied
    assert "¹ lease-2024.pdf, p. 7: “Either party" in copied


def test_sentence_and_footnote_light_up_together(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window()
    view = ask(qtbot, window, "How long?")
    ended(qtbot, window)
    view.text.sentence_hovered.emit(1)
    assert [n for n, entry in view.entries.items() if entry.property("lit")] == [2, 3]
    assert len(view.text.extraSelections()) == 1
    view.text.sentence_hovered.emit(-1)
    view.entries[1].pointed_at.emit(True)
    (selection,) = view.text.extraSelections()
    assert "three months" in selection.cursor.selectedText()


def test_what_does_not_fit_of_a_choice_is_cut_with_an_ellipsis(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window()
    models = window.conversation.composer.models
    qtbot.waitUntil(lambda: models.currentText() != "")
    models.setFixedWidth(400)
    assert models.shown_text() == models.currentText()
    models.setFixedWidth(90)
    shown = models.shown_text()
    assert shown.endswith("…") and models.currentText().startswith(shown[:-1])
    assert models.accessibleName() and not models.grab().isNull()
