"""The figures that finding promises, held against what was measured. Every broken one is a sentence."""

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.benchmarks.finding.bootstrap import Interval, Resampler, Verdict, verdict
from tests.benchmarks.finding.libraries import BOTH, LEGS
from tests.benchmarks.finding.scoring import GOLD, Outcome

LEAST: Mapping[str, Mapping[str, float]] = {
    "chroma_chunking": {"ndcg@10": 0.85, "ctx_recall@5": 0.86, "ctx_iou@5": 0.075, GOLD: 0.90},
    "xquad_en": {"recall@5": 0.995, "hit@1": 0.94},
    "xquad_de": {"recall@5": 0.971, "hit@1": 0.88},
    "xquad_zh": {"recall@5": 0.991, "hit@1": 0.92},
}
MEDIAN_LENGTH, LONGEST = 900, 1_500
GIVES_WAY = 0.005  # by so much both legs may stay behind the better one alone
FUSED = ("recall@5", "ndcg@10", GOLD)
AGAINST_PEERS = ("ndcg@10", GOLD)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Footnote beside one peer, question by question."""

    set: str
    peer: str
    metric: str
    ours: float
    theirs: float
    difference: Interval
    verdict: Verdict


def compared(ours: Outcome, peer: Outcome) -> list[Comparison]:
    """Both outcomes are of the same questions in the same order."""
    resampler = Resampler(len(ours.rows))
    found: list[Comparison] = []
    for metric in AGAINST_PEERS:
        pairs = zip(ours.rows, peer.rows, strict=True)
        difference = resampler.interval([row[metric] - other[metric] for row, other in pairs])
        theirs = peer.mean(metric)
        judged = verdict(difference, theirs)
        found.append(Comparison(ours.set, peer.system, metric, ours.mean(metric), theirs, difference, judged))
    return found


def broken_by_set(legs: Sequence[Outcome]) -> Iterator[str]:
    """`legs`: the outcomes of one set, by each leg and by both."""
    by_leg = {outcome.system: outcome for outcome in legs}
    both = by_leg[BOTH]
    for metric in FUSED:
        better = max(by_leg[leg].mean(metric) for leg in LEGS if leg != BOTH)
        if both.mean(metric) < better - GIVES_WAY:
            yield f"{both.set}: {metric} of both legs is {both.mean(metric):.3f}, of the better one alone {better:.3f}"
    if statistics.median(both.lengths) > MEDIAN_LENGTH or max(both.lengths) > LONGEST:
        yield f"{both.set}: passages are longer than {MEDIAN_LENGTH} (median) or {LONGEST} (longest) characters"
    for metric, least in LEAST.get(both.set, {}).items():
        if both.mean(metric) < least:
            yield f"{both.set}: {metric} is {both.mean(metric):.4f}, under {least}"


def broken_by_peers(comparisons: Sequence[Comparison]) -> Iterator[str]:
    for c in comparisons:
        if not c.verdict.kept:
            yield f"{c.set}: {c.metric} {c.ours:.3f} against {c.theirs:.3f} of {c.peer}: {c.verdict.value}"
