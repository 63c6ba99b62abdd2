"""The installed embedder against vectors that sentence-transformers made, and at its edges."""

import subprocess
import sys
from pathlib import Path

import pytest

from desktop.embedding.embedder import Embedder, load_embedder
from desktop.embedding.recorded import RecordedVectors, least_cosine, read_recorded
from desktop.indexing.splitting import USUAL_SIZES
from desktop.platform_support.paths import project_data


@pytest.fixture(scope="module")
def recorded() -> RecordedVectors:
    return read_recorded(project_data("resources", "embedders", "all-MiniLM-L6-v2", "check.json"))


@pytest.mark.parametrize("exact", [True, False], ids=["exact", "as the CPU prefers"])
def test_vectors_are_those_of_sentence_transformers(
    embedder_folder: Path, recorded: RecordedVectors, exact: bool
) -> None:
    embedder = load_embedder(embedder_folder, exact=exact, threads=1)
    assert least_cosine(embedder, recorded) >= (0.99999 if exact else 0.999)
    assert embedder.precision == "f32" or not exact


def test_order_is_kept_and_company_does_not_matter(embedder: Embedder) -> None:
    texts = [f"{'The tenant pays. ' * (n * 7 % 23)}Room {n}." for n in range(70)]
    together = embedder.embed(texts)
    assert together.shape == (70, 384)
    for n in (0, 1, 33, 69):
        alone = embedder.embed([texts[n]])[0]
        assert float(together[n] @ alone) > 0.999
        others = [float(together[m] @ alone) for m in range(70) if m != n]
        assert max(others) < float(together[n] @ alone)


def test_nothing_gives_no_rows(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, 384)


@pytest.mark.parametrize("text", ["", " ", "\x00", "🙂" * 3000, "word " * 50_000, "x" * 200_000])
def test_any_text_has_a_unit_vector(embedder: Embedder, text: str) -> None:
    vector = embedder.embed([text])[0]
    assert vector.dtype == "float32"
    assert float(vector @ vector) == pytest.approx(1, abs=1e-3)


def test_what_is_beyond_the_length_does_not_count(embedder: Embedder) -> None:
    text = "rent " * 1000
    one, other = embedder.embed([text, text + "kettle"])
    assert float(one @ other) > 0.9999


def test_a_near_text_is_nearer_than_another(embedder: Embedder) -> None:
    question = embedder.embed(["How long is the notice period?"], query=True)[0]
    near, far = embedder.embed(["Either side may end the lease with three months' notice.", "The soup needs salt."])
    assert float(question @ near) > float(question @ far) + 0.2


def test_tokens_are_counted_exactly_and_never_cut(embedder: Embedder) -> None:
    assert embedder.token_offsets("") == []
    assert embedder.token_offsets("Refurbished rent, 世界") == [0, 12, 16, 18, 19]
    assert embedder.token_offsets("Mietkaution") != [0]
    text = "The quick brown fox jumps.\n" * 6000
    offsets = embedder.token_offsets(text)
    assert len(offsets) == 6 * 6000
    assert offsets[:6] == [0, 4, 10, 16, 20, 25]
    assert [offset - 27 * 5999 for offset in offsets[-6:]] == offsets[:6]


def test_the_splitter_leaves_room_for_special_tokens(embedder: Embedder) -> None:
    assert USUAL_SIZES.embedded + 2 <= embedder.identity.max_tokens


def test_identity_is_that_of_the_weights(embedder: Embedder) -> None:
    identity = embedder.identity
    assert (identity.name, identity.dimension, identity.pooling) == ("all-MiniLM-L6-v2", 384, "mean")
    assert identity.max_tokens == 256
    # vectors are stored under it: another one would have every library embedded again
    assert identity.revision == "a34da776cdbbbe28d1918658cb596914b9a1e7bced45ed51cd47c447d1e49f80"


def test_importing_the_package_imports_no_library() -> None:
    heavy = "numpy openvino tokenizers torch"
    code = (
        "import sys, desktop.embedding.embedder, desktop.embedding.identity, desktop.embedding.prepare\n"
        f"print([name for name in {heavy.split()!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
