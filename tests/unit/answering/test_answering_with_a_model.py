"""The real test model in its runner: whatever it writes, the promises hold."""

from desktop.answering.answerer import Answerer
from desktop.answering.interfaces import AskedQuestion
from desktop.llm.client import ModelRunner
from tests.support.runners import make_runner, runner, small_model
from tests.unit.answering.fakes import Listening, TextLibrary
from tests.unit.answering.test_answers import LIBRARY, check_promises

__all__ = ["make_runner", "runner", "small_model"]


class _Loaded:
    """The runner with the size of its context beside it."""

    def __init__(self, runner: ModelRunner, context: int) -> None:
        self.context = context
        self.count_tokens = runner.count_tokens
        self.generate = runner.generate


def test_a_real_model_over_real_texts(runner: ModelRunner) -> None:
    library = TextLibrary(LIBRARY)
    answerer = Answerer(library, _Loaded(runner, 2048))
    listener = Listening()
    draft = answerer.answer(AskedQuestion("How many bees does a hive hold in summer?"), listener)
    check_promises(draft, library)
    assert listener.words
