"""Whether footnotes hold whatever writes the answer: small models, and models that a strong tone was laid over.

Nothing is said of how right they are: they are not. A footnote passes when it resolves to exact words and the
independent re-check finds nothing in its sentences that their footnotes lack.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from desktop.answering.interfaces import Finder
from desktop.domain.answers import ToneChoice
from desktop.llm.client import ModelRunner
from tests.benchmarks.answering.asking import Asking
from tests.benchmarks.answering.cases import Case
from tests.benchmarks.answering.judging import Row
from tests.benchmarks.answering.kept_generations import KeptGenerations
from tests.benchmarks.finding.libraries import Library
from tests.support.lora import make_lora

QUESTIONS = 30
_SMALL, _TINY = "qwen2.5-coder-0.5b-instruct-q4.gguf", "smollm2-135m-instruct-q4_1.gguf"


@dataclass(frozen=True, slots=True)
class Speaker:
    """A model, and how strong a tone lies over it: 1 makes it speak differently, 10 makes noise, 0 is none."""

    model: str
    tone: float = 0.0

    @property
    def name(self) -> str:
        return f"{self.model}, tone {self.tone:g}" if self.tone else self.model


@dataclass(frozen=True, slots=True)
class Footing:
    """What one speaker's answers were: `passed` of all `footnotes` shown; `failures` say what was wrong."""

    speaker: str
    answered: int
    refused: int
    right: int
    footnotes: int
    passed: int
    failures: tuple[str, ...]

    def told(self) -> dict[str, object]:
        return asdict(self)


def speakers(starter: str) -> tuple[Speaker, ...]:
    return (Speaker(_TINY), Speaker(_TINY, 3.0), Speaker(_SMALL), Speaker(_SMALL, 3.0), Speaker(starter, 2.0))


class SpeakerTrial:
    """Asks the same questions of every speaker. `kept` holds what they said, `scratch` their tones."""

    def __init__(self, runner: ModelRunner, models: Path, kept: Path, scratch: Path) -> None:
        self._runner, self._models, self._kept, self._scratch = runner, models, kept, scratch

    def has(self, speaker: Speaker) -> bool:
        return (self._models / speaker.model).is_file()

    def measure(
        self, speaker: Speaker, cases: Sequence[Case], library: Library, finder: Callable[[Case], Finder]
    ) -> Footing:
        path = self._models / speaker.model
        loaded = self._runner.ensure_loaded(str(path))
        self._runner.set_tones(self._tones(speaker, path))
        generator = KeptGenerations(self._runner, speaker.name, loaded.context, self._kept / f"{speaker.model}.jsonl")
        return footing(speaker.name, Asking(library, generator).ask_all(cases, finder, speaker.name))

    def _tones(self, speaker: Speaker, path: Path) -> tuple[ToneChoice, ...]:
        if not speaker.tone:
            return ()
        made = make_lora(path, self._scratch / f"{path.stem}-{speaker.tone:g}.gguf", seed=1, scale=speaker.tone)
        return (ToneChoice(str(made), 1.0),)


def footing(name: str, rows: Sequence[Row]) -> Footing:
    shown = [row for row in rows if not row.refused]
    return Footing(
        speaker=name,
        answered=len(shown),
        refused=len(rows) - len(shown),
        right=sum(row.right for row in shown),
        footnotes=sum(row.footnotes for row in shown),
        passed=sum(row.footnotes - row.failed for row in shown),
        failures=tuple(f"{row.qid}: {what}" for row in shown for what in row.contradicted),
    )


def footing_line(footing: Footing) -> str:
    return (
        f"  {footing.speaker:<52} answered {footing.answered}, refused {footing.refused}, right {footing.right}; "
        f"footnotes {footing.footnotes}, passed {footing.passed}"
    )
