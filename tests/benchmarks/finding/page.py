"""The last result as a page to read, in Markdown: everything in it comes from the figures of one run."""

from collections.abc import Iterator, Sequence
from typing import Any

from tests.benchmarks.finding.bootstrap import RESAMPLES
from tests.benchmarks.finding.libraries import BOTH
from tests.benchmarks.finding.report import Figures
from tests.benchmarks.finding.scoring import GOLD, HALVES, METRICS
from tests.benchmarks.finding.timing import BARE

Cells = tuple[str, ...]

HEAD = f"""\
# How well Footnote finds

Written by `python3 -m installer bench find --large --page FILE`. The question sets lie beside the checkout and are not
part of the project. `{GOLD}` is the gold text inside the first 4,000 characters of the results; the other metrics are
the scorer's own. In brackets: where 95 % of {RESAMPLES:,} bootstrap means lie.
"""
ABOUT_PEERS = """\
Every peer is given the same documents and the vectors of the same embedder, and scored by the same code. *txtai* and
*LanceDB RRF* alone: our passages (LanceDB with our vectors, which hold title and heading too). *1,000/200*: windows of
1,000 characters, 200 of them shared. *paragraphs*: split by txtai's own pipeline. *told*: its keyword index is told the
language. Otherwise their defaults: txtai's hybrid index (BM25 and cosine, half and half), LanceDB's hybrid query with
RRFReranker. Ahead: the interval of the paired difference lies above 0.
"""
ABOUT_ORACLE = """\
The oracle knows the answers and orders the 50 best passages of each leg: what no way of fusing or reranking can exceed
with these passages. It knows no whole paragraphs, which Footnote shows: its gold text may be less.
"""
ABOUT_TIMES = """\
Median and 95th percentile of each, in milliseconds. In one process, asked in turn: the finder, and LanceDB's hybrid
query over one table of the same texts and vectors, with its question's embedding. Through the engine's socket: at rest,
and while it reads and embeds new files.
"""


def page(figures: Figures) -> str:
    parts = [HEAD, _machine(figures), _of_footnote(figures["outcomes"])]
    if figures["comparisons"]:
        parts += [f"## Beside other systems\n\n{ABOUT_PEERS}", _peers(figures)]
    parts.append(f"## What could be reached\n\n{ABOUT_ORACLE}\n{_table(_oracle_rows(figures['outcomes']))}")
    if figures["large"]:
        parts.append(_times(figures["large"]))
    parts.append(_broken(figures["broken"]))
    return "\n".join(part.rstrip() + "\n" for part in parts)


def _machine(figures: Figures) -> str:
    machine = figures["machine"]
    loads = f"load {_load(machine['load'])} before, {_load(machine['load_after'])} after"
    peers = ", ".join(f"{name} {version}" for name, version in figures["peers"].items())
    with_peers = f" Peers: {peers}." if peers else ""
    return (
        f"{machine['system']}, {machine['cores']} cores, shared with other work: {loads}; "
        f"{figures['seconds']} s in all. Python {machine['python']}.{with_peers}\n"
    )


def _of_footnote(outcomes: Sequence[Figures]) -> str:
    rows: list[Cells] = [("set", "questions", *METRICS)]
    for outcome in outcomes:
        if outcome["system"] == BOTH:
            for half in HALVES:
                rows.append((f"{outcome['set']}, {half}", str(outcome[half]["questions"]), *_cells(outcome[half])))
    legs: list[Cells] = [("set", "leg", *METRICS)]
    for outcome in outcomes:
        if outcome["system"] in ("keywords", "vectors", BOTH):
            legs.append((outcome["set"], outcome["system"], *_cells(outcome["all"], interval=False)))
    lengths = "; ".join(
        f"{o['set']} {o['characters']['median']:.0f} and {o['characters']['longest']}"
        for o in outcomes
        if o["system"] == BOTH
    )
    return f"{_table(rows)}\nMedian and longest passage, in characters: {lengths}.\n\n{_table(legs)}"


def _peers(figures: Figures) -> str:
    rows = [("set", "peer", "metric", "Footnote", "peer", "difference", "")]
    for c in figures["comparisons"]:
        difference = f"{c['difference']['mean']:+.3f} ({c['difference']['low']:+.3f} to {c['difference']['high']:+.3f})"
        ours, theirs = f"{c['ours']:.3f}", f"{c['theirs']:.3f}"
        rows.append((c["set"], c["peer"], c["metric"], ours, theirs, difference, c["verdict"]))
    return _table(rows)


def _oracle_rows(outcomes: Sequence[Figures]) -> Iterator[Cells]:
    metrics = ("recall@5", "ndcg@10", GOLD)
    yield ("set", *(f"{metric}, {who}" for metric in metrics for who in ("Footnote", "oracle")))
    for ours in outcomes:
        oracle = next((o for o in outcomes if o["set"] == ours["set"] and o["system"].startswith("oracle")), None)
        if ours["system"] == BOTH and oracle is not None:
            values = (f"{o['all'][metric]['mean']:.3f}" for metric in metrics for o in (ours, oracle))
            yield (ours["set"], *values)


def _times(large: dict[str, Any]) -> str:
    taken = {name: of for name, of in large.items() if isinstance(of, dict)}
    rows = [("", "median", "95th percentile", "questions")]
    for name, of in taken.items():
        name = "Footnote" if name == BOTH else name
        rows.append((name, f"{of['median']:.1f}", f"{of['percentile_95']:.1f}", str(of["questions"])))
    ratio = taken[BOTH]["median"] / taken[BARE]["median"]
    told = f"Footnote takes {ratio:.2f} times what the bare hybrid query takes; load {_load(large['load'])} then."
    return f"## Among {large['passages']:,} passages\n\n{ABOUT_TIMES}\n{_table(rows)}\n{told}\n"


def _broken(broken: Sequence[str]) -> str:
    if not broken:
        return "## Promises\n\nNone is broken.\n"
    return "## Promises that are broken\n\n" + "".join(f"- {what}\n" for what in broken)


def _cells(half: Figures, interval: bool = True) -> Iterator[str]:
    for metric in METRICS:
        of = half[metric]
        yield f"{of['mean']:.3f} ({of['low']:.3f} to {of['high']:.3f})" if interval else f"{of['mean']:.3f}"


def _table(rows: Iterator[Cells] | Sequence[Cells]) -> str:
    head, *body = rows
    return "".join(f"| {' | '.join(row)} |\n" for row in (head, ("---",) * len(head), *body))


def _load(load: Sequence[float]) -> str:
    return " ".join(str(value) for value in load) or "unknown"
