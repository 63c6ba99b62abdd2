"""What answering costs beside bare llama-cpp-python: the same model, prompts, settings and threads, asked in turn.

Ours is the whole way: from the question, with finding and packing, to the first word, through all processes. Every
round asks about another article, so that both read new sources; then ours gets a second question on the same sources.
"""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop.answering.answerer import Answerer
from desktop.answering.interfaces import AskedQuestion, Finder, Place
from desktop.domain.answers import FoundPassage
from desktop.llm.client import ModelRunner
from desktop.llm.hardware import physical_cores
from desktop.llm.process import WAITING
from desktop.platform_support.environment import child_environment
from desktop.protocol.runner_messages import Generated, Turn
from tests.benchmarks.answering.cases import Case

ROUNDS = 7
WRITTEN = 96  # tokens, where the rate is measured
MOST_FIRST, LEAST_RATE, LEAST_FASTER = 1.10, 0.95, 5.0
# long enough to time tokens by, and the same for both
_RATE_TURNS = (Turn("user", "Write the numbers from one to one hundred as English words, with commas between them."),)


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds to the first word and from there to the end, and how many tokens that were."""

    first: float
    rest: float
    tokens: int

    @property
    def rate(self) -> float:
        """Tokens a second after the first."""
        return (self.tokens - 1) / self.rest


@dataclass(frozen=True, slots=True)
class Round:
    """One article: the whole answer by us and bare, the second question by us, and writing alone by both."""

    ours: Timed
    bare: Timed
    follow_up: Timed
    our_rate: float
    bare_rate: float

    @property
    def times_bare(self) -> float:
        return self.ours.first / self.bare.first


class FirstWord:
    """A listener that remembers when the first word came."""

    def __init__(self) -> None:
        self.began = time.perf_counter()
        self.first = 0.0

    def stage(self, name: str, standalone: str) -> None: ...

    def thought(self, words: str) -> None: ...
    def text(self, words: str) -> None:
        self.first = self.first or time.perf_counter() - self.began

    def cancelled(self) -> bool:
        return False


class WatchedModel:
    """A loaded model that remembers what it was asked and what it said; `dry` says nothing, to learn a prompt by."""

    def __init__(self, runner: ModelRunner, context: int) -> None:
        self._runner, self.context = runner, context
        self.count_tokens = runner.count_tokens
        self.dry = False
        self.turns: tuple[Turn, ...] = ()
        self.max_tokens = 0
        self.last = Generated("", "stop", 0, 0, 0, 0.0, 0.0, 0, 0)

    def generate(self, turns: Sequence[Turn], *, max_tokens: int, **more: Any) -> Generated:
        if not more.get("aside"):
            self.turns, self.max_tokens = tuple(turns), max_tokens
        if self.dry:
            return self.last
        said = self._runner.generate(turns, max_tokens=max_tokens, **more)
        self.last = said if not more.get("aside") else self.last
        return said


class SameSources:
    """A finder that finds once and then the same again, whatever is asked."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder
        self._found: tuple[FoundPassage, ...] | None = None
        self.around = finder.around
        self.coverage = finder.coverage
        self.likeness = finder.likeness

    def find(self, question: str, limit: int) -> tuple[FoundPassage, ...]:
        found = self._finder.find(question, limit)
        self._found = self._found or found
        return self._found

    def place_of(self, file_id: int, start: int, end: int) -> Place:
        return self._finder.place_of(file_id, start, end)


class BareModel:
    """The process with llama-cpp-python alone. `with BareModel(…) as bare:`"""

    def __init__(self, model: Path, context: int, threads: int) -> None:
        command = [sys.executable, "-m", "tests.benchmarks.answering.bare_process"]
        # OpenMP waits as in our runner: who spins while waiting gains on a quiet computer and loses on a busy one
        environment = dict([WAITING]) | child_environment()
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8", env=environment
        )
        self._send({"model": str(model), "context": context, "threads": threads})

    def __enter__(self) -> "BareModel":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def answer(self, turns: Sequence[Turn], max_tokens: int) -> Timed:
        messages = [{"role": turn.role, "content": turn.text} for turn in turns]
        self._send({"messages": messages, "max_tokens": max_tokens})
        assert self._process.stdout
        said = json.loads(self._process.stdout.readline())
        return Timed(said["first"], said["rest"], said["tokens"])

    def _send(self, line: Mapping[str, object]) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(line) + "\n")
        self._process.stdin.flush()


