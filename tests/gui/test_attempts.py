"""Several attempts at a question in the window: asked, stepped through, compared, rated, edited, gone on with."""

import dataclasses
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel
from pytestqt.qtbot import QtBot

from desktop.domain.answers import AnswerMode
from desktop.gui.answer_notes import notes_of
from desktop.gui.answer_view import AnswerView
from desktop.gui.comparison import Comparison, differences
from desktop.gui.controls import Button
from desktop.gui.conversation_export import file_title
from desktop.gui.footnote_entry import SourceEntry
from desktop.gui.window import FootnoteWindow
from tests.gui.canned import answer, write_sources
from tests.gui.conftest import OpenWindow
from tests.gui.test_conversation import Calls, ask, button, ended, texts


def asked_twice(qtbot: QtBot, window: FootnoteWindow, question: str = "How long is the notice?") -> AnswerView:
    view = ask(qtbot, window, question)
    ended(qtbot, window)
    button(view, "Answer again; this attempt is kept").click()
    qtbot.waitUntil(lambda: len(view.attempts) == 2)
    return view


def test_another_attempt_is_kept_beside_the_first(qtbot: QtBot, open_window: OpenWindow, calls: Calls) -> None:
    window = open_window()
    view = asked_twice(qtbot, window)
    assert view.text.toPlainText().startswith("Each side")
    qtbot.waitUntil(lambda: "2 of 2" in texts(view))
    button(view, "Attempt before").click()
    assert view.text.toPlainText().startswith("Either side")
    qtbot.waitUntil(lambda: any(call.startswith("choose ") for call in calls()))
    assert sum(call.startswith("ask ") and " again " in call for call in calls()) == 1
    assert len(window.conversation.views) == 1


