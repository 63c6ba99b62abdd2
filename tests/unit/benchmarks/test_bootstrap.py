"""Resampling of questions: intervals hold what they should, and verdicts follow from them."""

import numpy as np
import pytest

from tests.benchmarks.finding.bootstrap import Interval, Resampler, Verdict, verdict


def test_an_interval_is_as_wide_as_theory_says() -> None:
    values = np.random.default_rng(1).normal(0.5, 0.2, 400).tolist()
    interval = Resampler(400).interval(values)
    error = float(np.std(values)) / 400**0.5
    assert interval.mean == pytest.approx(np.mean(values))
    assert interval.low == pytest.approx(interval.mean - 1.96 * error, abs=0.1 * error)
    assert interval.high == pytest.approx(interval.mean + 1.96 * error, abs=0.1 * error)


def test_it_comes_out_the_same_each_time() -> None:
    values = [0.0, 1.0, 1.0, 0.5]
    assert Resampler(4).interval(values) == Resampler(4).interval(values)
    assert Resampler(4, seed=1).interval(values) != Resampler(4, resamples=50, seed=2).interval(values)


def test_equal_values_leave_no_doubt() -> None:
    interval = Resampler(7).interval([0.25] * 7)
    assert (interval.mean, interval.low, interval.high) == pytest.approx((0.25, 0.25, 0.25))


def test_no_questions_give_no_interval() -> None:
    with pytest.raises(ValueError, match="no questions"):
        Resampler(0)


@pytest.mark.parametrize(
    ("difference", "peer", "said"),
    [
        (Interval(0.02, 0.01, 0.03), 0.90, Verdict.AHEAD),
        (Interval(0.02, 0.01, 0.03), 0.97, Verdict.AHEAD),
        (Interval(0.01, -0.01, 0.03), 0.90, Verdict.TIE),
        (Interval(0.0, -0.01, 0.01), 0.96, Verdict.NEAR),
        (Interval(-0.005, -0.006, -0.004), 0.96, Verdict.NEAR),
        (Interval(-0.006, -0.010, 0.001), 0.96, Verdict.TIE),
        (Interval(-0.006, -0.007, -0.005), 0.96, Verdict.BEHIND),
        (Interval(-0.004, -0.006, -0.002), 0.95, Verdict.BEHIND),
    ],
)
def test_verdicts(difference: Interval, peer: float, said: Verdict) -> None:
    assert verdict(difference, peer) is said


def test_only_being_ahead_or_near_a_high_peer_keeps_the_promise() -> None:
    assert {said for said in Verdict if said.kept} == {Verdict.AHEAD, Verdict.NEAR}


def test_a_small_but_constant_lead_is_found_where_the_questions_differ_much() -> None:
    chance = np.random.default_rng(3)
    theirs = chance.random(300)
    ours = theirs + chance.normal(0.02, 0.05, 300)
    paired = Resampler(300).interval((ours - theirs).tolist())
    assert verdict(paired, float(theirs.mean())) is Verdict.AHEAD
    apart = Resampler(300)
    assert apart.interval(ours.tolist()).low < apart.interval(theirs.tolist()).high
