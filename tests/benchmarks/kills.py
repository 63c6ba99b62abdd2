"""A hundred kills: `python3 -m installer bench kills [RUNS] [--seed N]`. Returns 1 when one of them did harm.

Indexing, a random process of it ended by SIGKILL at a random moment, and what a start after that finds.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from desktop.platform_support.paths import data_folders
from desktop.reading.ocr_client import RecognitionChoice
from tests.support.killing import Killing, Outcome

RUNS = 100


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python3 -m installer bench kills", description=__doc__)
    parser.add_argument("runs", nargs="?", type=int, default=RUNS)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    started = time.monotonic()
    outcomes: list[Outcome] = []
    with tempfile.TemporaryDirectory(prefix="footnote-kills-") as home:
        for outcome in Killing(Path(home), options.seed, scans=_recognises()).runs(options.runs):
            outcomes.append(outcome)
            verdict = "" if outcome.harmless else "HARM: " + "; ".join(outcome.problems)
            line = f"{len(outcomes):>4}  {outcome.victim:<24} after {outcome.after:5.2f} s"
            print(f"{line}, read again: {outcome.read_again}  {verdict}", flush=True)
    victims = Counter(outcome.victim for outcome in outcomes)
    harm = [outcome for outcome in outcomes if not outcome.harmless]
    again = Counter(outcome.read_again for outcome in outcomes)
    print(f"{len(outcomes)} kills in {time.monotonic() - started:.0f} s: {dict(victims)}")
    print(f"files read again for one kill: {dict(again)}; kills that did harm: {len(harm)}")
    return 1 if harm else 0


def _recognises() -> bool:
    return RecognitionChoice(data_folders().recognition).is_installed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
