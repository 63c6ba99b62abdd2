"""When a question leans on the ones before, and what is searched for then."""

import pytest

from desktop.answering.rewriting import needs_rewriting, rewritten
from tests.unit.answering.fakes import QueuedModel

BEFORE = (("How long is the notice period of the lease?", "It is three months."),)


@pytest.mark.parametrize(
    "question",
    ["And for the landlord?", "Why?", "Who signed it?", "What about pets?", "Und wann endet er?", "它什么时候结束？"],
)
def test_leaning_questions(question: str) -> None:
    assert needs_rewriting(question, BEFORE)
    assert not needs_rewriting(question, ())


def test_a_full_question_stays() -> None:
    assert not needs_rewriting("What colour are the walls of the kitchen in Rome?", BEFORE)


def test_a_good_rewrite_is_taken() -> None:
    model = QueuedModel("Question: Who signed the lease?\nnonsense")
    assert rewritten("Who signed it?", BEFORE, model, 40) == "Who signed the lease?"


@pytest.mark.parametrize(
    "reply", ["", "Who signed it?", "The moon is made of green cheese and mice.", "Sure! " + "word " * 90]
)
def test_a_bad_rewrite_falls_back_to_the_words_before(reply: str) -> None:
    text = rewritten("Who signed it?", BEFORE, QueuedModel(reply), 40)
    assert text.startswith("Who signed it?")
    assert "notice period lease" in text


def test_no_model_falls_back_too() -> None:
    assert "lease" in rewritten("Who signed it?", BEFORE, None, 40)
