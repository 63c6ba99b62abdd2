"""Conversations: found by their words, renamed, deleted, brought back, and gone when purged."""

import dataclasses
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.domain.answers import Answer, AnswerState, FootnoteLink, FoundPassage, Sentence, Support, Why
from desktop.protocol.codec import encode
from desktop.storage.conversations import Conversations
from desktop.storage.database import Database


@pytest.fixture
def conversations(tmp_path: Path) -> Iterator[Conversations]:
    database = Database(tmp_path / "library.db")
    yield Conversations(database)
    database.close()


def finished(answer_id: int, conversation_id: int, question: str, text: str) -> Answer:
    # a file may have a name that is no text; the answer must be kept all the same
    link = FootnoteLink(1, 1, "/odd\udcff.txt", "0" * 64, None, "", 0, 5, "quote")
    return Answer(
        id=answer_id,
        conversation_id=conversation_id,
        question=question,
        standalone=question,
        text=text,
        refused=False,
        state=AnswerState.FINISHED,
        sentences=(Sentence(text, Support.SUPPORTED, (1,)),),
        footnotes=(link,),
        passages=(),
        model="model.gguf",
        tones=(),
        asked_at=1.0,
        seconds=2.0,
        coverage="",
        attempt_of=answer_id,
    )


def test_an_answer_is_kept_whole(conversations: Conversations) -> None:
    answer_id, conversation_id = conversations.start_answer(None, "Who is the mayor?")
    answer = finished(answer_id, conversation_id, "Who is the mayor?", "Käthe Öhl.")
    conversations.finish_answer(answer)
    assert conversations.answers(conversation_id) == (answer,)


def test_words_under_way_are_kept(conversations: Conversations) -> None:
    answer_id, conversation_id = conversations.start_answer(None, "Why? half \ud83d")
    conversations.keep_partial(answer_id, "Because \ud83d")
    (answer,) = conversations.answers(conversation_id)
    assert (answer.state, answer.text) == (AnswerState.INTERRUPTED, "Because ?")


@pytest.mark.parametrize("words", ["MAYOR", "käthe ÖHL", "öhl", "second", "Unfinish"])
def test_found_by_title_question_or_answer(conversations: Conversations, words: str) -> None:
    answer_id, conversation_id = conversations.start_answer(None, "Who is the mayor?")
    conversations.finish_answer(finished(answer_id, conversation_id, "Who is the mayor?", "Käthe Öhl."))
    conversations.start_answer(conversation_id, "And the second one?")
    unfinished, _ = conversations.start_answer(conversation_id, "More?")
    conversations.keep_partial(unfinished, "An unfinished one")
    conversations.start_answer(None, "Something else")
    found, total = conversations.list(words, 0, 10)
    assert [c.id for c in found] == [conversation_id]
    assert (total, found[0].answers) == (1, 3)


@pytest.mark.parametrize("words", ["supported", "footnotes", "model.gguf", "quote", "lone \udcff"])
def test_what_only_surrounds_an_answer_is_not_searched(conversations: Conversations, words: str) -> None:
    answer_id, conversation_id = conversations.start_answer(None, "Who?")
    conversations.finish_answer(finished(answer_id, conversation_id, "Who?", "Nobody."))
    assert conversations.list(words, 0, 10) == ((), 0)


def test_the_newest_come_first_in_pages(conversations: Conversations) -> None:
    ids = [conversations.start_answer(None, f"Question {n}")[1] for n in range(5)]
    conversations.start_answer(ids[0], "Again")
    page, total = conversations.list("", 0, 2)
    assert total == 5
    assert page[0].id == ids[0]
    assert [c.id for c in conversations.list("", 2, 10)[0]] == ids[3:0:-1]


def test_deleted_restored_purged(conversations: Conversations) -> None:
    _, kept = conversations.start_answer(None, "Kept")
    _, gone = conversations.start_answer(None, "Gone")
    conversations.delete(gone)
    assert [c.id for c in conversations.list("", 0, 9)[0]] == [kept]
    assert not conversations.exists(gone)
    conversations.restore(gone)
    assert conversations.exists(gone)
    conversations.delete(gone)
    conversations.purge_deleted()
    conversations.restore(gone)
    assert not conversations.exists(gone)
    assert conversations.answers(gone) == ()
    assert conversations.exists(kept)


def test_a_title_is_short_and_can_be_changed(conversations: Conversations) -> None:
    _, conversation_id = conversations.start_answer(None, "Very  long\n" + "words " * 100)
    assert len(conversations.list("", 0, 1)[0][0].title) == 60
    conversations.rename(conversation_id, "Lease")
    assert conversations.list("lease", 0, 1)[0][0].title == "Lease"


def test_an_answer_of_an_older_footnote_is_read(conversations: Conversations, tmp_path: Path) -> None:
    answer_id, conversation_id = conversations.start_answer(None, "Who is the mayor?")
    why = Why(("mayor",), 1, 2.0, None, None)
    passage = FoundPassage(1, 1, "/a.txt", 0, 5, None, "Käthe", 1.0, "", why)
    found = (passage, dataclasses.replace(passage, why=None))
    answer = dataclasses.replace(finished(answer_id, conversation_id, "Who?", "Käthe."), passages=found)
    conversations.finish_answer(answer)
    value = encode(answer)
    del value["passages"][0]["why"]["name_words"], value["passages"][0]["why"]["rerank"], value["passages"][1]["why"]
    with sqlite3.connect(tmp_path / "library.db") as connection:
        connection.execute("UPDATE answers SET content = ?", (json.dumps(value),))
    connection.close()
    assert conversations.answers(conversation_id) == (answer,)
