"""Exports: every footnote with its file, place, words and hash, numbered through; whatever texts hold stays text."""

import dataclasses
import html
from pathlib import Path

import pytest

from desktop.domain.answers import (
    Answer,
    AnswerMode,
    AnswerState,
    FileChange,
    FootnoteLink,
    Sentence,
    Support,
    ToneChoice,
)
from desktop.domain.errors import UserError
from desktop.engine.export_content import exported
from desktop.engine.export_html import as_html
from desktop.engine.export_markdown import as_markdown
from desktop.engine.exporting import write_conversation

NOTE = FootnoteLink(1, 7, "/home/ada/lease.pdf", "ab" * 32, 7, "Ending", 0, 12, "three months")
ANSWER = Answer(
    id=1,
    conversation_id=1,
    question="How long is the notice?",
    standalone="How long is the notice?",
    text="Three months. The moon is far.",
    refused=False,
    state=AnswerState.FINISHED,
    sentences=(
        Sentence("Three months.", Support.SUPPORTED, (1,)),
        Sentence("The moon is far.", Support.UNSUPPORTED, ()),
    ),
    footnotes=(NOTE,),
    passages=(),
    model="qwen.gguf",
    tones=(ToneChoice("/t/firm.gguf", 0.8),),
    asked_at=1_790_000_000.0,
    seconds=2.0,
    coverage="",
    mode=AnswerMode.FREE,
)


def test_footnotes_are_numbered_through_the_conversation() -> None:
    whole = exported("Lease", (ANSWER, dataclasses.replace(ANSWER, id=2)), {})
    assert [note.number for exchange in whole.exchanges for note in exchange.notes] == [1, 2]
    marked = as_markdown(whole)
    assert "Three months.[^2]" in marked and "[^2]: lease.pdf, p. 7: “three months”" in marked


@pytest.mark.parametrize("write", [as_markdown, as_html])
def test_all_that_was_promised_stands_in_it(write: object) -> None:
    assert callable(write)
    text = write(exported("The lease", (ANSWER,), {(NOTE.file, NOTE.sha256): FileChange.CHANGED}))
    told = ("The lease", "How long is the notice?", "lease.pdf, p. 7", "three months", NOTE.sha256, "qwen", "firm")
    for words in (*told, "80 %", "2026-", "own knowledge, not from the files", "has changed since"):
        assert words in text, words


@pytest.mark.parametrize(
    ("missing", "said"),
    [(("first day", "<b>"), "Not in the files: first day, <b>"), ((), "Only part of this is in the files")],
)
def test_what_the_files_lack_of_a_sentence_is_told(missing: tuple[str, ...], said: str) -> None:
    partly = Sentence("Three months.", Support.PARTLY, (1,), missing)
    whole = exported("x", (dataclasses.replace(ANSWER, sentences=(partly, ANSWER.sentences[1])),), {})
    marked, page = as_markdown(whole).replace("\\", ""), as_html(whole)
    assert f"Three months.[^1] *({said})*" in marked
    assert f"({html.escape(said)})" in page and "<b>" not in page.replace("<b>Not in the files.</b>", "")
    assert "not in the files: " not in as_markdown(exported("x", (ANSWER,), {})).lower()


def test_a_slide_is_told_where_a_page_would_be() -> None:
    slide = dataclasses.replace(NOTE, page=None, place="slide 4")
    assert "lease.pdf, slide 4:" in as_html(exported("x", (dataclasses.replace(ANSWER, footnotes=(slide,)),), {}))


def test_own_words_are_exported_as_such_and_have_no_footnote() -> None:
    text = as_markdown(exported("x", (dataclasses.replace(ANSWER, own_words="Ninety days."),), {}))
    assert "Ninety days." in text and "not checked" in text and "[^" not in text


def test_a_thought_is_not_exported() -> None:
    text = as_html(exported("x", (dataclasses.replace(ANSWER, thought="Hm, let me see."),), {}))
    assert "let me see" not in text


@pytest.mark.parametrize(
    "said",
    ["![x](http://e.x)", "<img src=x>", "[a](javascript:b)", "# Head", "1. one", "> quote", "`code`", "www.e.x", "*b*"],
)
def test_markdown_in_a_text_stays_text(said: str) -> None:
    answer = dataclasses.replace(ANSWER, text=said, sentences=(Sentence(said, Support.NONE, ()),), footnotes=())
    line = as_markdown(exported("x", (answer,), {})).split("\n\n")[3]
    assert line != said
    assert line.replace("\\", "").replace("\u200b", "") == said


def test_markup_in_a_text_stays_text() -> None:
    said = "<script>alert(1)</script> & \u202e"
    answer = dataclasses.replace(ANSWER, question=said, text=said, sentences=(Sentence(said, Support.NONE, ()),))
    page = as_html(exported(said, (answer,), {}))
    assert "<script" not in page and "&lt;script&gt;" in page and "\u202e" not in page


def test_what_can_not_be_written_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="exported as that"):
        write_conversation("x", (ANSWER,), {}, "pdf", str(tmp_path / "x.pdf"))
    with pytest.raises(UserError, match="could not be written"):
        write_conversation("x", (ANSWER,), {}, "html", str(tmp_path / "no" / "x.html"))
    assert list(tmp_path.iterdir()) == []
