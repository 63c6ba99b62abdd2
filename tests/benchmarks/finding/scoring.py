"""Questions, and one row of metrics for each: by the scorer that lies beside the question sets, and what it lacks.

Knows nothing of who found the passages: a system is a function from a question to passages, best first.
"""

import hashlib
import importlib.util
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

EVALUATION = Path(__file__).resolve().parents[4] / "shared" / "eval"
SETS = {"chroma_chunking": "en", "xquad_en": "en", "xquad_de": "de", "xquad_zh": "zh"}  # with their language
RESULTS = 10
BUDGET = 4_000  # characters of the results that count as read
GOLD = f"gold@{BUDGET}"
METRICS = ("hit@1", "recall@5", "ndcg@10", "ctx_recall@5", "ctx_iou@5", GOLD)
HALVES = ("tuning", "judging", "all")

Row = dict[str, Any]
Passage = tuple[str, int | None, int | None, str]  # file, start, end, text; without a place the scorer looks for it
Span = tuple[str, int | None, int | None]  # document of the set, start, end
System = Callable[[str], Sequence[Passage]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One system over one set: a row of metrics for each question, and how long the passages were and it took."""

    set: str
    system: str
    rows: list[Row]
    lengths: list[int]
    milliseconds: list[float]

    def of_half(self, half: str) -> list[Row]:
        return [row for row in self.rows if half in ("all", half_of(str(row["qid"])))]

    def mean(self, metric: str) -> float:
        return statistics.fmean(row[metric] for row in self.rows)


def half_of(qid: str) -> str:
    """Which half a question is in, whatever else is asked: the first is for tuning, the second for judging."""
    return HALVES[hashlib.sha256(qid.encode()).digest()[0] & 1]


class QuestionSet:
    """The questions of one set with what is right, and the scorer. At most `limit` of them, chosen by chance."""

    def __init__(self, name: str, limit: int | None = None, evaluation: Path = EVALUATION) -> None:
        self._score = _scorer(evaluation)
        self._set: Any = self._score.EvalSet(evaluation / name, limit=limit)
        self.name = name
        self.documents = evaluation / name / "docs"

    @property
    def texts(self) -> list[str]:
        return [str(question["question"]) for question in self._set.questions]

    @property
    def gold(self) -> list[list[dict[str, Any]]]:
        """For each question the places that answer it."""
        return [question["gold"] for question in self._set.questions]

    def spans(self, passages: Sequence[Passage]) -> list[Span]:
        """Where the passages stand in the documents of the set."""
        return self._score._chunks(self._set, passages)

    def hits(self, span: Span, place: dict[str, Any]) -> bool:
        return bool(self._score._hit(span, place, 0.5))

    def outcome(self, system: str, find: System) -> Outcome:
        """Asks a system every question and scores what it gives."""
        found: list[list[Passage]] = []
        milliseconds: list[float] = []
        for text in self.texts:
            started = time.perf_counter()
            found.append(list(find(text)))
            milliseconds.append((time.perf_counter() - started) * 1_000)
        lengths = [len(passage[3]) for passages in found for passage in passages]
        return Outcome(self.name, system, self.rows(found), lengths, milliseconds)

    def rows(self, found: Sequence[Sequence[Passage]]) -> list[Row]:
        """A row of metrics for each question, given what was found for each, in order."""
        given = iter(found)
        rows: list[Row] = self._score.score(self._set, lambda _: next(given))["rows"]
        for row, passages, gold in zip(rows, found, self.gold, strict=True):
            row[GOLD] = self._gold_within(self.spans(passages), gold)
        return rows

    def _gold_within(self, spans: Sequence[Span], gold: Sequence[dict[str, Any]]) -> float:
        read = list(first_characters(spans, BUDGET))
        return float(self._score._context(read, gold)[0]) if read else 0.0


def first_characters(spans: Sequence[Span], budget: int) -> Iterator[Span]:
    """The beginning of the results, in their order, until so many characters are read."""
    for document, start, end in spans:
        if start is None or end is None:
            continue
        if budget <= 0:
            return
        yield document, start, min(end, start + budget)
        budget -= end - start


def _scorer(evaluation: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("score", evaluation / "score.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
