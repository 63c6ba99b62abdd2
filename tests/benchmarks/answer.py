"""How right and how well founded answers are: `python3 -m installer bench answer [--quick] [--cost] [--models]`.

Real questions go through the real pipeline: once with their article in the library, once without it, once without the
paragraph that answers them. What the model writes is kept by what it was asked, so a change behind it costs seconds.
`--cost` and `--models` measure that alone.
"""

import argparse
import dataclasses
import json
import os
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from desktop.answering.interfaces import Likeness
from desktop.answering.likeness import likeness_by
from desktop.embedding.embedder import load_embedder
from desktop.engine.chosen_embedder import DEFAULT_EMBEDDER
from desktop.llm.client import ModelRunner
from desktop.platform_support.paths import DataFolders, data_folders
from tests.benchmarks.answering import cost, thresholds, weak_models
from tests.benchmarks.answering.asking import Asking, answer_figures, answer_lines, broken_promises
from tests.benchmarks.answering.cases import MOST, WithoutParagraph, all_cases, finder_without, read_cases
from tests.benchmarks.answering.claims import figures, judge_claims, read_claims
from tests.benchmarks.answering.judgement import ASKED, judge, judgement_lines
from tests.benchmarks.answering.kept_generations import KeptGenerations
from tests.benchmarks.finding.libraries import BOTH, Library, index_folder, open_library

EVALUATION = Path(__file__).resolve().parents[3] / "shared" / "eval"
SET = EVALUATION / "xquad_en"
CLAIMS = EVALUATION / "wice" / "claims.jsonl"
PLOT = Path(__file__).parent / "refusing.svg"
QUICK = 30
STARTER = "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"
AUROC, FIRST, MILLISECONDS = 0.82, 0.90, 150.0


@dataclasses.dataclass(frozen=True, slots=True)
class Part:
    """What one part of the benchmark found: lines to print, figures and rows to keep, promises it saw broken."""

    name: str
    lines: list[str]
    told: dict[str, object]
    broken: list[str]


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """The articles as a library that is open, and a model runner."""

    folders: DataFolders
    library: Library
    runner: ModelRunner

    @property
    def kept(self) -> Path:
        return self.folders.cache / "bench-answer"


@contextmanager
def opened() -> Generator[Place]:
    home = data_folders()
    with tempfile.TemporaryDirectory() as scratch:
        folders = DataFolders(library=Path(scratch) / "library", home=home.home, cache=home.cache)
        index_folder(folders, SET / "docs")
        runner = ModelRunner()
        try:
            with open_library(folders) as library:
                yield Place(folders, library, runner)
        finally:
            runner.close()


def measure_answers(options: argparse.Namespace, place: Place) -> Part:
    count = QUICK if options.quick else options.questions
    cases, others = read_cases(SET, count)
    generator = None if options.quotes else kept_model(place, options.model)
    asking = Asking(place.library, generator)
    whole = place.library.finder(BOTH)
    rows = {
        "answerable": asking.ask_all(cases, lambda _: whole, "answerable"),
        "left out": asking.ask_all(others, lambda case: finder_without(place.library, case.document), "left out"),
        "paragraph left out": asking.ask_all(cases, lambda case: WithoutParagraph(whole, case), "paragraph left out"),
    }
    found = answer_figures(*rows.values())
    told: dict[str, object] = {
        "model": "none (quotes)" if options.quotes else options.model,
        "questions": count,
        "figures": found,
        "generated": generator.made if generator else 0,
        "rows": {name: [dataclasses.asdict(row) for row in of_kind] for name, of_kind in rows.items()},
    }
    return Part("answers", answer_lines(told, rows=options.rows), told, broken_promises(found))


def kept_model(place: Place, name: str) -> KeptGenerations:
    loaded = place.runner.ensure_loaded(str(place.folders.models / name))
    return KeptGenerations(place.runner, name, loaded.context, place.kept / f"{name}.jsonl")


def measure_cost(options: argparse.Namespace, place: Place) -> Part:
    pairs = cost.question_pairs(all_cases(SET), cost.ROUNDS + 1)
    costs = cost.Costs(place.runner, place.folders.models / options.model, place.library.finder(BOTH))
    found = cost.figures(costs.measure(pairs, lambda line: print(f"\r{line}", end="", file=sys.stderr, flush=True)))
    print(file=sys.stderr)
    lines = [f"Cost beside bare llama-cpp-python, {options.model}"]
    lines += [f"  {name:<50} {value:.3f}" for name, value in found.items()]
    return Part("cost", lines, {"model": options.model, **found}, cost.broken_promises(found))


def measure_models(options: argparse.Namespace, place: Place) -> Part:
    cases, _ = read_cases(SET, weak_models.QUESTIONS)
    whole = place.library.finder(BOTH)
    with tempfile.TemporaryDirectory() as scratch:
        trial = weak_models.SpeakerTrial(place.runner, place.folders.models, place.kept, Path(scratch))
        chosen = [speaker for speaker in weak_models.speakers(options.model) if trial.has(speaker)]
        found = [trial.measure(speaker, cases, place.library, lambda _: whole) for speaker in chosen]
    lines = ["Footnotes that pass the re-check, whoever writes", *map(weak_models.footing_line, found)]
    told: dict[str, object] = {"speakers": [footing.told() for footing in found]}
    return Part(
        "models", lines, told, [f"every footnote of {f.speaker} passes" for f in found if f.passed < f.footnotes]
    )


