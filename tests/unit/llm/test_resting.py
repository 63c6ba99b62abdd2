"""A model that nobody uses gives its memory back, and the next question finds it again."""

import queue
from pathlib import Path

import psutil

from desktop.domain.answers import ToneChoice
from desktop.engine.idle_unloading import IdleUnloading
from desktop.llm.client import ModelRunner
from desktop.protocol.runner_messages import Turn
from tests.support.lora import make_lora
from tests.support.model_parts import PATIENCE, model_parts

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


def test_after_so_many_minutes_without_a_question_it_is_put_away_and_the_window_is_told(
    tmp_path: Path, small_model: Path
) -> None:
    now, looked, ends = [1000.0], queue.SimpleQueue[float](), queue.SimpleQueue[bool]()

    def wait(seconds: float) -> bool:
        looked.put(seconds)
        return ends.get()

    def look_after(minutes: float) -> bool:
        now[0] += minutes * 60
        ends.put(False)
        looked.get(timeout=PATIENCE)  # it has looked, and waits again
        return bool(parts.runner.loaded_path)

    (tmp_path / "models").mkdir()
    (tmp_path / "models/tiny.gguf").symlink_to(small_model)
    with model_parts(tmp_path, clock=lambda: now[0]) as parts:
        idle = IdleUnloading(parts.runner, lambda: 15, parts.models.announce, wait)
        idle.start()
        looked.get(timeout=PATIENCE)
        parts.models.load(parts.models.model_for(None), ())
        assert parts.heard.next().models.place.path == parts.runner.loaded_path
        assert look_after(14)
        parts.runner.generate(QUESTION, max_tokens=1)
        assert look_after(14), "a question begins the time anew"
        assert parts.heard.events.empty()
        assert not look_after(1)
        assert parts.heard.next().models.place is None
        ends.put(True)
        idle.stop()


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
