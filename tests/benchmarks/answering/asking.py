"""Questions asked of the real pipeline, judged, and what of it counts. Prints no more than how far it is."""

import statistics
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from desktop.answering.answerer import Answerer
from desktop.answering.interfaces import AnswerLimits, AskedQuestion, Finder, Generator
from tests.benchmarks.answering.cases import Case
from tests.benchmarks.answering.judging import Row, judged
from tests.benchmarks.finding.libraries import Library

RIGHT, CITED, REFUSED, WRONGLY_REFUSED, QUOTED_WORDS = 0.75, 0.92, 0.90, 0.10, 30


class Nobody:
    """Listens to nothing."""

    def stage(self, name: str, standalone: str) -> None: ...
    def thought(self, words: str) -> None: ...
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
        return judged(case, draft, sources, self._texts)

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
        "answered and right, by quotes": share(answerable, lambda row: row.right and row.by_quote),
        "footnoted words hold the answer, of those right": share(right, lambda row: row.cited),
        "answerable, answered by quotes": share(answerable, lambda row: row.by_quote),
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
    marks += ", by quotes" if row["by_quote"] else ""
    return f"{row['qid']} [{marks}] {row['question']} -> {row['answer']} ({' | '.join(row['right_answers'])})"  # type: ignore[arg-type]
