"""What a real runner has taken in already is not taken in again: when an answer goes on, and by a follow-up."""

from dataclasses import dataclass, field
from typing import Any

from desktop.answering.answerer import Answerer
from desktop.answering.interfaces import AnswerLimits, AskedQuestion, Draft
from desktop.llm.client import ModelRunner
from desktop.protocol.runner_messages import Generated, Turn
from tests.support.runners import make_runner, runner, small_model
from tests.unit.answering.fakes import Listening, TextLibrary

__all__ = ["make_runner", "runner", "small_model"]

ROOM = "Breakfast is served in room {n}, where the lease and the rent of the flat are explained on a sheet of paper."
LEASE = " ".join(
    (
        "The lease of the flat may be ended by either party with three months written notice.",
        *(ROOM.format(n=n) for n in range(12)),
        "The monthly rent of the flat is 950 euros.",
    )
)
FIRST = "How is the lease of the flat ended?"


@dataclass
class Told:
    """A real runner that keeps what it says of each answer; asides are none."""

    runner: ModelRunner
    context: int = 4096
    answers: list[Generated] = field(default_factory=list[Generated])
    asides: int = 0

    def count_tokens(self, texts: tuple[str, ...]) -> tuple[int, ...]:
        return self.runner.count_tokens(texts)

    def generate(self, turns: tuple[Turn, ...], *, aside: bool = False, **how: Any) -> Generated:
        made = self.runner.generate(turns, aside=aside, **how)
        if aside:
            self.asides += 1
        else:
            self.answers.append(made)
        return made


def asked(told: Told, question: AskedQuestion) -> Draft:
    limits = AnswerLimits(source_characters=2_000, answer_tokens=24)
    return Answerer(TextLibrary({"/f/lease.txt": LEASE}), told, limits).answer(question, Listening())


def test_neither_an_answer_that_goes_on_nor_a_follow_up_takes_its_sources_in_again(runner: ModelRunner) -> None:
    told = Told(runner)
    draft = asked(told, AskedQuestion(FIRST))
    (first,) = told.answers
    asked(told, AskedQuestion(FIRST, begun=first.text))
    whole = told.answers[-1]
    assert first.cached_tokens == 0
    assert whole.cached_tokens >= first.prompt_tokens - 1
    asked(told, AskedQuestion("And what is the monthly rent of it?", ((FIRST, draft.text),)))
    second = told.answers[-1]
    assert told.asides, "a follow-up is rewritten by the model, beside what it holds of the conversation"
    assert second.cached_tokens > 0.8 * first.prompt_tokens
    assert second.cached_tokens > 0.7 * second.prompt_tokens
