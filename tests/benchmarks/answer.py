"""How right and how well founded answers are: `python3 -m installer bench answer [--quick] [--model NAME]`.

Real questions go through the real pipeline: once with their article in the library, once without it, once without the
paragraph that answers them. What the model writes is kept by what it was asked, so a change behind it costs seconds.
"""

import argparse
import dataclasses
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from desktop.answering.answerer import Answerer
from desktop.answering.interfaces import AnswerLimits, AskedQuestion, Finder, Generator
from desktop.llm.client import ModelRunner
from desktop.platform_support.paths import DataFolders, data_folders
from tests.benchmarks.answering.cases import Case, WithoutParagraph, finder_without, read_cases
from tests.benchmarks.answering.claims import figures, judge_claims
from tests.benchmarks.answering.judging import Row, judged
from tests.benchmarks.answering.kept_generations import KeptGenerations
from tests.benchmarks.finding.libraries import BOTH, Library, index_folder, open_library

EVALUATION = Path(__file__).resolve().parents[3] / "shared" / "eval"
SET = EVALUATION / "xquad_en"
CLAIMS = EVALUATION / "wice" / "claims.jsonl"
QUICK, FULL = 30, 100
STARTER = "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"
RIGHT, CITED, REFUSED, WRONGLY_REFUSED, QUOTED_WORDS = 0.75, 0.92, 0.90, 0.10, 30
AUROC, FIRST, MILLISECONDS = 0.82, 0.90, 150.0


class Nobody:
    """Listens to nothing."""

    def stage(self, name: str, standalone: str) -> None: ...
    def text(self, words: str) -> None: ...
    def cancelled(self) -> bool:
        return False


class Asking:
    """Asks questions of one library and judges what comes back."""

    def __init__(self, library: Library, generator: Generator | None) -> None:
        self._library, self._generator = library, generator
        self._texts = {
            path: Path(path).read_text(encoding="utf-8-sig")
            for folder in library.files.folders()
            for path in library.files.known_files(folder.id)
        }

    def ask(self, case: Case, finder: Finder) -> Row:
        limits = AnswerLimits()
        draft = Answerer(finder, self._generator, limits).answer(AskedQuestion(case.question), Nobody())
        sources = [finder.around(p, limits.source_characters).text for p in draft.passages[: limits.sources]]
        return judged(case, draft, sources, self._texts, by_quote=self._generator is None)

    def ask_all(self, cases: Sequence[Case], finder: Callable[[Case], Finder], what: str) -> list[Row]:
        rows = []
        for number, case in enumerate(cases, 1):
            rows.append(self.ask(case, finder(case)))
            print(f"\r{what}: {number} of {len(cases)}", end="", file=sys.stderr, flush=True)
        print(file=sys.stderr)
        return rows


def share(rows: Sequence[Row], holds: Callable[[Row], bool]) -> float:
    return sum(map(holds, rows)) / len(rows) if rows else 0.0


def answer_figures(answerable: Sequence[Row], left_out: Sequence[Row], near: Sequence[Row]) -> dict[str, float]:
    right = [row for row in answerable if row.right]
    shown = [row for row in (*answerable, *left_out, *near) if not row.refused]
    given = [row for row in answerable if not row.refused]
    return {
        "answered and right": share(answerable, lambda row: row.right),
        "footnoted words hold the answer, of those right": share(right, lambda row: row.cited),
        "answerable, refused": share(answerable, lambda row: row.refused),
        "sources hold the answer": share(answerable, lambda row: row.source_has_it),
        "left out, refused": share(left_out, lambda row: row.refused),
        "paragraph left out, refused": share(near, lambda row: row.refused),
        "paragraph left out, right all the same": share(near, lambda row: row.right),
        "token F1": statistics.fmean(row.f1 for row in answerable) if answerable else 0.0,
        "median words of an answer": statistics.median(row.words for row in given) if given else 0.0,
        "median words quoted": statistics.median(row.quoted_words for row in given) if given else 0.0,
        "footnotes that don't resolve": float(sum(row.broken for row in shown)),
        "supported sentences contradicted": float(sum(len(row.contradicted) for row in shown)),
    }


def broken_promises(found: dict[str, float]) -> list[str]:
    kept = {
        f"answered and right at least {RIGHT}": found["answered and right"] >= RIGHT,
        f"footnoted words hold the answer, at least {CITED}": (
            found["footnoted words hold the answer, of those right"] >= CITED
        ),
        f"left-out questions refused, at least {REFUSED}": found["left out, refused"] >= REFUSED,
        f"answerable questions refused, at most {WRONGLY_REFUSED}": found["answerable, refused"] <= WRONGLY_REFUSED,
        f"median words quoted, at most {QUOTED_WORDS}": found["median words quoted"] <= QUOTED_WORDS,
        "every footnote resolves": found["footnotes that don't resolve"] == 0,
        "no supported sentence is contradicted": found["supported sentences contradicted"] == 0,
    }
    return [promise for promise, holds in kept.items() if not holds]


