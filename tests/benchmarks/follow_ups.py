"""How well follow-ups are understood: `python3 -m installer bench follow_ups [--model starter|small|tiny] [--each]`.

The second questions of short conversations (follow_ups.json) are searched as they were asked, with earlier words, as
Footnote understands them, and in a form that stands alone, written by hand. Cases with odd ids were used for tuning,
those with even ids judge. Fails where a promise is broken.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from desktop.answering.finding import PassageFinder
from desktop.answering.interfaces import AnswerLimits, AskedQuestion
from desktop.answering.leaning import leans_back
from desktop.answering.rewriting import prepare, with_earlier_words
from desktop.answering.understanding import understood
from desktop.domain.answers import FoundPassage
from desktop.download.catalogue import read_catalogue
from desktop.engine.chosen_embedder import DEFAULT_EMBEDDER
from desktop.llm.client import ModelRunner
from desktop.llm.hardware import physical_cores
from desktop.platform_support.paths import data_folders
from desktop.protocol.runner_messages import Turn
from tests.benchmarks.finding.libraries import BOTH, index_folder, open_library

CASES = Path(__file__).with_name("follow_ups.json")
SAMPLE = Path(__file__).resolve().parents[2] / "resources" / "sample"
EVALUATION = Path(__file__).resolve().parents[3] / "shared" / "eval" / "xquad_en" / "docs"
FIRST = 5  # so many passages count
LEAST_RATIO, MOST_SECONDS = 0.90, 1.5
CONTEXT = 4_096
WAYS = ("as asked", "earlier words", "understood", "stands alone")
HALVES = ("tuning", "judging", "all")


@dataclass(frozen=True, slots=True)
class Case:
    """`gold`: places that answer the question, each a file with either offsets or, in our own sample, the words."""

    id: int
    kind: str
    before: str
    answer: str
    question: str
    standalone: str
    gold: list[dict[str, Any]]

    @property
    def history(self) -> tuple[tuple[str, str], ...]:
        return ((self.before, self.answer),)

    @property
    def of_sample(self) -> bool:
        return all(place["file"].startswith("sample/") for place in self.gold)

    def is_in(self, half: str) -> bool:
        return half == "all" or (half == "tuning") is bool(self.id % 2)


@dataclass(frozen=True, slots=True)
class Row:
    """One case: the rank of the first passage with the answer in each way (0: none), and what understanding added.

    `processor`: seconds that each of the model's cores worked for it, which other programs hardly change.
    """

    case: Case
    ranks: dict[str, int]
    understood: str
    seconds: float
    processor: float

    @property
    def leans(self) -> bool:
        return leans_back(self.case.question, self.case.history)


class RunningModel:
    """The runner, as answering wants a generator."""

    def __init__(self, runner: ModelRunner) -> None:
        self.context = CONTEXT
        self.count_tokens = runner.count_tokens
        self.generate = runner.generate
        self._process = psutil.Process(runner.pid)

    def processor(self) -> float:
        """Seconds of work so far, for each core that the model uses."""
        times = self._process.cpu_times()
        return (times.user + times.system) / physical_cores()


def read_cases(whole: bool) -> list[Case]:
    """`whole`: not those over our own sample alone."""
    rows: list[dict[str, Any]] = json.loads(CASES.read_text(encoding="utf-8"))
    cases = [Case(**row) for row in rows]
    return [case for case in cases if whole or case.of_sample]


def answers(passage: FoundPassage, place: dict[str, Any]) -> bool:
    if Path(passage.file).name != Path(place["file"]).name:
        return False
    if "words" in place:
        return place["words"] in " ".join(passage.text.split())
    return passage.start <= place["start"] and place["end"] <= passage.end


def rank(passages: Sequence[FoundPassage], case: Case) -> int:
    ranks = (n for n, p in enumerate(passages, start=1) if any(answers(p, place) for place in case.gold))
    return next(ranks, 0)


def converse(model: RunningModel) -> None:
    """What goes before a follow-up: an answer from sources, which fills the memory beside asides, and getting ready."""
    model.generate((Turn("user", "The harbour was built in 1871 by three brothers. " * 120),), max_tokens=1)
    prepare(model)


def measured(case: Case, finder: PassageFinder, model: RunningModel) -> Row:
    limits = AnswerLimits()
    started = time.monotonic()
    finder.find(case.question, limits.passages)
    plain = time.monotonic() - started
    started, worked = time.monotonic(), model.processor()
    text, found = understood(AskedQuestion(case.question, case.history), finder, model, limits)
    seconds, worked = time.monotonic() - started - plain, model.processor() - worked
    searched = {
        "as asked": case.question,
        "earlier words": with_earlier_words(case.question, case.history),
        "stands alone": case.standalone,
    }
    ranks = {way: rank(finder.find(question, limits.passages), case) for way, question in searched.items()}
    return Row(case, {**ranks, "understood": rank(found, case)}, text, seconds, worked)


def recall(rows: Sequence[Row], way: str, half: str, first: int = FIRST) -> float:
    return statistics.fmean(0 < row.ranks[way] <= first for row in rows if row.case.is_in(half))


def ratio(rows: Sequence[Row], half: str) -> float:
    return recall(rows, "understood", half) / max(recall(rows, "stands alone", half), 1 / len(rows))


def changed(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row.understood != row.case.question]


def report(rows: Sequence[Row]) -> None:
    print(f"{'':<16}" + "".join(f"{half:>22}" for half in HALVES))
    for way in WAYS:
        cells = (f"@1 {recall(rows, way, half, 1):.3f}  @{FIRST} {recall(rows, way, half):.3f}" for half in HALVES)
        print(f"{way:<16}" + "".join(f"{cell:>22}" for cell in cells))
    print(f"{'ratio':<16}" + "".join(f"{ratio(rows, half):>22.3f}" for half in HALVES))
    needless = [row for row in changed(rows) if row.case.question == row.case.standalone]
    print(f"{len(rows)} cases; {len(changed(rows))} searched in other words, {len(needless)} of them needlessly")
    leaning = [row for row in rows if row.leans]
    print(f"added where the model was asked ({len(leaning)} cases): {spread([row.seconds for row in leaning])}")
    print(f"  of that its cores worked: {spread([row.processor for row in leaning])}")
    if hasattr(os, "getloadavg"):
        print("load average:", [round(load, 1) for load in os.getloadavg()])


def spread(seconds: Sequence[float]) -> str:
    ordered = sorted(seconds)
    return (
        f"median {statistics.median(ordered):.2f} s, 95th {ordered[int(len(ordered) * 0.95)]:.2f} s, "
        f"the first {seconds[0]:.2f} s"
    )


def broken(rows: Sequence[Row]) -> list[str]:
    found = [
        f"recall@{FIRST} is under {LEAST_RATIO} of that of questions that stand alone ({half})"
        for half in HALVES
        if ratio(rows, half) < LEAST_RATIO
    ]
    if statistics.median(row.seconds for row in rows if row.leans) >= MOST_SECONDS:
        found.append(f"a rewrite takes {MOST_SECONDS} s or more")
    return found


def missing(model: Path, name: str) -> str:
    """Why nothing can be measured, if so."""
    if not (data_folders().embedders / DEFAULT_EMBEDDER).is_dir():
        return "There is no embedder: get one with `python3 -m installer run`. Nothing was measured."
    if not model.is_file():
        return (
            f"There is no {model.name}: get it with `python3 -m installer setup --model {name}`. Nothing was measured."
        )
    return ""


def run(cases: Sequence[Case], documents: Sequence[Path], path: Path, tell: Callable[[Row], None]) -> list[Row]:
    runner = ModelRunner()
    try:
        runner.ensure_loaded(str(path), context=CONTEXT)
        model = RunningModel(runner)
        converse(model)
        with tempfile.TemporaryDirectory() as scratch:
            folders = data_folders(Path(scratch))
            for folder in documents:
                index_folder(folders, folder)
            with open_library(folders) as library:
                finder, rows = library.finder(BOTH), list[Row]()
                for case in cases:
                    rows.append(measured(case, finder, model))
                    tell(rows[-1])
        return rows
    finally:
        runner.close()


def show(row: Row) -> None:
    ranks = ", ".join(f"{way} {row.ranks[way]}" for way in WAYS)
    print(f"{row.case.id:3d} {row.seconds:5.2f} s  {row.case.question} → {row.understood}  ({ranks})", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="follow_ups", description=__doc__)
    parser.add_argument("--model", choices=("starter", "small", "tiny"), default="starter")
    parser.add_argument("--each", action="store_true", help="show every case")
    options = parser.parse_args()
    model = data_folders().models / read_catalogue().model(options.model).file.path
    if why := missing(model, options.model):
        print(why)
        return 0
    whole = EVALUATION.is_dir()
    if not whole:
        print(f"There are no articles at {EVALUATION}: only the cases over the sample are measured.")
    documents = [SAMPLE, EVALUATION] if whole else [SAMPLE]
    rows = run(read_cases(whole), documents, model, show if options.each else lambda _: None)
    report(rows)
    problems = broken(rows)
    for problem in problems:
        print(f"BROKEN: {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
