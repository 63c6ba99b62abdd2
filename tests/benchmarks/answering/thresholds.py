"""Where "Not in your files" begins: how near what is found comes to questions that the files answer, and to others.

No model is asked. The questions are none of those that answers are measured with.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop.answering.answerer import widened
from desktop.answering.evidence import Evidence
from desktop.answering.interfaces import AnswerLimits, Finder
from desktop.answering.refusing import (
    CLOSE,
    QUOTES_CLOSE,
    QUOTES_FROM,
    TOO_FAR,
    TOO_WEAK,
    closeness,
    question_share,
)
from tests.benchmarks.answering.cases import SEED, Case, WithoutParagraph, all_cases, finder_without, read_cases
from tests.benchmarks.answering.curves import Curve, Panel, drawn, share_below
from tests.benchmarks.finding.libraries import BOTH, Library

ASKED = 60
COLOURS = {"English": "#1b5fa8", "German": "#b1541a", "Chinese": "#2c7a3f"}
CLOSENESS_MARKS = {"no answer": TOO_FAR, "no quotes": QUOTES_CLOSE, "quotes instead": CLOSE}
SHARE_MARKS = {"no answer": TOO_WEAK, "no quotes": QUOTES_FROM}


@dataclass(frozen=True, slots=True)
class Nearness:
    """One kind of question in one language; both measures of each question."""

    language: str
    kind: str
    closeness: tuple[float, ...]
    share: tuple[float, ...]


def other_cases(folder: Path) -> list[Case]:
    """Of the whole set, but for those whose answers are measured; the same in every language."""
    measured = {case.qid for cases in read_cases(folder, ASKED * 10) for case in cases}
    cases = [case for case in all_cases(folder) if case.qid not in measured]
    random.Random(SEED).shuffle(cases)
    return cases[:ASKED]


def nearness_in(language: str, folder: Path, library: Library) -> list[Nearness]:
    cases, whole = other_cases(folder), library.finder(BOTH)
    kinds: dict[str, Callable[[Case], Finder]] = {
        "answerable": lambda _: whole,
        "left out": lambda case: finder_without(library, case.document),
        "paragraph left out": lambda case: WithoutParagraph(whole, case),
    }
    return [_nearness(language, kind, cases, finder) for kind, finder in kinds.items()]


def _nearness(language: str, kind: str, cases: Sequence[Case], finder_of: Callable[[Case], Finder]) -> Nearness:
    limits = AnswerLimits()
    near: list[float] = []
    shares: list[float] = []
    for case in cases:
        finder = finder_of(case)
        sources = widened(finder.find(case.question, limits.passages), finder, limits)
        evidence = Evidence(sources, case.question, finder.likeness)
        near.append(closeness(evidence) or 0.0)
        shares.append(question_share(evidence, evidence.units))
    return Nearness(language, kind, tuple(near), tuple(shares))


def plot(measured: Sequence[Nearness]) -> str:
    def curves(values_of: Callable[[Nearness], Sequence[float]]) -> list[Curve]:
        chosen = [one for one in measured if one.kind != "paragraph left out" or one.language == "English"]
        return [
            Curve(f"{one.language}, {one.kind}", values_of(one), _colour(one), one.kind != "answerable")
            for one in chosen
        ]

    panels = (
        Panel("closeness, by words and meaning", CLOSENESS_MARKS, 3.0, curves(lambda one: one.closeness)),
        Panel("share of the question’s words (no embedder)", SHARE_MARKS, 1.2, curves(lambda one: one.share)),
    )
    return drawn("Share of questions below a threshold; solid ones are answered by the files", panels)


def _colour(one: Nearness) -> str:
    return "#888" if one.kind == "paragraph left out" else COLOURS[one.language]


def threshold_lines(measured: Sequence[Nearness]) -> list[str]:
    lines = [f"Questions below each threshold; closeness {CLOSENESS_MARKS}, share of words {SHARE_MARKS}"]
    for one in measured:
        close = " ".join(f"{share_below(one.closeness, mark):.2f}" for mark in CLOSENESS_MARKS.values())
        share = " ".join(f"{share_below(one.share, mark):.2f}" for mark in SHARE_MARKS.values())
        lines.append(f"  {one.language:<8} {one.kind:<20} n {len(one.share)}  closeness {close}  share {share}")
    return lines
