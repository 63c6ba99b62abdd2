"""Asides beside a conversation in a real runner: neither loses what it holds to the other, whatever happens in one."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.domain.answers import ToneChoice
from desktop.domain.errors import UserError
from desktop.llm.client import ModelRunner
from desktop.protocol.runner_messages import Generated, Turn
from tests.support.lora import make_lora

TASK = Turn("system", "Rewrite the last question so that it can be understood alone. Reply with the question only.")
FIRST_ASIDE = (TASK, Turn("user", "Question: Who built the harbour?\nLast question: When did he die?"))
SECOND_ASIDE = (TASK, Turn("user", "Question: How deep is the lake?\nLast question: Is it salty?"))
SOURCES = "The harbour was built in 1871 by three brothers from the north. " * 60
FIRST = (Turn("system", "Answer from the sources."), Turn("user", f"{SOURCES}\nWhen was the harbour built?"))


def aside(runner: ModelRunner, turns: tuple[Turn, ...] = FIRST_ASIDE) -> Generated:
    return runner.generate(turns, max_tokens=20, aside=True)


def second_turn(first: Generated) -> tuple[Turn, ...]:
    return (*FIRST, Turn("assistant", first.text), Turn("user", "And who built it?"))


def fresh(make_runner: Callable[[], ModelRunner], model: Path) -> ModelRunner:
    runner = make_runner()
    runner.ensure_loaded(str(model), context=4096)
    return runner


def test_the_next_turn_takes_in_and_says_the_same_as_without_an_aside(
    runner: ModelRunner, make_runner: Callable[[], ModelRunner], small_model: Path
) -> None:
    first = runner.generate(FIRST, max_tokens=16)
    aside(runner)
    disturbed = runner.generate(second_turn(first), max_tokens=16)
    other = fresh(make_runner, small_model)
    assert other.generate(FIRST, max_tokens=16).text == first.text
    quiet = other.generate(second_turn(first), max_tokens=16)
    assert disturbed.cached_tokens == quiet.cached_tokens >= first.prompt_tokens
    assert disturbed.text == quiet.text


def test_the_first_word_of_the_next_turn_comes_soon_after_an_aside(runner: ModelRunner) -> None:
    first = runner.generate(FIRST, max_tokens=16)
    aside(runner)
    assert runner.generate(second_turn(first), max_tokens=2).first_token < 0.5 * first.first_token


def test_an_aside_says_what_it_says_alone_and_keeps_its_own_beginning(
    runner: ModelRunner, make_runner: Callable[[], ModelRunner], small_model: Path
) -> None:
    runner.generate(FIRST, max_tokens=16)
    beside = [aside(runner, turns) for turns in (FIRST_ASIDE, SECOND_ASIDE)]
    alone = [aside(fresh(make_runner, small_model), turns) for turns in (FIRST_ASIDE, SECOND_ASIDE)]
    assert [a.text for a in beside] == [a.text for a in alone]
    assert beside[0].cached_tokens == 0
    assert beside[1].cached_tokens >= runner.count_tokens((TASK.text,))[0]


def test_asides_have_no_tone_and_the_conversation_keeps_its_own(
    runner: ModelRunner, make_runner: Callable[[], ModelRunner], small_model: Path, tmp_path: Path
) -> None:
    plain = aside(fresh(make_runner, small_model)).text
    tone = (ToneChoice(str(make_lora(small_model, tmp_path / "tone.gguf", seed=1, scale=1.0)), 1.0),)
    runner.set_tones(tone)
    first = runner.generate(FIRST, max_tokens=16)
    for _ in range(2):
        # the second time each takes in a single token: a graph that llama.cpp kept from the other would go unnoticed
        assert aside(runner).text == plain
        assert runner.generate(FIRST, max_tokens=16).text == first.text
    second = runner.generate(second_turn(first), max_tokens=16)
    assert second.cached_tokens >= first.prompt_tokens
    toned = fresh(make_runner, small_model)
    toned.set_tones(tone)
    assert toned.generate(FIRST, max_tokens=16).text == first.text
    assert toned.generate(second_turn(first), max_tokens=16).text == second.text
    runner.set_tones(())
    assert aside(runner).text == plain
    assert runner.generate(FIRST, max_tokens=2).cached_tokens == 0


def test_a_cancelled_aside_leaves_both_as_they_were(runner: ModelRunner) -> None:
    first = runner.generate(FIRST, max_tokens=16)
    before = aside(runner).text

    def cancel(_text: str) -> None:
        threading.Thread(target=runner.cancel).start()

    story = (TASK, Turn("user", "Write a long story about the sea."))
    assert runner.generate(story, max_tokens=900, aside=True, on_text=cancel).reason == "cancelled"
    assert runner.generate(second_turn(first), max_tokens=2).cached_tokens >= first.prompt_tokens
    assert aside(runner).text == before


def test_both_may_be_full_at_once(runner: ModelRunner, small_model: Path) -> None:
    context = runner.ensure_loaded(str(small_model), context=1024).context
    long = (Turn("user", "word " * 1500),)
    for of_an_aside in (True, False):
        with pytest.raises(UserError, match="too long"):
            runner.generate(long, max_tokens=100, aside=of_an_aside)
    filling = (Turn("user", "word " * 600),)
    conversation = runner.generate(filling, max_tokens=300)
    assert context == 1024
    assert runner.generate(filling, max_tokens=300, aside=True).text == conversation.text
    assert runner.generate(filling, max_tokens=1).cached_tokens == conversation.prompt_tokens - 1
