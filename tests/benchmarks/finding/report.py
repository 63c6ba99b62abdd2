"""What was measured as tables to read and as one JSON object to keep. Judges nothing."""

import os
import platform
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from tests.benchmarks.finding.bootstrap import RESAMPLES, Interval, Resampler
from tests.benchmarks.finding.libraries import BOTH
from tests.benchmarks.finding.promises import Comparison
from tests.benchmarks.finding.scoring import HALVES, METRICS, Outcome

Figures = dict[str, Any]


def load_now() -> list[float]:
    """The load averages of 1, 5 and 15 minutes; empty where the system has none."""
    return [round(load, 1) for load in os.getloadavg()] if hasattr(os, "getloadavg") else []


def machine() -> Figures:
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "load": load_now(),
    }


def figures_of(outcome: Outcome) -> Figures:
    """Means with intervals by half and metric; lengths and times where there are any."""
    figures: Figures = {"set": outcome.set, "system": outcome.system}
    for half in HALVES:
        rows = outcome.of_half(half)
        if not rows:
            continue
        resampler = Resampler(len(rows))
        intervals = {metric: asdict(resampler.interval([row[metric] for row in rows])) for metric in METRICS}
        figures[half] = {"questions": len(rows), **intervals}
    if outcome.lengths:
        figures["characters"] = {"median": statistics.median(outcome.lengths), "longest": max(outcome.lengths)}
    if outcome.milliseconds:
        figures["milliseconds"] = statistics.median(outcome.milliseconds)
    return figures


def outcome_lines(all_figures: Sequence[Figures]) -> Iterator[str]:
    yield f"Mean, and its 95 % interval by bootstrap ({RESAMPLES} resamples of the questions)"
    yield f"{'set':<16} {'system':<24}{'half':<8}{'n':>5}" + "".join(f"{metric:>21}" for metric in METRICS)
    for figures in all_figures:
        for half in HALVES:
            if half in figures:
                cells = "".join(_cell(Interval(**figures[half][metric])) for metric in METRICS)
                yield f"{figures['set']:<16} {figures['system']:<24}{half:<8}{figures[half]['questions']:>5}{cells}"
        if figures["system"] == BOTH:
            yield (
                f"{'':<17}passages: median {figures['characters']['median']:.0f}, longest "
                f"{figures['characters']['longest']} characters; a question takes {figures['milliseconds']:.1f} ms"
            )


def comparison_lines(comparisons: Sequence[Comparison]) -> Iterator[str]:
    yield f"Footnote less the peer, question by question, with the 95 % interval ({RESAMPLES} resamples)"
    for c in comparisons:
        difference = f"{c.difference.mean:+.3f} ({c.difference.low:+.3f} to {c.difference.high:+.3f})"
        yield f"{c.set:<16} {c.peer:<24}{c.metric:<10}{c.ours:.3f} : {c.theirs:.3f}  {difference}  {c.verdict.value}"


def comparison_figures(comparison: Comparison) -> Figures:
    return {**asdict(comparison), "verdict": comparison.verdict.value}


def _cell(interval: Interval) -> str:
    return f"{interval.mean:>7.3f} ({interval.low:.3f}-{interval.high:.3f})"
