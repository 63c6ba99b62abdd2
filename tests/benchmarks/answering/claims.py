"""How well the check tells supported claims from others: labelled claims with the sentences of their source page.

Claims are halved by their id: the first half is for tuning, the second for judging.
"""

import hashlib
import json
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop.answering.checking import check
from desktop.answering.evidence import Evidence, unknown_likeness
from desktop.answering.interfaces import Likeness
from desktop.domain.answers import FoundPassage, Support


@dataclass(frozen=True, slots=True)
class LabelledClaim:
    """A claim with the page it is said to come from. `named` are the supporting sentences by number, as far as the set
    names any; `half` 0 is for tuning.
    """

    half: int
    text: str
    source: str
    starts: tuple[int, ...]
    supported: bool
    named: frozenset[int]

    def evidence(self, likeness: Likeness) -> Evidence:
        passage = FoundPassage(1, 1, "source.txt", 0, len(self.source), None, self.source, 1.0, "")
        return Evidence([passage], "", likeness)

    def names(self, offset: int) -> bool:
        """Whether the sentence at an offset of the source is a supporting one."""
        return sum(start <= offset for start in self.starts) - 1 in self.named


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim judged. `first` is None where the set names no supporting sentence."""

    half: int
    supported: bool
    score: float
    verdict: Support
    first: bool | None
    milliseconds: float


@dataclass(frozen=True, slots=True)
class ClaimFigures:
    """AUROC and shares from 0 to 1; `passed` is the share of claims that are not supported and called so."""

    claims: int
    auroc: float
    first: float
    first_of: int
    passed: float
    found: float
    milliseconds: float


def read_claims(file: Path) -> list[LabelledClaim]:
    return [_claim(json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines()]


def judge_claims(claims: Sequence[LabelledClaim], likeness: Likeness = unknown_likeness) -> list[Claim]:
    return [_judge(claim, likeness) for claim in claims]


def figures(claims: Sequence[Claim], half: int | None = None) -> ClaimFigures:
    chosen = [claim for claim in claims if half is None or claim.half == half]
    named = [claim.first for claim in chosen if claim.first is not None]
    called = [claim.verdict is Support.SUPPORTED for claim in chosen]
    return ClaimFigures(
        claims=len(chosen),
        auroc=auroc([(claim.score, claim.supported) for claim in chosen]),
        first=statistics.fmean(named),
        first_of=len(named),
        passed=statistics.fmean(c for c, claim in zip(called, chosen, strict=True) if not claim.supported),
        found=statistics.fmean(c for c, claim in zip(called, chosen, strict=True) if claim.supported),
        milliseconds=statistics.median(claim.milliseconds for claim in chosen),
    )


def auroc(scored: Sequence[tuple[float, bool]]) -> float:
    """How often a supported one scores higher than another, 0 to 1."""
    yes, no = [score for score, good in scored if good], [score for score, good in scored if not good]
    return statistics.fmean((a > b) + 0.5 * (a == b) for a in yes for b in no)


def _claim(row: dict[str, object]) -> LabelledClaim:
    text, starts = "", list[int]()
    for sentence in row["evidence"]:  # type: ignore[attr-defined]
        starts.append(len(text))
        text += f"{sentence}\n\n"
    return LabelledClaim(
        half=hashlib.sha256(str(row["id"]).encode()).digest()[0] & 1,
        text=str(row["claim"]),
        source=text,
        starts=tuple(starts),
        supported=row["label"] == "supported",
        named=frozenset(number for numbers in row["supporting_sentences"] for number in numbers),  # type: ignore[attr-defined]
    )


def _judge(claim: LabelledClaim, likeness: Likeness) -> Claim:
    began = time.perf_counter()
    checked = check(claim.text, claim.evidence(likeness))
    milliseconds = 1000 * (time.perf_counter() - began)
    return Claim(
        half=claim.half,
        supported=claim.supported,
        score=checked.score,
        verdict=checked.support,
        first=claim.names(checked.nearest.start if checked.nearest else -1) if claim.named else None,
        milliseconds=milliseconds,
    )
