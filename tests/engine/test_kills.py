"""Ten kills of a random process at a random moment; `python3 -m installer bench kills` does a hundred."""

import sys
from pathlib import Path

import pytest

from tests.support.killing import Killing

RUNS, SEED = 10, 4


@pytest.mark.skipif(sys.platform != "linux", reason="which processes there are is asked as on Linux")
def test_a_kill_loses_nothing_and_costs_one_file_at_most(tmp_path: Path) -> None:
    outcomes = list(Killing(tmp_path, SEED).runs(RUNS))
    assert len(outcomes) == RUNS
    assert [outcome for outcome in outcomes if not outcome.harmless] == []
