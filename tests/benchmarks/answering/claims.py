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
from desktop.embedding.embedder import load_embedder


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


def judge_claims(file: Path, likeness: Likeness = unknown_likeness) -> list[Claim]:
    return [_judge(json.loads(line), likeness) for line in file.read_text(encoding="utf-8").splitlines()]


def likeness_by(embedder: Path) -> Likeness:
    """Meanings as the embedder in a folder sees them."""
    loaded = load_embedder(embedder)

    def likeness(text: str, others: Sequence[str]) -> Sequence[float]:
        vectors = loaded.embed([text, *others], query=True)
        return [float(value) for value in vectors[1:] @ vectors[0]]

    return likeness


def figures(claims: Sequence[Claim], half: int | None = None) -> ClaimFigures:
    chosen = [claim for claim in claims if half is None or claim.half == half]
    yes = [claim.score for claim in chosen if claim.supported]
    no = [claim.score for claim in chosen if not claim.supported]
    named = [claim.first for claim in chosen if claim.first is not None]
    called = [claim.verdict is Support.SUPPORTED for claim in chosen]
    return ClaimFigures(
        claims=len(chosen),
        auroc=statistics.fmean((a > b) + 0.5 * (a == b) for a in yes for b in no),
        first=statistics.fmean(named),
        first_of=len(named),
        passed=statistics.fmean(c for c, claim in zip(called, chosen, strict=True) if not claim.supported),
        found=statistics.fmean(c for c, claim in zip(called, chosen, strict=True) if claim.supported),
        milliseconds=statistics.median(claim.milliseconds for claim in chosen),
    )


def _judge(row: dict[str, object], likeness: Likeness) -> Claim:
    sentences = [str(sentence) for sentence in row["evidence"]]  # type: ignore[attr-defined]
    text, starts = "", list[int]()
    for sentence in sentences:
        starts.append(len(text))
        text += f"{sentence}\n\n"
    passage = FoundPassage(1, 1, "source.txt", 0, len(text), None, text, 1.0, "")
    began = time.perf_counter()
    checked = check(str(row["claim"]), Evidence([passage], "", likeness))
    milliseconds = 1000 * (time.perf_counter() - began)
    named = {number for numbers in row["supporting_sentences"] for number in numbers}  # type: ignore[attr-defined]
    best = sum(start <= checked.nearest.start for start in starts) - 1 if checked.nearest else -1
    return Claim(
        half=hashlib.sha256(str(row["id"]).encode()).digest()[0] & 1,
        supported=row["label"] == "supported",
        score=checked.score,
        verdict=checked.support,
        first=best in named if named else None,
        milliseconds=milliseconds,
    )
