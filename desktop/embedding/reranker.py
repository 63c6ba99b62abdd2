"""Scores how well passages answer a question, with a CrossEncoder's fast form. Importing this is cheap.

Ranks nothing and knows no threshold; makes no graph, but checks one before it is put in place.
"""

from __future__ import annotations

import hashlib
import json
import math
import statistics
import sys
import threading
from typing import TYPE_CHECKING

from desktop.domain.errors import EngineProblem
from desktop.embedding.fast_form import make_fast_form
from desktop.embedding.identity import FAST_FOLDER, TOKENIZER_FILE, file_digest, read_form
from desktop.embedding.layout import WEIGHTS_FILE
from desktop.embedding.pair_layout import read_pair_layout

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from desktop.embedding.runtime import Scores, VectorGraph
    from desktop.embedding.tokenizer import EmbedderTokenizer

LEAST_CORRELATION = 0.999
# beside the correlation, which forgives a shift: the most a score may be off, in standard deviations
_MOST_OFF = 0.2
_CHECK_FILE = "check.json"


class Reranker:
    """One loaded reranker. Threads take turns."""

    def __init__(self, tokens: EmbedderTokenizer, graph: VectorGraph) -> None:
        self._tokens = tokens
        self._graph = graph
        self._turn = threading.Lock()

    def scores(self, question: str, passages: Sequence[str]) -> Scores:
        """float32 [n], in order: higher is nearer to an answer; not probabilities, and of each model's own scale.

        A pair longer than the model's length loses tokens at the end of its longer side, as with CrossEncoder.
        """
        ids, types = self._tokens.pairs(question, passages)
        with self._turn:
            return self._graph.vectors(ids, types)[:, 0]


def load_reranker(folder: Path, *, threads: int | None = None) -> Reranker:
    """The reranker in `folder`. Raises EngineProblem."""
    form = read_form(folder)
    return _assemble(folder, folder / FAST_FOLDER, threads=threads, exact=form.exact)


def prepare_reranker(folder: Path, graphs: Path) -> float:
    """Makes `folder/fast` and returns how its scores correlate with the recorded ones.

    `graphs` holds a graph and recorded scores for these weights. Raises EngineProblem.
    """
    weights = file_digest(folder / WEIGHTS_FILE)
    pairs, expected = _read_recorded(graphs / _CHECK_FILE, weights)
    tokenizer = file_digest(graphs / TOKENIZER_FILE)
    revision = hashlib.sha256(f"{weights} {tokenizer} {read_pair_layout(folder)!r}".encode()).hexdigest()
    found: list[float] = []

    def check(made: Path) -> bool:
        for exact in (False, True):
            reranker = _assemble(folder, made, exact=exact)
            scores = [float(reranker.scores(question, [passage])[0]) for question, passage in pairs]
            found.append(correlation(scores, expected))
            if found[-1] >= LEAST_CORRELATION:
                return exact
        raise EngineProblem(
            f"The fast form of {folder.name} computes other scores than it should"
            f" (correlation {found[-1]:.5f}, at least {LEAST_CORRELATION} is needed).",
        )

    make_fast_form(folder, graphs, revision, check)
    return found[-1]


def correlation(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """-1 when a score is no number, or farther off than rounding explains."""
    spread = statistics.pstdev(theirs)
    if not all(map(math.isfinite, ours)) or spread == 0 or statistics.pstdev(ours) == 0:
        return -1.0
    if max(abs(a - b) for a, b in zip(ours, theirs, strict=True)) > _MOST_OFF * spread:
        return -1.0
    return statistics.correlation(ours, theirs)


def _assemble(folder: Path, fast: Path, *, threads: int | None = None, exact: bool = False) -> Reranker:
    # where openvino's telemetry package is installed, openvino would send at import; without it, it goes on
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]  # None makes an import fail
    from desktop.embedding.runtime import VectorGraph
    from desktop.embedding.tokenizer import EmbedderTokenizer

    tokens = EmbedderTokenizer(fast / TOKENIZER_FILE, read_pair_layout(folder).max_tokens)
    return Reranker(tokens, VectorGraph(fast, 1, threads=threads, exact=exact))


def _read_recorded(file: Path, weights: str) -> tuple[list[tuple[str, str]], list[float]]:
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
        pairs = [(str(row["question"]), str(row["passage"])) for row in value["pairs"]]
        scores = [float(row["score"]) for row in value["pairs"]]
        recorded = str(value["weights_sha256"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise EngineProblem(f"The recorded scores in {file.name} can't be read.", str(error)) from error
    if recorded != weights:
        raise EngineProblem("The recorded scores are of another reranker.")
    return pairs, scores
