"""A model that nobody uses gives its memory back, and the next question finds it again."""

import queue
from pathlib import Path

import psutil

from desktop.domain.answers import ToneChoice
from desktop.engine.idle_unloading import IdleUnloading
from desktop.llm.client import ModelRunner
from desktop.protocol.runner_messages import Turn
from tests.support.lora import make_lora

QUESTION = (Turn("user", "Tell me about the sea."),)


def test_all_its_memory_comes_back_and_the_next_question_works(runner: ModelRunner) -> None:
    before = runner.generate(QUESTION, max_tokens=8).text
    assert runner.pid is not None
    process = psutil.Process(runner.pid)
    assert process.memory_info().rss > 50_000_000
    assert not runner.rest(3600)
    assert runner.pid == process.pid
    assert runner.rest(0)
    assert not process.is_running()
    assert (runner.pid, runner.loaded_path) == (None, "")
    assert not runner.rest(0)
    assert runner.generate(QUESTION, max_tokens=8).text == before


def test_tones_are_laid_again(runner: ModelRunner, small_model: Path, tmp_path: Path) -> None:
    tones = (ToneChoice(str(make_lora(small_model, tmp_path / "tone.gguf", seed=1)), 1.0),)
    runner.set_tones(tones)
    toned = runner.generate(QUESTION, max_tokens=12).text
    assert runner.rest(0)
    runner.set_tones(tones)
    assert runner.generate(QUESTION, max_tokens=12).text == toned


def test_it_rests_in_the_middle_of_nothing(runner: ModelRunner) -> None:
    tried: list[bool] = []
    runner.generate(QUESTION, max_tokens=20, on_text=lambda _: tried.append(runner.rest(0)))
    assert tried
    assert not any(tried)


def test_the_engine_looks_now_and_then_and_zero_is_never(runner: ModelRunner) -> None:
    ends: queue.SimpleQueue[bool] = queue.SimpleQueue()
    told: queue.SimpleQueue[str] = queue.SimpleQueue()
    minutes = [0, 0]
    idle = IdleUnloading(runner, lambda: minutes.pop(), lambda: told.put("unloaded"), lambda _seconds: ends.get())
    idle.start()
    for end in (False, False, True):
        ends.put(end)
    idle.stop()
    assert (minutes, told.empty()) == ([], True)
    assert runner.loaded_path
