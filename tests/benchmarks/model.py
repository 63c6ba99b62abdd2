"""How fast the model runs: `python3 -m installer bench model [--model starter|small|tiny] [--rounds N] [--shared]`.

Ours, through the runner process, against bare llama-cpp-python with the same settings: both are loaded, and take turns.
Then what guessing ahead from the sources earns, how soon a stop is heeded, and what a second question on the same
sources costs. `--tries` holds other settings of llama.cpp against ours instead, `--builds` its builds for other
processors. Fails where a promise is broken.
"""

import argparse
import os
import statistics
import sys
import threading
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

from desktop.download.catalogue import read_catalogue
from desktop.llm.client import ModelRunner
from desktop.llm.hardware import physical_cores
from desktop.platform_support.paths import data_folders
from desktop.protocol.runner_messages import Generated, Turn
from tests.benchmarks.running.bare_runtime import CONTEXT, WRITTEN, Bare, Speed, ratios, spread, tell
from tests.benchmarks.running.questions import QUESTIONS, fresh_prompt, prompt
from tests.benchmarks.running.trying import builds, tries

LEAST_OF_BARE, LEAST_GAIN, MOST_STOP_SECONDS = 0.97, 1.3, 0.2


@contextmanager
def ours(model: Path, threads: int = 0) -> Generator[ModelRunner]:
    runner = ModelRunner()
    try:
        runner.ensure_loaded(str(model), context=CONTEXT, threads=threads)
        yield runner
    finally:
        runner.close()


def run_ours(runner: ModelRunner, turns: Sequence[Turn]) -> Speed:
    """The prompt alone, then the answer from what is cached."""
    before = work_of(runner)
    read = runner.generate(turns, max_tokens=1, guess=False)
    between = work_of(runner)
    answer = runner.generate(turns, max_tokens=WRITTEN, guess=False)
    after = work_of(runner)
    taken_in = read.prompt_tokens - read.cached_tokens
    return Speed(
        taken_in / read.first_token,
        max(1, answer.tokens - 1) / (answer.seconds - answer.first_token),
        taken_in / max(0.01, between - before),
        # its first token is computed here too
        answer.tokens / max(0.01, after - between),
    )


def work_of(runner: ModelRunner) -> float:
    """Seconds that the runner's threads have computed."""
    times = psutil.Process(runner.pid).cpu_times()
    return times.user + times.system


def against_bare(model: Path, rounds: int, *, shared: bool) -> tuple[list[str], dict[str, bool]]:
    """`shared`: on one thread each, and the promises are about work: others that compute too don't change that."""
    threads = 1 if shared else physical_cores()
    with ours(model, threads) as runner:
        bare = Bare(model, {"n_threads": threads, "n_threads_batch": threads})
        try:
            pairs: list[tuple[Speed, Speed]] = []
            for number in range(rounds):
                turns = fresh_prompt(number)
                if number % 2:
                    second, first = bare.run(turns), run_ours(runner, turns)
                else:
                    first, second = run_ours(runner, turns), bare.run(turns)
                pairs.append((first, second))
                tell(f"against bare: {number + 1} of {rounds}")
            memory = peak_memory(runner)
        finally:
            bare.close()
    names = ("prompt_work", "generation_work") if shared else ("prompt", "generation")
    prompts, writes = (ratios(pairs, name) for name in names)
    middle = [statistics.median(getattr(mine, name) for mine, _ in pairs) for name in names]
    unit = "tokens for a second of work of one thread" if shared else "tokens/s"
    lines = [
        f"prompt:      {middle[0]:6.1f} {unit}, of bare {spread(prompts)}",
        f"generation:  {middle[1]:6.1f} {unit}, of bare {spread(writes)}",
        f"peak memory: {memory / 1e6:.0f} MB, bare {bare.memory / 1e6:.0f} MB",
    ]
    kept = {
        f"prompt at least {LEAST_OF_BARE} of bare": statistics.median(prompts) >= LEAST_OF_BARE,
        f"generation at least {LEAST_OF_BARE} of bare": statistics.median(writes) >= LEAST_OF_BARE,
    }
    return lines, kept


def first_tokens(model: Path) -> list[str]:
    """Cold: a new process; warm: another question on the same sources."""
    started = time.monotonic()
    with ours(model) as runner:
        loaded = time.monotonic() - started
        cold = runner.generate(prompt(*QUESTIONS[0]), max_tokens=2)
        warm = runner.generate(prompt(*QUESTIONS[1]), max_tokens=2)
    return [
        f"loading:     {loaded:.2f} s with the process",
        f"first token: {cold.first_token:.2f} s cold ({cold.prompt_tokens} tokens), "
        f"{warm.first_token:.2f} s on the same sources ({warm.cached_tokens} of {warm.prompt_tokens} reused)",
    ]


