"""Embedders of every family, with random weights: the fast form's vectors are those of sentence-transformers."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from desktop.domain.errors import EngineProblem
from desktop.embedding.adding import add_embedder
from desktop.embedding.embedder import Embedder, load_embedder
from desktop.embedding.identity import read_identity
from desktop.embedding.prepare import prepare
from desktop.embedding.recorded import LEAST_COSINE
from tests.unit.workshop.conftest import Made

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

NAMES = ["bert-mean", "bert-cls-half", "xlm-roberta-mean", "mpnet-mean", "modernbert-cls", "qwen3-lasttoken"]
LEAST = 0.9999


@pytest.fixture(params=NAMES)
def embedder(request: pytest.FixtureRequest, made: Made) -> Embedder:
    """In 32-bit floats: these weights are so wild that 16 bits may be too few for a text that is not checked."""
    folder = made.root / "embedders" / request.param
    if not (folder / "fast").exists():
        assert prepare(folder, made.root / "forms" / folder.name) >= LEAST_COSINE
    return load_embedder(folder, threads=1, exact=True)


def unit(rows: object) -> np.ndarray:
    vectors = np.asarray(rows, np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.mark.parametrize("kind", ["query", "passage"])
def test_vectors_are_those_of_sentence_transformers(embedder: Embedder, made: Made, kind: str) -> None:
    expected = made.expected["embedders"][embedder.identity.name]
    vectors = embedder.embed(expected["texts"], query=kind == "query")  # one batch of mixed lengths
    cosines = (vectors * unit(expected[kind])).sum(axis=1)
    assert cosines.min() >= LEAST, dict(zip(expected["texts"], cosines, strict=True))
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-3)
    assert embedder.identity.dimension == vectors.shape[1]


def test_texts_and_prompts_make_a_difference(embedder: Embedder, made: Made) -> None:
    """Else the cosines above would say nothing."""
    texts = made.expected["embedders"][embedder.identity.name]["texts"]
    passages, questions = embedder.embed(texts), embedder.embed(texts, query=True)
    others = (passages @ passages.T)[~np.eye(len(texts), dtype=bool)]
    assert others.max() < 0.999
    assert (passages * questions).sum(axis=1)[:3].max() < 0.999


def test_what_is_beyond_the_room_does_not_count(embedder: Embedder) -> None:
    word = " lease"
    needed = len(embedder.token_offsets(word * 10)) // 10
    text = word * (embedder.passage_room // needed + 1)
    inside, beyond = word * (embedder.passage_room // needed - 2), text + " Kaution"
    one, same, other = embedder.embed([text, beyond, inside])
    assert float(one @ same) > 0.9999
    assert float(one @ other) < 0.9999


def test_another_embedders_graph_is_refused(made: Made, copy_of: Callable[[str, str], Path]) -> None:
    folder = copy_of("embedders", "bert-mean")
    with pytest.raises(EngineProblem, match="no ready graph"):
        prepare(folder, made.root / "forms" / "mpnet-mean")
    with pytest.raises(EngineProblem, match="not prepared"):
        read_identity(folder)


def swap_weights(graph: Path) -> None:
    """Lets two matrices of the same shape stand in each other's place, as a wrong export would."""
    import onnx

    model = onnx.load(str(graph), load_external_data=False)
    square = [tensor for tensor in model.graph.initializer if list(tensor.dims) == [32, 32] and tensor.external_data]
    one, other = ({entry.key: entry for entry in tensor.external_data}["offset"] for tensor in square[:2])
    one.value, other.value = other.value, one.value
    onnx.save(model, str(graph))


def test_a_wrong_graph_is_refused(made: Made, copy_of: Callable[[str, str], Path], tmp_path: Path) -> None:
    folder = copy_of("embedders", "bert-mean")
    graphs = Path(shutil.copytree(made.root / "forms" / "bert-mean", tmp_path / "graphs"))
    swap_weights(graphs / "graph.onnx")
    with pytest.raises(EngineProblem, match="computes other vectors"):
        prepare(folder, graphs)
    assert not (folder / "fast").exists()


def test_a_folder_is_added_whole_and_can_be_used(made: Made, copy_of: Callable[[str, str], Path]) -> None:
    """As it comes from elsewhere: an older folder, with a word list for a tokenizer and foreign files in it."""
    source = copy_of("embedders", "bert-mean")
    vocabulary = load_words(source / "tokenizer.json")
    (source / "tokenizer.json").unlink()
    (source / "vocab.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    (source / "train.py").write_text("raise SystemExit", encoding="utf-8")
    said: list[str] = []
    added = add_embedder(source, source.parent / "embedders", said.append)
    expected = made.expected["embedders"]["bert-mean"]
    vectors = load_embedder(added, threads=1).embed(expected["texts"])
    assert (vectors * unit(expected["passage"])).sum(axis=1).min() >= LEAST_COSINE
    assert [path.name for path in added.parent.iterdir()] == ["bert-mean"]
    assert not (added / "train.py").exists()
    assert len(said) == 3 and said[0].startswith("Copying bert-mean")


def load_words(tokenizer: Path) -> list[str]:
    words = json.loads(tokenizer.read_text(encoding="utf-8"))["model"]["vocab"]
    return sorted(words, key=lambda word: words[word])
