"""Texts, places and positions: the window's pure functions."""

import dataclasses
import random
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtGui import QTextCursor, QTextDocument

from desktop.domain.answers import Answer, AnswerState, Sentence, Support
from desktop.domain.paragraphs import paragraphs
from desktop.gui.answer_layout import as_plain_text
from desktop.gui.restart_rules import RestartRules
from desktop.gui.single_instance import socket_name
from desktop.gui.source_place import step_footnote
from desktop.gui.text_positions import from_qt, inert, to_qt
from desktop.gui.translation import tr
from desktop.gui.wording import (
    day_group,
    formats_text,
    left_text,
    place_text,
    progress_text,
    shown,
    size_text,
    superscript,
)
from desktop.protocol.engine_messages import IndexingProgress


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 B"), (999, "999 B"), (2300, "2.3 KB"), (310_000_000, "310 MB"), (1_117_320_768, "1.1 GB")]
)
def test_sizes(size: int, text: str) -> None:
    assert size_text(size) == text


def test_times_left_are_no_more_exact_than_they_are_known() -> None:
    assert left_text(None) == ""
    assert left_text(20) == "under a minute left"
    assert left_text(70) == "about 1 minute left"
    assert left_text(7300) == "about 2 hours left"


def test_progress() -> None:
    reading = IndexingProgress("reading", 12, 1040, 118.0, "")
    assert progress_text(reading) == "Reading 12 of 1,040  ·  about 2 minutes left"
    assert progress_text(IndexingProgress("paused", 12, 40, None, "")) == "Paused at 12 of 40"
    hindered = IndexingProgress("hindered", 0, 0, None, "", "The disk is full. Free some space.")
    assert progress_text(hindered) == "Waiting: The disk is full. Free some space."


def test_names_can_not_pose_as_others() -> None:
    assert shown("a\u202efdp.exe") == "a\ufffdfdp.exe"
    assert shown("odd\udcff") == "odd?"
    assert tr("{name} was added.", name="{evil} {0}") == "{evil} {0} was added."


def test_places() -> None:
    assert place_text(7, "x") == "p. 7"
    assert place_text(4, "x", "slide 4") == "slide 4"
    assert place_text(None, "Sums", "Sheet ‘Q3’, B2:F9") == "Sheet ‘Q3’, B2:F9"
    assert place_text(None, "Lease > Arrears") == "§ Arrears"
    assert formats_text({"docx": 404, "pdf": 800}) == "800 pdf, 404 docx"
    assert superscript(12) == "¹²"
    assert day_group(date(2026, 1, 1), date(2026, 1, 8)) == "Last week"


def test_positions_agree_with_qt(qapp: object) -> None:
    """Any text, put into a QTextDocument, has its words where we say they are."""
    chance = random.Random(5)
    letters = "ab \n\r\t\0é𝒙😀\u2028\u2029\ufffc\ufdd0\x0b\x0c\x85\ud800"
    for _ in range(200):
        text = "".join(chance.choice(letters) for _ in range(30))
        safe = inert(text)
        assert len(safe) == len(text)
        start = chance.randrange(30)
        end = chance.randrange(start, 30)
        document = QTextDocument()
        QTextCursor(document).insertText(safe)
        cursor = QTextCursor(document)
        cursor.setPosition(to_qt(safe, start))
        cursor.setPosition(to_qt(safe, end), QTextCursor.MoveMode.KeepAnchor)
        assert cursor.selectedText().replace("\u2029", "\n") == safe[start:end]
        assert from_qt(safe, to_qt(safe, end)) == end


def answer(text: str, *sentences: tuple[str, Support, tuple[int, ...]]) -> Answer:
    made = tuple(Sentence(*sentence) for sentence in sentences)
    return Answer(1, 1, "Q?", "Q?", text, False, AnswerState.FINISHED, made, (), (), "", (), 0.0, 0.0, "")


def test_line_breaks_and_missing_support_begin_paragraphs() -> None:
    made = paragraphs(
        answer(
            "One. Two.\n\n- Three. Four. rest",
            ("One.", Support.SUPPORTED, (1,)),
            ("Two.", Support.SUPPORTED, (2,)),
            ("Three.", Support.PARTLY, (1,)),
            ("Four.", Support.UNSUPPORTED, ()),
        )
    )
    shapes = [("".join(piece.text for piece in paragraph.pieces), paragraph.apart) for paragraph in made]
    assert shapes == [("One. Two.", False), ("- Three.", False), ("Four.", True), (" rest", False)]


def test_a_sentence_that_the_text_does_not_hold_is_shown_all_the_same() -> None:
    made = paragraphs(answer("One.", ("Uno.", Support.SUPPORTED, (1,)), ("One.", Support.SUPPORTED, ())))
    assert [piece.text for paragraph in made for piece in paragraph.pieces if piece.sentence >= 0] == ["Uno.", "One."]


def test_plain_text_of_an_answer() -> None:
    text = as_plain_text(answer("One.", ("One.", Support.UNSUPPORTED, ())))
    assert text == "Q?\n\nOne. (not found in your files)\n"


@pytest.mark.parametrize(
    ("missing", "said"),
    [(("nine", "ten"), "(Not in your files: nine, ten)"), ((), "(Only part of this is in your files)")],
)
def test_copied_text_says_what_the_files_lack_of_a_sentence(missing: tuple[str, ...], said: str) -> None:
    whole = answer("One. Two.", ("One.", Support.PARTLY, (1,)), ("Two.", Support.SUPPORTED, (1,)))
    partly = dataclasses.replace(whole.sentences[0], missing=missing)
    text = as_plain_text(dataclasses.replace(whole, sentences=(partly, whole.sentences[1])))
    assert text == f"Q?\n\nOne.¹ {said} Two.¹\n"


def test_steps() -> None:
    assert step_footnote(answer(""), 1, 1) == 0


def test_restarts_come_later_each_time_and_end() -> None:
    rules = RestartRules()
    assert [rules.after_crash(at) for at in (0, 1, 2)] == [0.5, 2.0, None]
    rules.forget()
    assert [rules.after_crash(at) for at in (0, 100, 210, 340)] == [0.5, 2.0, 8.0, 8.0]
    assert rules.after_crash(5000) == 0.5


def test_a_library_has_one_socket(tmp_path: Path) -> None:
    assert socket_name(tmp_path) == socket_name(tmp_path / "x" / "..")
    assert socket_name(tmp_path) != socket_name(tmp_path / "x")
