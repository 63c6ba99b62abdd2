"""How well and how fast Footnote finds: `python3 -m installer bench find`. Fails where a promise is broken.

Each set of questions is indexed by the real engine and searched by the real finder, by each leg alone and by both.
Beside it stand other systems, over the same documents and with the same embedder, in an environment of their own.
The questions are halved by their id: the first half is for tuning, the second for judging.
"""

import argparse
import json
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from desktop.engine.chosen_embedder import DEFAULT_EMBEDDER
from desktop.platform_support.paths import data_folders
from installer.problems import SetupProblem
from tests.benchmarks.finding import report, timing
from tests.benchmarks.finding.enlarging import enlarge
from tests.benchmarks.finding.libraries import LEGS, index_folder, open_library
from tests.benchmarks.finding.oracle import ceiling
from tests.benchmarks.finding.page import page
from tests.benchmarks.finding.peer_environment import PeerEnvironment
from tests.benchmarks.finding.peers import PeerProcess
from tests.benchmarks.finding.promises import broken_by_peers, broken_by_set, compared
from tests.benchmarks.finding.scoring import EVALUATION, SETS, Outcome, QuestionSet

QUICK = 300  # questions of a set


class Run:
    """One run of the benchmark: what was measured so far, and what was broken."""

    def __init__(self, limit: int | None, scratch: Path, peers: PeerProcess | None) -> None:
        self._limit, self._scratch, self._peers = limit, scratch, peers
        self.outcomes: list[report.Figures] = []
        self.comparisons: list[report.Figures] = []
        self.large: report.Figures = {}
        self.broken: list[str] = []

    def measure(self, name: str) -> None:
        """One set, by every leg, the oracle and the peers."""
        questions = QuestionSet(name, self._limit)
        folders = data_folders(self._scratch / name)
        index_folder(folders, questions.documents)
        with open_library(folders) as library:
            legs = [questions.outcome(leg, library.system(leg)) for leg in LEGS]
            self.broken += broken_by_set(legs)
            self._keep([*legs, ceiling(questions, library)])
            if self._peers is not None:
                others = list(self._peers.outcomes(questions, library, SETS[name]))
                self._keep(others)
                self._compare(legs[-1], others)

    def measure_large(self) -> None:
        """How long questions take among many passages."""
        folders = data_folders(self._scratch / "large")
        sets = [QuestionSet(name) for name in SETS]
        for questions in sets:
            index_folder(folders, questions.documents)
        with open_library(folders) as library:
            passages = enlarge(library, timing.LARGE)
        asked = [text for texts in zip(*(questions.texts for questions in sets), strict=False) for text in texts]
        with open_library(folders) as library:  # every table as it is now
            measured = timing.beside_bare(library, self._scratch, asked)
            known = library.passages()
        measured |= timing.while_indexing(folders.library, self._scratch, known, asked)
        self.large = timing.figures(measured, passages)
        self.broken += timing.broken_times(measured, passages)
        print("\n".join(timing.lines(measured, passages)), flush=True)

    def _keep(self, outcomes: list[Outcome]) -> None:
        figures = [report.figures_of(outcome) for outcome in outcomes]
        self.outcomes += figures
        print("\n".join(report.outcome_lines(figures)), flush=True)

    def _compare(self, ours: Outcome, others: list[Outcome]) -> None:
        comparisons = [comparison for other in others for comparison in compared(ours, other)]
        self.comparisons += map(report.comparison_figures, comparisons)
        self.broken += broken_by_peers(comparisons)
        print("\n".join(report.comparison_lines(comparisons)), flush=True)


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="find", description=__doc__)
    made.add_argument("--quick", action="store_true", help=f"at most {QUICK} questions of each set; judges no promise")
    made.add_argument("--only", choices=SETS, action="append", help="this set alone; may be given again")
    large = f"also time questions among {timing.LARGE} passages; `--large only`: nothing else"
    made.add_argument("--large", nargs="?", const="also", choices=("also", "only"), help=large)
    made.add_argument("--no-peers", action="store_true", help="Footnote alone")
    made.add_argument("--json", type=Path, metavar="FILE", help="also keep the figures in this file")
    made.add_argument("--page", type=Path, metavar="FILE", help="also write a page of the result")
    return made


def missing() -> str:
    """Why nothing can be measured, if so."""
    if not EVALUATION.is_dir():
        return f"There are no question sets at {EVALUATION}: nothing was measured."
    if not (data_folders().embedders / DEFAULT_EMBEDDER).is_dir():
        return "There is no embedder: get one with `python3 -m installer run`. Nothing was measured."
    return ""


def main() -> int:
    options = parser().parse_args()
    if why := missing():
        print(why)
        return 0
    started, before = time.monotonic(), report.machine()
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        python = None if options.no_peers else peers_python()
        peers = stack.enter_context(PeerProcess(python, scratch / "peers")) if python else None
        run = Run(QUICK if options.quick else None, scratch, peers)
        for name in [] if options.large == "only" else options.only or SETS:
            run.measure(name)
        if options.large:
            run.measure_large()
        versions = peers.call("versions") if peers else {}
    figures = {
        "machine": {**before, "load_after": report.load_now()},
        "seconds": round(time.monotonic() - started),
        "peers": versions,
        "outcomes": run.outcomes,
        "comparisons": run.comparisons,
        "large": run.large,
        "broken": run.broken,
    }
    print(f"{figures['seconds']} s; load before and after: {before['load']}, {report.load_now()}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if options.page:
        options.page.write_text(page(figures), encoding="utf-8")
    for what in run.broken:
        print(f"{'Would be broken, but this is a sample' if options.quick else 'BROKEN'}: {what}")
    return 1 if run.broken and not options.quick else 0


def peers_python() -> Path | None:
    """The Python of the peers' environment; where it can't be made says why, and gives None."""
    try:
        return PeerEnvironment(data_folders().cache).ready()
    except SetupProblem as problem:
        print(f"No peers stand beside Footnote in this run: {problem.shown()}")
        return None


if __name__ == "__main__":
    sys.exit(main())
