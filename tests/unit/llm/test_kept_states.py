"""The way back to another conversation, or another tone: nothing is taken in anew, and the answer is the same."""

from pathlib import Path

import pytest

from desktop.domain.answers import ToneChoice
from desktop.llm.client import ModelRunner
from desktop.llm.kept_states import LEAST, KeptStates, common_start
from desktop.llm.lanes import Lane
from desktop.llm.llama import LlamaLibrary
from desktop.llm.loaded_model import CONVERSATION, LoadedModel, LoadOptions
from desktop.protocol.runner_messages import Turn
from tests.support.lora import make_lora

HARBOUR = "The harbour of Lowmere was built in 1871 by Samuel Holt, who also built two bridges. "
ORCHARD = "The orchard behind the abbey has forty apple trees, and most of them were planted in 1924. "


def about(text: str, question: str) -> tuple[Turn, ...]:
    return (Turn("system", "Answer from the sources."), Turn("user", f"{text * 16}\n{question}"))


def test_on_the_way_back_nothing_is_taken_in_anew(runner: ModelRunner) -> None:
    first = runner.generate(about(HARBOUR, "Who built it?"), max_tokens=12)
    assert first.prompt_tokens > LEAST
    other = runner.generate(about(ORCHARD, "How many trees?"), max_tokens=12)
    assert other.cached_tokens < 40
    for text, before in ((HARBOUR, first), (ORCHARD, other), (HARBOUR, first)):
        question = "Who built it?" if text == HARBOUR else "How many trees?"
        again = runner.generate(about(text, question), max_tokens=12)
        assert again.cached_tokens == again.prompt_tokens - 1
        assert again.text == before.text


def test_what_was_taken_in_under_one_tone_is_never_used_under_another(
    runner: ModelRunner, small_model: Path, tmp_path: Path
) -> None:
    tone = str(make_lora(small_model, tmp_path / "tone.gguf", seed=1))
    turns = about(HARBOUR, "Who built it?")
    plain = runner.generate(turns, max_tokens=12)
    runner.set_tones((ToneChoice(tone, 1.0),))
    toned = runner.generate(turns, max_tokens=12)
    assert toned.cached_tokens == 0
    runner.set_tones((ToneChoice(tone, 0.5),))
    assert runner.generate(turns, max_tokens=12).cached_tokens == 0
    for tones, before in (((), plain), ((ToneChoice(tone, 1.0),), toned)):
        runner.set_tones(tones)
        again = runner.generate(turns, max_tokens=12)
        assert (again.text, again.cached_tokens) == (before.text, before.prompt_tokens - 1)


@pytest.fixture(scope="module")
def model(small_model: Path) -> LoadedModel:
    return LlamaLibrary().load(str(small_model), LoadOptions(1024, 2, 0, "f16"), lambda: False)


def filled(model: LoadedModel, tokens: list[int]) -> Lane:
    model.forget(CONVERSATION)
    lane = Lane(model, CONVERSATION, 1024)
    lane.take_in(tokens, watch=False)
    return lane


def test_room_is_kept_and_the_oldest_goes_first(model: LoadedModel) -> None:
    one, two = ([number] * LEAST for number in (100, 200))
    lane = filled(model, one)
    size = len(lane.copy_state())
    kept = KeptStates(int(size * 1.5))
    kept.make_way(lane, two)
    lane = filled(model, two)
    kept.make_way(lane, [5])
    kept.make_way(lane, one)
    assert list(lane.tokens) == two
    lane = filled(model, [5, 6])
    kept.make_way(lane, two)
    assert list(lane.tokens) == two


def test_too_little_is_not_worth_a_copy(model: LoadedModel) -> None:
    kept = KeptStates(1 << 30)
    few = [100] * (LEAST - 1)
    kept.make_way(filled(model, few), [5])
    lane = filled(model, [5])
    kept.make_way(lane, few)
    assert list(lane.tokens) == [5]


def test_a_copy_that_cannot_be_put_back_leaves_nothing_held(model: LoadedModel) -> None:
    lane = filled(model, [100] * LEAST)
    state = lane.copy_state()
    lane.put_back([1, 2], type(state)())
    assert list(lane.tokens) == []
    assert lane.take_in([100], watch=False)


def test_the_common_start() -> None:
    assert common_start([1, 2, 3], [1, 2, 4]) == 2
    assert common_start([1, 2], [1, 2, 3]) == 2
    assert common_start([], [1]) == 0
