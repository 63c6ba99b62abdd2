"""Rerankers of three families, with random weights: the fast form's scores are those of CrossEncoder."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from desktop.domain.errors import EngineProblem
from desktop.embedding.adding import add_reranker
from desktop.embedding.reranker import correlation, load_reranker, prepare_reranker
from desktop.settings.store import SettingsFile
from tests.support.running_engine import RunningEngine
from tests.unit.workshop.conftest import Made

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.mark.parametrize("name", ["bert-pairs", "xlm-roberta-pairs", "modernbert-pairs"])
def test_scores_are_those_of_the_cross_encoder(made: Made, copy_of: Callable[[str, str], Path], name: str) -> None:
    folder = copy_of("rerankers", name)
    assert prepare_reranker(folder, made.root / "forms" / name) >= 0.999
    expected = made.expected["rerankers"][name]
    reranker = load_reranker(folder, threads=1)
    scores = reranker.scores(expected["question"], expected["texts"])
    assert scores.dtype == np.float32 and scores.shape == (len(expected["texts"]),)
    assert correlation(scores.tolist(), expected["scores"]) >= 0.999
    assert np.std(scores) > 0.1, "random weights that tell nothing apart would pass anything"
    assert reranker.scores(expected["question"], []).shape == (0,)


def test_other_scores_than_recorded_are_refused(made: Made, copy_of: Callable[[str, str], Path]) -> None:
    folder = copy_of("rerankers", "bert-pairs")
    graphs = made.root / "forms" / "bert-pairs"
    with pytest.raises(EngineProblem, match="another reranker"):
        prepare_reranker(folder, made.root / "forms" / "modernbert-pairs")
    record = json.loads((graphs / "check.json").read_text(encoding="utf-8"))
    record["pairs"][0]["score"] += 5
    spoilt = folder / "graphs"
    spoilt.mkdir()
    for path in graphs.iterdir():
        (spoilt / path.name).write_bytes(path.read_bytes())
    (spoilt / "check.json").write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(EngineProblem, match="computes other scores"):
        prepare_reranker(folder, spoilt)
    assert not (folder / "fast").exists()


def test_scores_must_be_near_as_well_as_in_order() -> None:
    assert correlation([1.0, 2.0, 3.0], [1.01, 2.0, 2.99]) > 0.999
    assert correlation([11.0, 12.0, 13.0], [1.0, 2.0, 3.0]) == -1
    assert correlation([1.0, float("nan")], [1.0, 2.0]) == -1
    assert correlation([1.0, 1.0], [1.0, 2.0]) == -1


def test_an_added_reranker_orders_what_an_engine_finds(
    copy_of: Callable[[str, str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, documents = tmp_path / "home", tmp_path / "documents"
    added = add_reranker(copy_of("rerankers", "bert-pairs"), home / "rerankers", lambda _: None)
    documents.mkdir()
    for number in range(12):
        (documents / f"{number}.txt").write_text(f"The tenant pays {number} francs and {number * 7}.", encoding="utf-8")
    monkeypatch.setenv("FOOTNOTE_HOME", str(home))
    SettingsFile(tmp_path / "library" / "settings.json").set("chosen_reranker", added.name)
    with RunningEngine(tmp_path / "library") as engine:
        engine.add(documents)
        found = engine.search("Who pays the francs?", 12)
    said = [p.why.rerank for p in found if p.why is not None and p.why.rerank is not None]
    expected = load_reranker(added, threads=1).scores("Who pays the francs?", [p.text for p in found])
    assert len(said) == 12 and said == sorted(said, reverse=True) and said[0] > said[-1]
    assert said == pytest.approx(expected.tolist(), abs=0.05 * float(np.std(expected)))