def guessing(model: Path, count: int) -> tuple[list[str], dict[str, bool]]:
    """The same answers with and without guesses, each from the same state."""
    gains: list[float] = []
    slow = fast = 0.0
    same = drafted = accepted = 0
    with ours(model) as runner:
        for number, (question, file) in enumerate(QUESTIONS[:count]):
            turns = prompt(question, file)
            runner.generate(turns, max_tokens=1)
            plain, guessed = alternated(runner, turns, guess_first=bool(number % 2))
            same += plain.text == guessed.text
            drafted, accepted = drafted + guessed.drafted, accepted + guessed.accepted
            times = [answer.seconds - answer.first_token for answer in (plain, guessed)]
            slow, fast = slow + times[0], fast + times[1]
            gains.append(times[0] / times[1])
            tell(f"guessing: {number + 1} of {count}")
    lines = [
        f"guessing:    {slow / fast:.2f} times as fast over all, by answer {spread(gains)}; "
        f"{accepted} of {drafted} guesses right; the same text {same} of {count}"
    ]
    return lines, {f"guessing at least {LEAST_GAIN} times as fast": slow / fast >= LEAST_GAIN, "same": same == count}


def alternated(runner: ModelRunner, turns: Sequence[Turn], *, guess_first: bool) -> tuple[Generated, Generated]:
    answers = {guess: runner.generate(turns, max_tokens=120, guess=guess) for guess in (guess_first, not guess_first)}
    return answers[False], answers[True]


def stopping(model: Path, times: int) -> tuple[list[str], dict[str, bool]]:
    """From the cancel to the answer's end: in the middle of a long prompt, and while words come."""
    lines, kept = [], {}
    with ours(model) as runner:
        for what, tokens in (("a prompt of 3,500 tokens", 3500), ("an answer", 60)):
            waits = [stop_once(runner, tokens, number) for number in range(times)]
            lines.append(
                f"stop within {what}: {statistics.median(waits) * 1000:.0f} ms, at most {max(waits) * 1000:.0f}"
            )
            kept[f"stop within {what} in {MOST_STOP_SECONDS} s (median)"] = (
                statistics.median(waits) <= MOST_STOP_SECONDS
            )
    return lines, kept


def stop_once(runner: ModelRunner, tokens: int, number: int) -> float:
    cancelled = 0.0

    def cancel() -> None:
        nonlocal cancelled
        cancelled = time.monotonic()
        runner.cancel()

    timer = threading.Timer(0.7 + 0.13 * number, cancel)
    turns = (Turn("user", f"{number} Tell a long story. " + "The tide comes and goes. " * (tokens // 6)),)
    timer.start()
    runner.generate(turns, max_tokens=400)
    ended = time.monotonic()
    timer.cancel()
    timer.join()
    return max(0.0, ended - cancelled) if cancelled else 0.0


def peak_memory(runner: ModelRunner) -> float:
    """Bytes; what it takes now where the system does not keep the peak."""
    assert runner.pid is not None
    try:
        status = Path(f"/proc/{runner.pid}/status").read_text()
        return float(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) * 1024
    except (OSError, StopIteration):
        return float(psutil.Process(runner.pid).memory_info().rss)


def main() -> int:
    parser = argparse.ArgumentParser(prog="installer bench model", description=__doc__)
    parser.add_argument("--model", default="starter", choices=("starter", "small", "tiny"))
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--tries", action="store_true", help="other settings of llama.cpp against ours")
    parser.add_argument("--builds", action="store_true", help="the portable build's parts against ours")
    parser.add_argument("--shared", action="store_true", help="the computer is busy: hold work against work, not time")
    parser.add_argument("--only-bare", action="store_true", help="leave guessing and stopping out")
    options = parser.parse_args()
    model = data_folders().models / read_catalogue().model(options.model).file.path
    if not model.is_file():
        print(f"There is no model {model.name}: python3 -m installer setup --model {options.model}. Nothing measured.")
        return 0
    kept: dict[str, bool] = {}
    if options.tries or options.builds:
        lines = (tries if options.tries else builds)(model, options.rounds)
    else:
        lines = first_tokens(model)
        for more, promises in (
            against_bare(model, options.rounds, shared=options.shared),
            *(() if options.only_bare else (guessing(model, len(QUESTIONS)), stopping(model, 5))),
        ):
            lines += more
            kept |= promises
    load = " ".join(f"{one:.1f}" for one in os.getloadavg()) if hasattr(os, "getloadavg") else "unknown"
    print("\n".join([f"{model.name}, {physical_cores()} threads", *lines, f"load average {load}"]))
    broken = [promise for promise, holds in kept.items() if not holds]
    for promise in broken:
        print(f"BROKEN: {promise}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
