"""Answers from a real model in a real runner process: streaming, chance, limits, reuse of the prompt before."""

from pathlib import Path

import pytest

from desktop.domain.errors import UserError
from desktop.llm.client import ModelRunner
from desktop.protocol.runner_messages import Turn

QUESTION = (Turn("system", "You are a helpful assistant."), Turn("user", "Tell me about the sea."))


def test_the_stream_is_the_returned_text(runner: ModelRunner) -> None:
    heard: list[str] = []
    answer = runner.generate(QUESTION, max_tokens=40, on_text=heard.append)
    assert answer.text == "".join(heard)
    assert answer.text
    assert all(heard)
    assert 0 < answer.tokens <= 40
    assert answer.reason in ("stop", "length")
    assert 0 < answer.first_token <= answer.seconds


def test_text_with_characters_of_many_bytes_comes_whole(runner: ModelRunner) -> None:
    heard: list[str] = []
    turns = (Turn("user", "Repeat exactly: 😀🎉 你好 世界 Ελλάδα 😀🎉 你好 世界"),)
    answer = runner.generate(turns, max_tokens=60, on_text=heard.append)
    assert "".join(heard) == answer.text
    assert "\ufffd" not in answer.text


def test_temperature_zero_always_says_the_same(runner: ModelRunner) -> None:
    first = runner.generate(QUESTION, max_tokens=24)
    again = runner.generate(QUESTION, max_tokens=24)
    assert first.text == again.text


def test_chance_follows_the_seed(runner: ModelRunner) -> None:
    def said(seed: int) -> str:
        return runner.generate(QUESTION, max_tokens=24, temperature=1.2, seed=seed).text

    assert said(1) == said(1)
    assert len({said(seed) for seed in range(2, 6)}) > 1


def test_a_follow_up_takes_in_only_what_is_new(runner: ModelRunner) -> None:
    sources = "The harbour was built in 1871. " * 60
    first = (Turn("system", "Answer from the sources."), Turn("user", f"{sources}\nWhen was the harbour built?"))
    answer = runner.generate(first, max_tokens=16)
    assert answer.cached_tokens == 0
    follow_up = (*first, Turn("assistant", answer.text), Turn("user", "Are you sure?"))
    second = runner.generate(follow_up, max_tokens=4)
    assert second.cached_tokens >= answer.prompt_tokens
    assert second.prompt_tokens - second.cached_tokens < 40


def test_reuse_does_not_change_what_is_said(runner: ModelRunner) -> None:
    other = (*QUESTION[:1], Turn("user", "Tell me about the moon."))
    fresh = runner.generate(QUESTION, max_tokens=24)
    runner.generate(other, max_tokens=24)
    reused = runner.generate(QUESTION, max_tokens=24)
    assert reused.cached_tokens > 0
    assert reused.text == fresh.text


def test_a_stop_string_ends_the_answer_and_is_no_part_of_it(runner: ModelRunner) -> None:
    whole = runner.generate(QUESTION, max_tokens=40).text
    stop = whole[len(whole) // 2 :][:6]
    heard: list[str] = []
    answer = runner.generate(QUESTION, max_tokens=40, stop=(stop,), on_text=heard.append)
    assert answer.reason == "stop"
    assert answer.text == whole[: whole.index(stop)]
    assert "".join(heard) == answer.text


def test_the_limit_of_tokens_is_kept(runner: ModelRunner) -> None:
    answer = runner.generate(QUESTION, max_tokens=3)
    assert (answer.tokens, answer.reason) == (3, "length")


def test_a_prompt_that_does_not_fit_is_refused_and_the_next_one_works(runner: ModelRunner) -> None:
    with pytest.raises(UserError, match="too long"):
        runner.generate((Turn("user", "word " * 5000),), max_tokens=100)
    with pytest.raises(UserError, match="too long"):
        runner.generate(QUESTION, max_tokens=4096)
    assert runner.generate(QUESTION, max_tokens=4).text


def test_tokens_are_counted(runner: ModelRunner) -> None:
    counts = runner.count_tokens(("", "word", "word " * 100, "<|im_end|>"))
    assert counts[:2] == (0, 1)
    assert 100 <= counts[2] <= 102
    # a control string in a document is words, not one control token
    assert counts[3] > 1


def test_loading_again_is_nothing_and_another_context_is_a_new_load(runner: ModelRunner, small_model: Path) -> None:
    again = runner.ensure_loaded(str(small_model), context=4096)
    assert again is runner.ensure_loaded(str(small_model), context=4096)
    assert (again.family, again.architecture, again.context) == ("chatml", "llama", 4096)
    assert runner.ensure_loaded(str(small_model), context=1024).context == 1024
    assert runner.loaded_path == str(small_model)


def test_after_unload_there_is_no_model(runner: ModelRunner) -> None:
    runner.unload()
    assert runner.loaded_path == ""
    with pytest.raises(UserError, match="No model"):
        runner.generate(QUESTION, max_tokens=4)


def test_an_error_of_the_listener_ends_the_generation_and_reaches_the_caller(runner: ModelRunner) -> None:
    def fail(_text: str) -> None:
        raise RuntimeError("the window is gone")

    with pytest.raises(RuntimeError, match="the window is gone"):
        runner.generate(QUESTION, max_tokens=2000, on_text=fail)
    assert runner.generate(QUESTION, max_tokens=4).text


def test_keys_and_values_may_take_half_the_memory(runner: ModelRunner, small_model: Path) -> None:
    loaded = runner.ensure_loaded(str(small_model), context=4096, kv_type="q8_0")
    assert (loaded.kv_type, loaded.gpu_layers, loaded.device) == ("q8_0", 0, "")
    assert loaded.layers == 30
    assert "sea" in runner.generate(QUESTION, max_tokens=24).text.lower()
    with pytest.raises(UserError, match="Keys and values"):
        runner.ensure_loaded(str(small_model), kv_type="q3")
