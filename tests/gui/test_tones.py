"""Tones in the window: laid over a conversation from composer and page, and tried; forms of answers, schemas."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from desktop.domain.answers import AnswerFormat
from desktop.gui.controls import Button
from desktop.gui.hearing import HearingPanel
from desktop.gui.tones_page import TonesPage
from desktop.gui.truth_panel import TruthPanel
from desktop.gui.voice_controls import VoiceControls
from desktop.gui.window import FootnoteWindow
from tests.gui.conftest import OpenWindow

Calls = Callable[[], list[str]]

HOUSE, PLAIN, OTHER = "/tones/house.gguf", "/tones/plain-words.gguf", "/tones/other.gguf"


def controls(window: FootnoteWindow) -> VoiceControls:
    return window.conversation.composer.voice


def page(window: FootnoteWindow) -> TonesPage:
    window.show_page("tones")
    shown = window.pages["tones"]
    assert isinstance(shown, TonesPage)
    return shown


def test_several_tones_by_keys(qtbot: QtBot, open_window: OpenWindow, calls: Calls) -> None:
    window = open_window()
    at = controls(window)
    assert at.tones.text() == "Plain"
    at.tones.setFocus()
    qtbot.keyClick(at.tones, Qt.Key.Key_Return)
    house, strength = at.sheet.rows[HOUSE]
    assert OTHER not in at.sheet.rows
    assert QApplication.focusWidget() is house
    qtbot.keyClick(house, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: f"tones {HOUSE}=1.0" in calls())
    assert at.tones.text() == "House style 100 %"
    qtbot.keyClick(strength.slider, Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: f"tones {HOUSE}=0.95" in calls())
    qtbot.keyClick(at.sheet.rows[PLAIN][0], Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: f"tones {HOUSE}=0.95 {PLAIN}=1.0" in calls())
    assert at.tones.text() == "House style 95 % + 1"
    assert at.tones.accessibleName() == "Tone: House style 95 %, Plain words 100 %"
    qtbot.keyClick(house, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: calls()[-1] == f"tones {PLAIN}=1.0")
    qtbot.keyClick(house, Qt.Key.Key_Escape)
    assert at.sheet.isHidden() and QApplication.focusWidget() is at.tones


def test_a_tone_that_no_longer_fits_can_be_taken_off(qtbot: QtBot, open_window: OpenWindow, calls: Calls) -> None:
    window = open_window()
    window.parts.state.voice.set_tone(OTHER, 1.0)
    at = controls(window)
    at.tones.click()
    assert not at.sheet.rows[OTHER][1].isVisible()
    qtbot.keyClick(at.sheet.rows[OTHER][0], Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: calls()[-1:] == ["tones "])
    at.sheet.close_up()
    at.tones.click()
    assert OTHER not in at.sheet.rows


def test_keys_make_the_one_tone_stronger(qtbot: QtBot, open_window: OpenWindow, calls: Calls) -> None:
    window = open_window()
    window.parts.state.voice.set_tone(HOUSE, 1.0)
    qtbot.keyClick(controls(window).tones, Qt.Key.Key_PageUp)
    qtbot.waitUntil(lambda: f"tones {HOUSE}=1.25" in calls())
    for key in (Qt.Key.Key_Right, *[Qt.Key.Key_PageUp] * 3, Qt.Key.Key_Left):
        qtbot.keyClick(controls(window).tones, key)
    qtbot.waitUntil(lambda: calls()[-2:] == [f"tones {HOUSE}=1.5", f"tones {HOUSE}=1.45"])
    assert controls(window).tones.text() == "House style 145 %"


def test_each_conversation_shows_its_own(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window()
    window.open_conversation(1)
    qtbot.waitUntil(lambda: window.conversation.conversation_id == 1)
    window.parts.state.voice.set_tone(HOUSE, 0.5)
    window.parts.state.voice.choose_format(AnswerFormat.BULLETS)
    window.open_conversation(2)
    qtbot.waitUntil(lambda: controls(window).formats.currentData() == AnswerFormat.PLAIN)
    window.parts.state.voice.choose_tones(())
    window.open_conversation(1)
    qtbot.waitUntil(lambda: controls(window).formats.currentData() == AnswerFormat.BULLETS)
    assert controls(window).tones.text() == "House style 50 %"


def test_a_schema_is_asked_for_and_refused_with_the_reason(qtbot: QtBot, open_window: OpenWindow, calls: Calls) -> None:
    window = open_window()
    at = controls(window)
    at.formats.setFocus()
    at.formats.activated.emit(at.formats.findData(AnswerFormat.JSON.value))
    assert at.formats.currentData() == AnswerFormat.PLAIN
    assert QApplication.focusWidget() is at.schema.text
    at.schema.text.setPlainText("{")
    at.schema.use()
    qtbot.waitUntil(lambda: at.schema.isVisible() and "no JSON Schema" in at.schema.problem.text())
    at.schema.text.setPlainText("{}")
    at.schema.use()
    qtbot.waitUntil(lambda: "format json {}" in calls())
    assert at.formats.currentData() == AnswerFormat.JSON and at.schema.isHidden()


def test_a_schema_from_a_file(qtbot: QtBot, open_window: OpenWindow, tmp_path: Path) -> None:
    window = open_window()
    schema = controls(window).schema
    schema.ask(AnswerFormat.SQL)
    (tmp_path / "tables.sql").write_text("CREATE TABLE t (a);", "utf-8")
    schema.take_file(tmp_path / "tables.sql")
    assert schema.text.toPlainText() == "CREATE TABLE t (a);"
    (tmp_path / "none").write_bytes(b"\xff\xfe\x00")
    schema.take_file(tmp_path / "none")
    assert not schema.problem.isHidden() and schema.text.toPlainText() == "CREATE TABLE t (a);"


def test_a_tone_that_was_added_is_laid_over(qtbot: QtBot, open_window: OpenWindow, calls: Calls) -> None:
    window = open_window()
    window.parts.state.voice.set_tone(HOUSE, 0.5)
    window.drop.offer(("/m/my-tone.gguf",))
    qtbot.waitUntil(lambda: window.drop.add is not None)
    assert window.drop.add is not None
    window.drop.add.click()
    qtbot.waitUntil(lambda: f"tones {HOUSE}=0.5 /m/my-tone.gguf=1.0" in calls())


def test_answers_in_forms_are_set_as_they_stand(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window()
    for number, question in enumerate(("Who, as a table?", "And as JSON?")):
        window.conversation.ask(question)
        qtbot.waitUntil(lambda n=number: len(window.conversation.views) > n and window.parts.asking.under_way is None)
    table, code = (view.text for view in window.conversation.views)
    words = table.toPlainText()
    assert "---" not in words and "|" not in words
    assert [line for line in words.splitlines() if line][:4] == ["Right", "Notice", "Either party", "three months1"]
    assert "a week (not found in your files)" in words
    assert code.toPlainText().startswith('{\n  "notice": "three months",1\n  "deposit": "a week" (not found')
    noted = [found.text() for found in window.conversation.views[1].findChildren(QLabel)]
    assert "deposit: 'a week' is not of type 'number'" in noted
    code.footnote_opened.emit(1)
    window.conversation.views[1].copy()
    assert QApplication.clipboard().text() == '{\n  "notice": "three months",\n  "deposit": "a week"\n}\n'


def test_cards_say_what_is_kept(open_window: OpenWindow) -> None:
    cards = page(open_window()).cards
    texts = {path: [label.text() for label in card.findChildren(QLabel)] for path, card in cards.items()}
    assert "96 % → 88 % at 120 %" in texts[HOUSE]
    assert any("licence apache-2.0" in text for text in texts[HOUSE])
    assert any(text.startswith("Same shape, other base.") for text in texts[PLAIN])
    assert any(text.startswith("Doesn’t fit") for text in texts[OTHER])
    assert not cards[OTHER].use.isVisible()


def test_renaming_and_removing_with_undo(qtbot: QtBot, open_window: OpenWindow, calls: Calls) -> None:
    window = open_window()
    tones = page(window)
    tones.cards[HOUSE].begin_renaming()
    tones.cards[HOUSE].name_field.setText("Our voice")
    qtbot.keyClick(tones.cards[HOUSE].name_field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: tones.cards[HOUSE].tone.name == "Our voice")
    tones.cards[PLAIN].remove_wanted.emit()
    qtbot.waitUntil(lambda: PLAIN not in tones.cards)
    assert f"remove {PLAIN}" in calls()
    undo = next(button for button in window.bar.findChildren(Button) if button.text() == "Undo")
    undo.click()
    qtbot.waitUntil(lambda: PLAIN in tones.cards)


def test_hearing_a_tone(qtbot: QtBot, open_window: OpenWindow, calls: Calls) -> None:
    window = open_window()
    tones = page(window)
    tones.cards[PLAIN].hear.click()
    panel = tones.panel
    assert isinstance(panel, HearingPanel)
    panel.strengths[2].click()
    panel.question.setText("And the rent?")
    panel.start.click()
    qtbot.waitUntil(lambda: tones.trials.current is not None and tones.trials.current.ended)
    assert f"hear {PLAIN} 'And the rent?' (1.0, 1.5)" in calls()
    qtbot.waitUntil(lambda: tones.cards[PLAIN].tone.card.sample is not None)
    assert isinstance(tones.panel, HearingPanel)  # another one: the card was made again
    said = [cell.words.text() for cell in tones.panel.cells.values()]
    assert said[0].startswith("Either side") and all(text.startswith("Happy") for text in said[1:])


def test_a_check_of_truth_can_be_stopped(qtbot: QtBot, open_window: OpenWindow, calls: Calls) -> None:
    tones = page(open_window("slow"))
    tones.cards[HOUSE].truth.click()
    panel = tones.panel
    assert isinstance(panel, TruthPanel)
    qtbot.waitUntil(lambda: "arrears" in panel.questions.toPlainText())
    panel.start.click()
    qtbot.waitUntil(lambda: panel.progress.bar.value() == 7)
    assert panel.start.accessibleName() == "Stop"
    panel.start.click()
    qtbot.waitUntil(lambda: tones.trials.current is not None and tones.trials.current.ended)
    assert "cancel trial" in calls() and panel.start.accessibleName() == "Start"


def test_a_report_says_what_was_asked(open_window: OpenWindow) -> None:
    button, asked = page(open_window()).cards[HOUSE].asked[0]
    assert asked.isHidden()
    button.click()
    assert "How long is the notice period?" in asked.text() and not asked.isHidden()
    button.click()
    assert asked.isHidden()


def test_the_questions_may_be_changed(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window()
    tones = page(window)
    tones.cards[HOUSE].truth.click()
    panel = tones.panel
    assert isinstance(panel, TruthPanel)
    panel.change.click()
    panel.questions.setPlainText("What is the rent?\nWho pays?")
    panel.keep.click()
    qtbot.waitUntil(lambda: window.parts.state.settings["truth_questions"] == "What is the rent?\nWho pays?")