def test_attempts_come_back_with_the_conversation(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window()
    asked_twice(qtbot, window)
    this = window.conversation.conversation_id
    assert this is not None
    window.open_conversation(1)
    qtbot.waitUntil(lambda: window.conversation.conversation_id == 1)
    window.open_conversation(this)
    qtbot.waitUntil(lambda: window.conversation.conversation_id == this and bool(window.conversation.views))
    (view,) = window.conversation.views
    assert (len(view.attempts), view.attempts.place) == (2, 2)


def test_a_question_is_edited_in_place(qtbot: QtBot, open_window: OpenWindow, calls: Calls) -> None:
    window = open_window()
    view = ask(qtbot, window, "How long?")
    ended(qtbot, window)
    button(view, "Edit the question and ask again").click()
    assert view.heading.editor is not None
    view.heading.editor.setPlainText("How long is the notice?")
    qtbot.keyClick(view.heading.editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(view.attempts) == 2)
    assert view.heading.question == "How long is the notice?"
    assert any(call.endswith("again 2 How long is the notice?") for call in calls())
    button(view, "Attempt before").click()
    assert view.heading.question == "How long?"


def test_giving_up_an_edit_asks_nothing(qtbot: QtBot, open_window: OpenWindow, calls: Calls) -> None:
    window = open_window()
    view = ask(qtbot, window, "How long?")
    ended(qtbot, window)
    view.heading.begin()
    assert view.heading.editor is not None
    qtbot.keyClick(view.heading.editor, Qt.Key.Key_Escape)
    assert view.heading.editor is None
    assert sum(call.startswith("ask ") for call in calls()) == 1


def test_two_attempts_are_compared(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window()
    view = asked_twice(qtbot, window)
    compare = button(view, "Compare")
    compare.click()
    (comparison,) = view.findChildren(Comparison)
    assert comparison.left.toPlainText().startswith("Either")
    assert comparison.right.toPlainText().startswith("Each")
    marked = [selection.cursor.selectedText() for selection in comparison.right.extraSelections()]  # pyright: ignore[reportAttributeAccessIssue]  # a field in C++
    assert marked == ["Each"]
    button(view, "Compare").click()
    assert view.text.toPlainText().startswith("Each")


def test_what_differs_is_told_by_words() -> None:
    gone, new = differences("Three months, at once.", "Three whole months at once!")
    assert gone == ((12, 13), (21, 22))
    assert new == ((6, 11), (26, 27))
    assert differences("Same.", "Same.") == ((), ())


def test_a_rating_is_kept_and_taken_back(qtbot: QtBot, open_window: OpenWindow, calls: Calls) -> None:
    window = open_window()
    view = ask(qtbot, window, "How long?")
    ended(qtbot, window)
    button(view, "Good answer").click()
    qtbot.waitUntil(lambda: "rate 2 1" in calls())
    good = [b for b in view.findChildren(Button) if b.accessibleName() == "Good answer"][-1]
    assert good.isChecked()
    good.click()
    qtbot.waitUntil(lambda: "rate 2 0" in calls())


def test_own_words_stand_in_place_of_the_answer_without_footnotes(
    qtbot: QtBot, open_window: OpenWindow, calls: Calls
) -> None:
    window = open_window()
    view = ask(qtbot, window, "How long?")
    ended(qtbot, window)
    view.edit()
    view.body.words_written.emit("Three months.")
    assert view.text.toPlainText() == "Three months."
    assert not view.entries
    qtbot.waitUntil(lambda: "Your own words. Nothing in them was checked." in texts(view))
    qtbot.waitUntil(lambda: "edit 2 Three months." in calls())
    button(view, "Show the answer").click()
    assert view.text.toPlainText().startswith("Either side")
    assert len(view.entries) == 4
    view.edit()
    assert view.answer is not None
    view.body.words_written.emit(view.answer.text)
    qtbot.waitUntil(lambda: "edit 2 None" in calls())
    assert len(view.entries) == 4


def test_an_answer_that_was_cut_goes_on(qtbot: QtBot, open_window: OpenWindow, calls: Calls) -> None:
    window = open_window()
    view = asked_twice(qtbot, window)
    qtbot.waitUntil(lambda: "This answer came to its longest length." in texts(view))
    button(view, "Continue the answer where it was").click()
    ended(qtbot, window)
    assert any(call.startswith("continue ") for call in calls())
    assert len(view.attempts) == 2
    assert "This answer came to its longest length." not in texts(view)


def test_the_mode_is_asked_with_and_kept(qtbot: QtBot, open_window: OpenWindow, calls: Calls) -> None:
    window = open_window()
    mode = window.conversation.composer.mode
    mode.show_mode(AnswerMode.FREE)
    view = ask(qtbot, window, "How long?")
    ended(qtbot, window)
    assert "(the model’s own knowledge, not from your files)" in view.text.toPlainText()
    assert any(" free " in call for call in calls())
    mode.setCurrentIndex(2)
    mode.activated.emit(2)
    qtbot.waitUntil(lambda: any(call.startswith("mode ") and call.endswith("quotes") for call in calls()))
    window.begin_new()
    assert mode.mode is AnswerMode.STRICT


def test_a_thought_is_folded_away(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window()
    view = ask(qtbot, window, "Do you think it is long?")
    ended(qtbot, window)
    qtbot.waitUntil(view.thought.toggle.isVisible)
    assert not view.thought.words.isVisible()
    assert "Section 8.2" not in view.text.toPlainText()
    view.thought.toggle.click()
    qtbot.waitUntil(view.thought.words.isVisible)
    assert "Section 8.2" in view.thought.words.text()


def test_the_files_words_are_there_while_the_model_loads(qtbot: QtBot, open_window: OpenWindow, tmp_path: Path) -> None:
    window = open_window("slow")
    view = ask(qtbot, window, "How long, meanwhile?")
    qtbot.waitUntil(lambda: view.text.toPlainText() == "Either side may end")  # its place is taken by the model's
    assert not view.entries
    (tmp_path / "go").touch()
    ended(qtbot, window)
    assert len(view.entries) == 4


def test_a_footnote_says_that_its_file_has_changed(qtbot: QtBot, open_window: OpenWindow, tmp_path: Path) -> None:
    (tmp_path / "changed.log").write_text("1", encoding="utf-8")
    window = open_window()
    window.open_conversation(1)
    qtbot.waitUntil(lambda: bool(window.conversation.views) and bool(window.conversation.views[0].entries))
    view = window.conversation.views[0]
    qtbot.waitUntil(lambda: "changed since" in view.entries[1].accessibleDescription())
    assert "terminate this Lease" in view.entries[1].accessibleName()  # the old words
    assert not view.entries[3].accessibleDescription()


def test_a_conversation_is_exported(qtbot: QtBot, open_window: OpenWindow, tmp_path: Path, calls: Calls) -> None:
    window = open_window()
    for name in ("lease.md", "lease.html", "lease.pdf"):
        window.export.write(1, str(tmp_path / name))
        said = f"The conversation was saved as “{name}”."
        qtbot.waitUntil(lambda said=said: said in [label.text() for label in window.bar.findChildren(QLabel)])
    assert (tmp_path / "lease.pdf").read_bytes().startswith(b"%PDF")
    assert [call for call in calls() if call.startswith("export")] == [
        "export 1 markdown",
        "export 1 html",
        "export 1 html",
    ]


def test_a_title_becomes_a_name_of_a_file() -> None:
    assert file_title("../../etc: passwd?") == "etc passwd"
    assert file_title("…") == "conversation"
    assert len(file_title("word " * 50)) <= 60


def test_the_row_of_actions_keeps_the_focus(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window()
    view = asked_twice(qtbot, window)
    before = button(view, "Attempt before")
    qtbot.waitUntil(before.isVisible)
    button(view, "Good answer").setFocus()
    qtbot.keyClick(button(view, "Good answer"), Qt.Key.Key_Space)
    focused = window.focusWidget()
    assert isinstance(focused, Button) and focused.accessibleName() == "Good answer"
    assert not isinstance(focused, SourceEntry | QComboBox)


def test_it_is_said_whose_words_stand_in_for_the_models(tmp_path: Path) -> None:
    plain = answer(1, 1, "How long?", write_sources(tmp_path))
    assert notes_of(plain) == ()
    (instead,) = notes_of(dataclasses.replace(plain, by_quote=True))
    assert instead == "Your files don’t carry what the model wrote. These are their own words instead."
    (alone,) = notes_of(dataclasses.replace(plain, by_quote=True, model=""))
    assert alone.startswith("There was no model")
    assert notes_of(dataclasses.replace(plain, by_quote=True, model="", mode=AnswerMode.QUOTES)) == ()
