"""The real test model in its runner, as it is and under a tone that makes it babble: whatever it writes, the promises
hold, and an independent re-check finds nothing in the sentences that their footnotes lack.
"""

from pathlib import Path

import pytest

from desktop.answering.answerer import Answerer
from desktop.answering.interfaces import AnswerLimits, AskedQuestion
from desktop.domain.answers import ToneChoice
from desktop.llm.client import ModelRunner
from tests.benchmarks.answering.recheck import contradicted, failed_footnotes
from tests.support.lora import make_lora
from tests.support.runners import make_runner, runner, small_model
from tests.unit.answering.fakes import Listening, TextLibrary
from tests.unit.answering.test_answers import LIBRARY, check_promises

__all__ = ["make_runner", "runner", "small_model"]

QUESTIONS = (
    "How many bees does a hive hold in summer?",
    "What is the monthly rent of the flat?",
    "Who signed the lease, and when?",
)


class _Loaded:
    """The runner with the size of its context beside it."""

    def __init__(self, runner: ModelRunner, context: int) -> None:
        self.context = context
        self.count_tokens = runner.count_tokens
        self.generate = runner.generate


@pytest.mark.parametrize("tone", [0.0, 3.0])
def test_a_real_model_over_real_texts(runner: ModelRunner, small_model: Path, tmp_path: Path, tone: float) -> None:
    if tone:
        made = make_lora(small_model, tmp_path / "strong.gguf", seed=1, scale=tone)
        runner.set_tones([ToneChoice(str(made), 1.0)])
    library = TextLibrary(LIBRARY)
    answerer = Answerer(library, _Loaded(runner, 2048), AnswerLimits(answer_tokens=64))
    for question in QUESTIONS:
        listener = Listening()
        draft = answerer.answer(AskedQuestion(question), listener)
        check_promises(draft, library)
        assert listener.words
        assert not contradicted(draft, question)
        assert not failed_footnotes(draft, question)
