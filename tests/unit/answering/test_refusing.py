"""When the files don't answer: before a model is asked, and where the files' own words stand in for what it wrote."""

import pytest

from desktop.answering.answerer import Answerer
from desktop.answering.evidence import Evidence
from desktop.answering.interfaces import AskedQuestion, Draft
from desktop.answering.refusing import CLOSE, TOO_FAR, can_quote_instead, closeness, is_too_far
from desktop.domain.answers import FoundPassage, Support
from tests.unit.answering.fakes import Listening, QueuedModel, TextLibrary
from tests.unit.answering.test_answers import LIBRARY, check_promises

RENT = "The monthly rent of the flat is 950 euros and is due on the first day of the month."


class NearLibrary(TextLibrary):
    """A library whose embedder finds everything equally near."""

    def __init__(self, near: float) -> None:
        super().__init__(LIBRARY)
        self._near = near

    def likeness(self, text: str, others: object) -> list[float]:
        return [self._near] * len(list(others))  # type: ignore[call-overload]


def evidence(question: str, near: float) -> Evidence:
    passage = FoundPassage(1, 1, "/files/a.txt", 0, len(RENT), None, RENT, 1.0, "")
    return Evidence([passage], question, lambda _, others: [near] * len(others))


def asked(question: str, near: float, *said: str) -> tuple[Draft, QueuedModel]:
    library, model = NearLibrary(near), QueuedModel(*said)
    draft = Answerer(library, model).answer(AskedQuestion(question), Listening())
    check_promises(draft, library)
    return draft, model


def test_closeness_grows_with_words_and_with_meaning() -> None:
    near, far = evidence("What is the monthly rent of the flat?", 0.6), evidence("Who painted the ceiling?", 0.0)
    assert (closeness(near) or 0.0) > CLOSE > TOO_FAR > (closeness(far) or 0.0)
    assert not is_too_far(near)
    assert is_too_far(far)


def test_without_an_embedder_words_decide() -> None:
    passage = FoundPassage(1, 1, "/files/a.txt", 0, len(RENT), None, RENT, 1.0, "")
    known, unknown = Evidence([passage], "What is the monthly rent?"), Evidence([passage], "Who painted the ceiling?")
    assert closeness(known) is None
    assert not is_too_far(known)
    assert is_too_far(unknown)
    assert not can_quote_instead(known)


def test_what_is_too_far_reaches_no_model() -> None:
    draft, model = asked("Which rent did the queen of Saturn pay for her rings?", 0.0, "She paid 950 euros.")
    assert draft.refused
    assert not model.prompts


@pytest.mark.parametrize("said", ["Not in the sources.", "The capital of Peru is Lima and has many parks."])
def test_the_files_own_words_stand_in_for_what_they_do_not_carry(said: str) -> None:
    draft, _ = asked("What is the monthly rent of the flat?", 0.7, said)
    assert (draft.by_quote, draft.refused) == (True, False)
    assert all(sentence.support is Support.SUPPORTED for sentence in draft.sentences)
    assert "950 euros" in draft.text


def test_they_do_not_where_the_question_is_not_near_enough() -> None:
    draft, model = asked("What is the monthly rent of the castle?", 0.3, "Not in the sources.")
    assert draft.refused
    assert model.prompts
