"""Intervals of means and of paired differences, by resampling the questions; says from them who is ahead.

Measures nothing itself: it is given one number a question.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

RESAMPLES = 10_000
SEED = 7
OUTSIDE = 0.05  # of the resamples, so much lies outside an interval, half at each end
HIGH = 0.95  # a peer above this leaves no room to be ahead of it by much …
NEAR = 0.005  # … so that it's enough to be this near


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean, and where 95 % of the resampled means lie."""

    mean: float
    low: float
    high: float


class Verdict(Enum):
    """What a paired difference says. The first two keep a promise to be ahead, the others break it."""

    AHEAD = "ahead"
    NEAR = "within 0.5 points of a peer above 0.95"
    TIE = "tie"
    BEHIND = "behind"

    @property
    def kept(self) -> bool:
        return self in (Verdict.AHEAD, Verdict.NEAR)


class Resampler:
    """Draws so many questions again and again, with replacement: the same draws for every metric and system."""

    def __init__(self, questions: int, resamples: int = RESAMPLES, seed: int = SEED) -> None:
        if questions < 1:
            raise ValueError("no questions to draw from")
        chance = np.random.default_rng(seed)
        even = np.full(questions, 1 / questions)
        self._shares = chance.multinomial(questions, even, resamples).astype(np.float32) / questions

    def interval(self, values: Sequence[float]) -> Interval:
        """Of the mean of one number a question. For a paired difference give the differences."""
        column = np.asarray(values, dtype=np.float32)
        means = self._shares @ column
        low, high = np.quantile(means, [OUTSIDE / 2, 1 - OUTSIDE / 2])
        return Interval(float(np.mean(column, dtype=np.float64)), float(low), float(high))


def verdict(difference: Interval, peer: float) -> Verdict:
    """`difference`: ours less the peer's, question by question; `peer`: the peer's mean."""
    if difference.low > 0:
        return Verdict.AHEAD
    if peer > HIGH and difference.mean >= -NEAR:
        return Verdict.NEAR
    return Verdict.BEHIND if difference.high < 0 else Verdict.TIE