class Costs:
    """Measures rounds with both models loaded."""

    def __init__(self, runner: ModelRunner, model: Path, finder: Finder) -> None:
        loaded = runner.ensure_loaded(str(model))
        self._runner, self._model, self._path = runner, WatchedModel(runner, loaded.context), model
        self._finder, self._context = finder, loaded.context

    def measure(self, pairs: Sequence[tuple[Case, Case]], told: Callable[[str], None]) -> list[Round]:
        """`pairs`: two questions on one article. The first round warms up and doesn't count."""
        with BareModel(self._path, self._context, physical_cores()) as bare:
            rounds: list[Round] = []
            for number, (one, two) in enumerate(pairs):
                rounds.append(self._round(number, one, two, bare))
                told(f"cost: {number + 1} of {len(pairs)}, first word {rounds[-1].times_bare:.2f} times bare")
        return rounds[1:]

    def _round(self, number: int, one: Case, two: Case, bare: BareModel) -> Round:
        finder = SameSources(self._finder)
        self._learn_prompt(finder, one)
        turns, max_tokens = self._model.turns, self._model.max_tokens

        def by_bare() -> tuple[Timed, float]:
            return bare.answer(turns, max_tokens), bare.answer(_RATE_TURNS, WRITTEN).rate

        def by_us() -> tuple[Timed, Timed, float]:
            ours, answer = self._ask(finder, AskedQuestion(one.question))
            follow_up, _ = self._ask(finder, AskedQuestion(two.question, ((one.question, answer),)))
            return ours, follow_up, self._our_rate()

        if number % 2:
            theirs, our_part = by_bare(), by_us()
        else:
            our_part, theirs = by_us(), by_bare()
        return Round(our_part[0], theirs[0], our_part[1], our_part[2], theirs[1])

    def _learn_prompt(self, finder: Finder, case: Case) -> None:
        self._model.dry, self._model.turns = True, ()
        Answerer(finder, self._model).answer(AskedQuestion(case.question), FirstWord())
        self._model.dry = False

    def _ask(self, finder: Finder, question: AskedQuestion) -> tuple[Timed, str]:
        listener = FirstWord()
        Answerer(finder, self._model).answer(question, listener)
        said = self._model.last
        return Timed(listener.first, said.seconds - said.first_token, said.tokens), said.text

    def _our_rate(self) -> float:
        listener = FirstWord()
        said = self._runner.generate(_RATE_TURNS, max_tokens=WRITTEN, on_text=listener.text)
        return Timed(listener.first, time.perf_counter() - listener.began - listener.first, said.tokens).rate


def figures(rounds: Sequence[Round]) -> dict[str, float]:
    """Ratios of medians, and the medians themselves."""
    median = statistics.median
    ours, bare = median(r.ours.first for r in rounds), median(r.bare.first for r in rounds)
    follow_up = median(r.follow_up.first for r in rounds)
    our_rate, bare_rate = median(r.our_rate for r in rounds), median(r.bare_rate for r in rounds)
    return {
        "rounds": len(rounds),
        "first word, seconds": ours,
        "bare first token, seconds": bare,
        "first word, times bare": ours / bare,
        "tokens a second": our_rate,
        "bare tokens a second": bare_rate,
        "tokens a second, times bare": our_rate / bare_rate,
        "follow-up's first word, seconds": follow_up,
        "a cold one takes times as long": ours / follow_up,
    }


def broken_promises(found: Mapping[str, float]) -> list[str]:
    kept = {
        f"first word at most {MOST_FIRST} times bare": found["first word, times bare"] <= MOST_FIRST,
        f"tokens a second at least {LEAST_RATE} times bare": found["tokens a second, times bare"] >= LEAST_RATE,
        f"a follow-up at least {LEAST_FASTER:.0f} times faster": found["a cold one takes times as long"]
        >= LEAST_FASTER,
    }
    return [promise for promise, holds in kept.items() if not holds]


def question_pairs(cases: Sequence[Case], count: int) -> list[tuple[Case, Case]]:
    """Two questions on the same paragraph, each pair on another article."""
    pairs: dict[str, tuple[Case, Case]] = {}
    seen: dict[tuple[str, int], Case] = {}
    for case in cases:
        earlier = seen.setdefault((case.document, case.start), case)
        if earlier is not case:
            pairs.setdefault(case.document, (earlier, case))
    return list(pairs.values())[:count]
