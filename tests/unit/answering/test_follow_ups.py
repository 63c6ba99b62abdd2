"""Follow-ups: what a model's rewrite must be to be taken, what is searched without it, and when the original stays."""

import dataclasses
from collections.abc import Callable, Sequence

import pytest

from desktop.answering.answerer import Answerer
from desktop.answering.interfaces import AskedQuestion
from desktop.answering.rewriting import finds_less, prepare, rewritten
from desktop.domain.answers import FoundPassage, Why
from desktop.domain.errors import UserError
from desktop.protocol.runner_messages import Generated, Turn
from tests.unit.answering.fakes import Listening, QueuedModel, TextLibrary

BEFORE = (("How long is the notice period of the lease?", "It is three months."),)
LIBRARY = {
    "/files/lease.txt": "The lease of the flat was signed by Ada Byron.\n\nThe notice period of it is three months.",
    "/files/bees.txt": "Many bees live in the hive.\n\nIt was signed off by nobody.",
}


class RefusingModel(QueuedModel):
    """Every prompt is too long for it."""

    def generate(
        self,
        turns: Sequence[Turn],
        *,
        max_tokens: int,
        temperature: float = 0.0,
        seed: int = 0,
        stop: tuple[str, ...] = (),
        aside: bool = False,
        json_schema: str = "",
        on_text: Callable[[str], None],
    ) -> Generated:
        raise UserError("The question and its sources are too long for this model.")


def passage(score: float, cosine: float | None = None) -> FoundPassage:
    why = Why((), 1, score, 1, cosine) if cosine is not None else None
    return FoundPassage(1, 1, "/files/a.txt", 0, 1, None, "a", score, "", why)


def ask(question: str, *replies: str, standalone: bool = False) -> tuple[str, TextLibrary, QueuedModel]:
    """(the question as it was searched, the library, the model)"""
    library, model = TextLibrary(LIBRARY), QueuedModel(*replies)
    asked = AskedQuestion(question, BEFORE, standalone)
    return Answerer(library, model).answer(asked, Listening()).standalone, library, model


def test_a_good_rewrite_is_taken() -> None:
    model = QueuedModel("Question: Who signed the lease?\nnonsense")
    assert rewritten("Who signed it?", BEFORE, model, 40) == "Who signed the lease?"
    assert model.asides == [True]


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "Who signed it?",
        "Ada Byron signed the lease.",
        "What is the notice period?",
        "How long is the notice period of the lease?",
        "The moon is made of green cheese and mice.",
        "Sure! " + "word " * 90,
    ],
)
def test_a_bad_rewrite_falls_back_to_the_words_before(reply: str) -> None:
    text = rewritten("Who signed it?", BEFORE, QueuedModel(reply), 40)
    assert text.startswith("Who signed it?")
    assert "notice period lease" in text


def test_no_model_and_one_that_refuses_fall_back_too() -> None:
    for model in (None, RefusingModel()):
        assert "lease" in rewritten("Who signed it?", BEFORE, model, 40)


def test_words_in_quotes_must_survive() -> None:
    asked = 'Where does it say "at once"?'
    for reply in ("Where does the lease say at once?", 'Where does the lease say "at once"?'):
        assert ('"at once"' in reply) is (rewritten(asked, BEFORE, QueuedModel(reply), 40) == reply)


def test_every_prompt_begins_alike_and_ends_with_the_follow_up() -> None:
    model = QueuedModel("", "", "")
    for question in ("What about pets?", "So who signed it?"):
        rewritten(question, BEFORE, model, 40)
    prepare(model)
    first, second, prepared = model.prompts
    assert first[:-1] == second[:-1] == prepared[:-1]
    assert model.asides == [True] * 3
    assert first[-1].text.endswith("Follow-up: And pets?")
    assert second[-1].text.endswith("Follow-up: Who signed it?")


def test_a_rewrite_finds_less_when_its_passages_are_less_like_it() -> None:
    assert finds_less([passage(90, 0.3)], [passage(10, 0.5)])
    assert not finds_less([passage(10, 0.5)], [passage(90, 0.3)])
    assert not finds_less([passage(10, 0.499)], [passage(10, 0.5)])
    assert finds_less([passage(1, 0.1)], [passage(2, 0.2), passage(1, 0.6)])


def test_scores_decide_where_meanings_are_unknown() -> None:
    assert finds_less([passage(1)], [passage(2, 0.2)])
    assert not finds_less([passage(2)], [passage(1)])
    assert finds_less([], [passage(1)])
    assert not finds_less([], [])


def test_the_rewritten_question_is_searched_and_shown() -> None:
    standalone, library, _ = ask("Who signed it?", "Who signed the lease of the flat?", "Ada Byron signed the lease.")
    assert standalone == library.asked[-1]


def test_the_original_stays_when_the_rewrite_finds_less() -> None:
    class Distracted(TextLibrary):
        def find(self, question: str, limit: int) -> tuple[FoundPassage, ...]:
            found = super().find(question, limit)
            return tuple(dataclasses.replace(p, score=0.5) for p in found) if "notice" in question else found

    library, question = Distracted(LIBRARY), "And how many bees live in the hive?"
    draft = Answerer(library, None).answer(AskedQuestion(question, BEFORE), Listening())
    assert len(library.asked) == 2
    assert draft.standalone == question
    assert draft.passages[0].file == "/files/bees.txt"


def test_a_question_that_stands_alone_is_not_rewritten() -> None:
    question = "How many bees live in the hive in summer?"
    standalone, library, model = ask(question, "Many bees live in the hive.")
    assert (standalone, library.asked) == (question, [question])
    assert not any(model.asides)


def test_nor_one_that_the_user_wants_as_it_is() -> None:
    _, library, model = ask("Who signed it?", "Ada Byron signed it.", standalone=True)
    assert library.asked == ["Who signed it?"]
    assert not any(model.asides)