def measure_answers(options: argparse.Namespace, scratch: Path) -> dict[str, object]:
    count = QUICK if options.quick else FULL
    cases, others = read_cases(SET, count, count)
    folders = data_folders()
    folders = DataFolders(library=scratch / "library", home=folders.home, cache=folders.cache)
    index_folder(folders, SET / "docs")
    runner = ModelRunner()
    try:
        with open_library(folders) as library:
            generator = None if options.quotes else kept_model(runner, options.model, folders)
            asking = Asking(library, generator)
            whole = library.finder(BOTH)
            answerable = asking.ask_all(cases, lambda _: whole, "answerable")
            left_out = asking.ask_all(others, lambda case: finder_without(library, case.document), "left out")
            near = asking.ask_all(cases, lambda case: WithoutParagraph(whole, case), "paragraph left out")
    finally:
        runner.close()
    found = answer_figures(answerable, left_out, near)
    return {
        "model": "none (quotes)" if options.quotes else options.model,
        "questions": count,
        "figures": found,
        "broken": broken_promises(found),
        "generated": generator.made if generator else 0,
        "rows": {
            name: [dataclasses.asdict(row) for row in rows]
            for name, rows in (("answerable", answerable), ("left out", left_out), ("paragraph left out", near))
        },
    }


def kept_model(runner: ModelRunner, name: str, folders: DataFolders) -> KeptGenerations:
    path = folders.models / name
    loaded = runner.ensure_loaded(str(path))
    return KeptGenerations(runner, path, loaded.context, folders.cache / "bench-answer" / f"{name}.jsonl")


def measure_claims() -> tuple[list[str], dict[str, object]]:
    claims = judge_claims(CLAIMS)
    lines, told = ["", "Claims: supported against the rest"], dict[str, object]()
    for name, half in (("tuning", 0), ("held out", 1), ("all", None)):
        f = figures(claims, half)
        told[name] = dataclasses.asdict(f)
        lines.append(
            f"  {name:<9} n {f.claims:>3}  AUROC {f.auroc:.3f}  supporting sentence first {f.first:.3f} ({f.first_of})"
            f"  called supported: {f.found:.2f} of the supported, {f.passed:.2f} of the rest  {f.milliseconds:.0f} ms"
        )
    held, every = figures(claims, 1), figures(claims)
    kept = {
        f"claims: AUROC at least {AUROC} on the held-out half": held.auroc >= AUROC,
        f"claims: a supporting sentence first, at least {FIRST}": every.first >= FIRST,
        f"claims: under {MILLISECONDS:.0f} ms a sentence": every.milliseconds < MILLISECONDS,
    }
    told["broken"] = [promise for promise, holds in kept.items() if not holds]
    return lines, told


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="installer bench answer", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} questions of each kind instead of {FULL}")
    parser.add_argument("--model", default=STARTER, help="a file in the folder of models")
    parser.add_argument("--quotes", action="store_true", help="no model: quote mode")
    parser.add_argument("--claims-only", action="store_true", help="only the check, without any model")
    parser.add_argument("--rows", action="store_true", help="print every question with its answer")
    parser.add_argument("--json", type=Path, help="keep all figures and rows here")
    return parser


def main() -> int:
    options = parser().parse_args()
    if not EVALUATION.is_dir():
        print(f"There are no question sets at {EVALUATION}: nothing was measured.")
        return 0
    if not (options.quotes or options.claims_only or (data_folders().models / options.model).is_file()):
        print(f"There is no model {options.model}: get it with python3 -m installer setup. Nothing was measured.")
        return 0
    started = time.monotonic()
    lines, claims = measure_claims()
    told: dict[str, object] = {"claims": claims}
    broken = list(claims["broken"])  # type: ignore[call-overload]
    if not options.claims_only:
        with tempfile.TemporaryDirectory() as scratch:
            answers = measure_answers(options, Path(scratch))
        told["answers"] = answers
        broken += answers["broken"]  # type: ignore[operator]
        lines = [*answer_lines(answers, rows=options.rows), *lines]
    load = " ".join(f"{one:.1f}" for one in os.getloadavg()) if hasattr(os, "getloadavg") else "unknown"
    print("\n".join([*lines, f"{time.monotonic() - started:.0f} s; load average {load}"]))
    if options.json:
        options.json.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for promise in broken:
        print(f"BROKEN: {promise}")
    return 1 if broken else 0


def answer_lines(told: dict[str, object], *, rows: bool) -> list[str]:
    lines = [f"Answers of {told['model']}, {told['questions']} questions of each kind"]
    lines += [f"  {name:<50} {value:.3f}" for name, value in told["figures"].items()]  # type: ignore[attr-defined]
    if rows:
        for kind, all_rows in told["rows"].items():  # type: ignore[attr-defined]
            lines += ["", kind, *(_row_line(row) for row in all_rows)]
    return lines


def _row_line(row: dict[str, object]) -> str:
    mark = "right" if row["right"] else "refused" if row["refused"] else "wrong"
    marks = f"{mark}{'' if row['source_has_it'] else ', not in sources'}{', cited' if row['cited'] else ''}"
    return f"{row['qid']} [{marks}] {row['question']} -> {row['answer']} ({' | '.join(row['right_answers'])})"  # type: ignore[arg-type]


if __name__ == "__main__":
    sys.exit(main())
