"""Ways to end: cancel before and during an answer, the runner killed, its parent gone, files that are no models."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from desktop.domain.errors import UserError
from desktop.llm.client import ModelLoadKilled, ModelRunner
from desktop.llm.runner_process import RunnerDied
from desktop.platform_support.environment import child_environment
from desktop.protocol.child import ChildProcess
from desktop.protocol.common_messages import HELLO, Hello
from desktop.protocol.lines import PROTOCOL, Event, request_line
from desktop.protocol.runner_messages import GENERATE, LOAD_MODEL, Generate, LoadModel, Turn

QUESTION = (Turn("user", "Write a long story about the sea."),)
# a cancel itself takes milliseconds; the rest is room for a busy machine
SOON = 2.0


class CancelTimer:
    """Cancels when told that something happened; says how long the generation took to end."""

    def __init__(self, runner: ModelRunner) -> None:
        self._runner = runner
        self.at = 0.0

    def cancel(self) -> None:
        self.at = time.monotonic()
        self._runner.cancel()


def test_cancel_while_the_answer_comes(runner: ModelRunner) -> None:
    timer = CancelTimer(runner)
    heard: list[str] = []

    def listen(text: str) -> None:
        heard.append(text)
        if len(heard) == 3:
            threading.Thread(target=timer.cancel).start()

    answer = runner.generate(QUESTION, max_tokens=2000, on_text=listen)
    assert time.monotonic() - timer.at < SOON
    assert answer.reason == "cancelled"
    assert answer.text == "".join(heard)
    assert runner.generate(QUESTION, max_tokens=4).text


def test_cancel_while_the_prompt_is_taken_in(runner: ModelRunner) -> None:
    long = (Turn("user", "The tide comes and the tide goes. " * 400),)
    assert runner.count_tokens((long[0].text,))[0] > 3000
    timer = CancelTimer(runner)
    # long enough to be past the request, far too short for 3,000 tokens
    thread = threading.Timer(0.3, timer.cancel)
    thread.start()
    answer = runner.generate(long, max_tokens=50)
    assert time.monotonic() - timer.at < SOON
    thread.join()
    assert (answer.reason, answer.text, answer.tokens) == ("cancelled", "", 0)
    # what was taken in before is not lost, and not wrong
    after_cancel = runner.generate(QUESTION, max_tokens=12).text
    fresh = ModelRunner()
    try:
        fresh.ensure_loaded(runner.loaded_path, context=4096)
        assert fresh.generate(QUESTION, max_tokens=12).text == after_cancel
    finally:
        fresh.close()


def test_cancel_of_nothing_does_nothing(runner: ModelRunner) -> None:
    runner.cancel()
    assert runner.generate(QUESTION, max_tokens=4).reason == "length"


def test_a_killed_runner_is_reported_and_the_next_question_works(runner: ModelRunner) -> None:
    before = runner.generate(QUESTION, max_tokens=8).text
    pid = runner.pid
    assert pid is not None

    def kill(_text: str) -> None:
        os.kill(pid, signal.SIGKILL)

    with pytest.raises(RunnerDied):
        runner.generate(QUESTION, max_tokens=2000, on_text=kill)
    assert (runner.pid, runner.loaded_path) == (None, "")
    assert runner.generate(QUESTION, max_tokens=8).text == before
    assert runner.pid not in (None, pid)


def test_a_model_whose_load_kills_the_runner_is_named(small_model: Path) -> None:
    def start(on_event: Callable[[Event], None], environment: Mapping[str, str]) -> ChildProcess:
        here = {**environment, "PYTHONPATH": str(Path(__file__).parent)}
        return ChildProcess(("dying_runner",), here, on_event=on_event)

    runner = ModelRunner(start)
    try:
        for _ in range(2):
            with pytest.raises(ModelLoadKilled) as caught:
                runner.ensure_loaded(str(small_model))
            assert caught.value.path == str(small_model)
        assert runner.loaded_path == ""
    finally:
        runner.close()


def test_the_end_of_its_input_ends_the_runner_in_the_middle_of_an_answer(small_model: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "desktop.llm.process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=child_environment(),
    )
    with process:
        assert process.stdin is not None and process.stdout is not None
        generate = Generate(1, QUESTION, 3000, 0.0, 0, ())
        process.stdin.write(request_line(1, HELLO.name, Hello(PROTOCOL)))
        process.stdin.write(request_line(2, LOAD_MODEL.name, LoadModel(str(small_model), 4096, 0, 0, "")))
        process.stdin.write(request_line(3, GENERATE.name, generate))
        process.stdin.flush()
        assert b'"process":"runner"' in process.stdout.readline()
        assert b'"chatml"' in process.stdout.readline()
        assert b"text_generated" in process.stdout.readline()
        process.stdin.close()
        assert process.wait(SOON) == 0


def test_files_that_are_no_models_are_refused_and_the_loaded_one_stays(
    runner: ModelRunner, small_model: Path, tmp_path: Path
) -> None:
    text = tmp_path / "text.gguf"
    text.write_text("this is no model\n" * 100)
    with small_model.open("rb") as stream:
        head = stream.read(8 << 20)
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(head)
    pid = runner.pid
    for bad in (text, cut, tmp_path / "none.gguf", tmp_path):
        with pytest.raises(UserError) as caught:
            runner.ensure_loaded(str(bad))
        assert caught.value.hint
    assert runner.pid == pid
    runner.ensure_loaded(str(small_model), context=4096)
    assert runner.generate(QUESTION, max_tokens=4).text
