"""What a tone costs: `python3 -m installer bench tones`. Switching, and the prompt that has to be taken in again.

Fails when switching among tones that are loaded takes over 50 ms of processor time, on one thread, beside taking the
prompt in, or when a prompt after a switch takes longer than a cold one of the same run. `--model PATH`: another model.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from desktop.domain.answers import ToneChoice
from desktop.llm.client import ModelRunner
from desktop.llm.shelf import default_model, list_models
from desktop.platform_support.memory import free_memory
from desktop.platform_support.paths import data_folders
from desktop.protocol.runner_messages import Turn
from tests.support.lora import make_lora

ROUNDS = 5
MOST_SWITCH_SECONDS = 0.05
MOST_TIMES_COLD = 1.25
CONTEXT = 4096
PROMPT = (
    Turn("system", "You answer questions from the sources that the user gives."),
    Turn("user", "Sources:\n\n" + "The lease of Unit 4 has a notice period of three months. " * 80 + "\n\nHow long?"),
)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", type=Path)
    given = parser.parse_args()
    model = str(given.model or _usual_model())
    print(f"model {Path(model).name}, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        tones = [str(make_lora(model, Path(folder) / f"{n}.gguf", seed=n, scale=0.1, rank=16)) for n in range(2)]
        print(f"two tones of rank 16, {Path(tones[0]).stat().st_size / 1e6:.0f} MB each")
        runner = ModelRunner()
        try:
            return _measure(runner, model, tones)
        finally:
            runner.close()


def _usual_model() -> str:
    best = default_model(list_models(data_folders().models), free_memory())
    assert best is not None, "there is no model: python3 -m installer setup"
    return best.path


def _measure(runner: ModelRunner, model: str, tones: list[str]) -> int:
    runner.ensure_loaded(model, context=CONTEXT)
    bare = _prompt(runner)
    first = _seconds(lambda: runner.set_tones((ToneChoice(tones[0], 1.0),)))
    second = _seconds(lambda: runner.set_tones((ToneChoice(tones[0], 1.0), ToneChoice(tones[1], 0.5))))
    cold = _prompt(runner)
    switches, prompts, used = list[float](), list[float](), list[float]()
    for n in range(ROUNDS):
        laid = (ToneChoice(tones[0], 0.5 + 0.1 * (n % 5)), ToneChoice(tones[1], 0.2 * (n % 3 + 1)))
        before = _used(runner)
        switches.append(_seconds(lambda laid=laid: runner.set_tones(laid)))
        used.append(_used(runner) - before)
        prompts.append(_prompt(runner))
    switch, prompt = statistics.median(switches), statistics.median(prompts)
    print(
        f"laid for the first time (checked and loaded): {first * 1e3:.0f} ms; one more beside it {second * 1e3:.0f} ms"
    )
    least, cpu = min(switches), statistics.mean(used)
    print(f"another strength: {switch * 1e3:.0f} ms, best {least * 1e3:.0f} ms, processor {cpu * 1e3:.0f} ms")
    print(f"first token after a switch: {prompt:.2f} s, {prompt / cold:.2f} of a cold one under the same tones")
    print(f"that is {prompt / bare:.2f} of a cold one without tones ({bare:.2f} s), which compute less")
    return int(_failed(cpu, prompt / cold))


def _failed(switch: float, ratio: float) -> bool:
    if switch > MOST_SWITCH_SECONDS:
        print(f"FAILED: switching takes over {MOST_SWITCH_SECONDS * 1e3:.0f} ms")
    if ratio > MOST_TIMES_COLD:
        print(f"FAILED: after a switch a prompt takes over {MOST_TIMES_COLD} times as long as a cold one")
    return switch > MOST_SWITCH_SECONDS or ratio > MOST_TIMES_COLD


def _used(runner: ModelRunner) -> float:
    """Seconds of processor time that the runner took so far: what it costs whatever else runs."""
    times = psutil.Process(runner.pid).cpu_times()
    return times.user + times.system


def _prompt(runner: ModelRunner) -> float:
    """Seconds to the first token of a prompt of which nothing is held."""
    generated = runner.generate(PROMPT, max_tokens=1)
    assert generated.cached_tokens == 0
    return generated.first_token


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