def measure_thresholds() -> Part:
    home = data_folders()
    measured: list[thresholds.Nearness] = []
    for language, name in (("English", "xquad_en"), ("German", "xquad_de"), ("Chinese", "xquad_zh")):
        with tempfile.TemporaryDirectory() as scratch:
            folders = DataFolders(library=Path(scratch) / "library", home=home.home, cache=home.cache)
            index_folder(folders, EVALUATION / name / "docs")
            with open_library(folders) as library:
                measured += thresholds.nearness_in(language, EVALUATION / name, library)
    PLOT.write_text(thresholds.plot(measured), encoding="utf-8")
    told: dict[str, object] = {"nearness": [dataclasses.asdict(one) for one in measured]}
    return Part("thresholds", thresholds.threshold_lines(measured), told, [])


def measure_claims() -> Part:
    labelled = read_claims(CLAIMS)
    by_words = judge_claims(labelled)
    claims = judge_claims(labelled, likeness_of(data_folders()))
    lines, told = ["Claims: supported against the rest"], dict[str, object]()
    for name, judged, half in (
        ("tuning", claims, 0), ("held out", claims, 1), ("all", claims, None), ("all, words alone", by_words, None)
    ):  # fmt: skip
        f = figures(judged, half)
        told[name] = dataclasses.asdict(f)
        lines.append(
            f"  {name:<16} n {f.claims:>3}  AUROC {f.auroc:.3f}  supporting sentence first {f.first:.3f} ({f.first_of})"
            f"  called supported: {f.found:.2f} of the supported, {f.passed:.2f} of the rest  {f.milliseconds:.0f} ms"
        )
    held, every = figures(claims, 1), figures(claims)
    kept = {
        f"claims: AUROC at least {AUROC} on the held-out half": held.auroc >= AUROC,
        f"claims: a supporting sentence first, at least {FIRST} on the held-out half": held.first >= FIRST,
        f"claims: a supporting sentence first, at least {FIRST} of all": every.first >= FIRST,
        f"claims: under {MILLISECONDS:.0f} ms a sentence": every.milliseconds < MILLISECONDS,
    }
    return Part("claims", lines, told, [promise for promise, holds in kept.items() if not holds])


def likeness_of(folders: DataFolders) -> Likeness:
    """Meanings as the usual embedder sees them."""
    return partial(likeness_by, load_embedder(folders.embedders / DEFAULT_EMBEDDER))


def measure_judgement(options: argparse.Namespace, place: Place) -> Part:
    likeness = likeness_of(place.folders)
    held_out = [claim for claim in read_claims(CLAIMS) if claim.half == 1]
    model = kept_model(place, options.model)
    judged = [judge(claim, claim.evidence(likeness), model) for claim in held_out[:ASKED]]
    lines = judgement_lines(judged)
    return Part("judgement", lines, {"claims": [dataclasses.asdict(one) for one in judged]}, [])


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="installer bench answer", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} questions of each kind instead of {MOST}")
    parser.add_argument("--questions", type=int, default=MOST, metavar="N", help="of each kind, at most the default")
    parser.add_argument("--model", default=STARTER, help="a file in the folder of models")
    parser.add_argument("--quotes", action="store_true", help="no model: quote mode")
    parser.add_argument("--claims-only", action="store_true", help="only the check, without any model")
    parser.add_argument("--cost", action="store_true", help="only times, beside bare llama-cpp-python")
    parser.add_argument("--models", action="store_true", help="only footnotes of small models and under strong tones")
    parser.add_argument("--judgement", action="store_true", help="only what the model's yes or no adds to the check")
    parser.add_argument("--thresholds", action="store_true", help=f"only where refusing begins; draws {PLOT.name}")
    parser.add_argument("--rows", action="store_true", help="print every question with its answer")
    parser.add_argument("--json", type=Path, help="keep all figures and rows here")
    return parser


def measured(options: argparse.Namespace) -> list[Part]:
    if options.claims_only:
        return [measure_claims()]
    if options.thresholds:
        return [measure_thresholds()]
    with opened() as place:
        if options.cost:
            return [measure_cost(options, place)]
        if options.judgement:
            return [measure_judgement(options, place)]
        if options.models:
            return [measure_models(options, place)]
        return [measure_answers(options, place), measure_claims()]


def main() -> int:
    options = parser().parse_args()
    if not EVALUATION.is_dir():
        print(f"There are no question sets at {EVALUATION}: nothing was measured.")
        return 0
    if not (options.quotes or options.claims_only or (data_folders().models / options.model).is_file()):
        print(f"There is no model {options.model}: get it with python3 -m installer setup. Nothing was measured.")
        return 0
    started = time.monotonic()
    parts = measured(options)
    load = " ".join(f"{one:.1f}" for one in os.getloadavg()) if hasattr(os, "getloadavg") else "unknown"
    print("\n\n".join("\n".join(part.lines) for part in parts))
    print(f"{time.monotonic() - started:.0f} s; load average {load}")
    if options.json:
        told = {part.name: {**part.told, "broken": part.broken} for part in parts}
        options.json.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    broken = [promise for part in parts for promise in part.broken]
    for promise in broken:
        print(f"BROKEN: {promise}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
