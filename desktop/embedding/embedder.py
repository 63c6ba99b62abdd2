"""Turns texts into vectors with the embedder in a folder. Importing this is cheap; loading imports the libraries."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from desktop.embedding.identity import FAST_FOLDER, TOKENIZER_FILE, EmbedderIdentity, read_form, read_identity

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from desktop.embedding.runtime import VectorGraph, Vectors
    from desktop.embedding.tokenizer import EmbedderTokenizer


class Embedder:
    """One loaded embedder. `tokens` counts for the splitter from any thread; `embed` takes one thread at a time."""

    def __init__(self, identity: EmbedderIdentity, tokens: EmbedderTokenizer, graph: VectorGraph) -> None:
        self.identity = identity
        self.tokens = tokens
        self._graph = graph

    @property
    def passage_room(self) -> int:
        """How many tokens of a passage are embedded: the embedder's length without prompt and special tokens."""
        return self.tokens.room(self.identity.passage_prompt)

    @property
    def precision(self) -> str:
        """What it computes in, such as f32 or bf16."""
        return self._graph.precision

    @property
    def threads(self) -> int | None:
        """How many it may use; None: as many as the library likes."""
        return self._graph.threads

    def use_threads(self, threads: int | None) -> None:
        """Takes half a second where it is another number."""
        self._graph.use_threads(threads)

    def token_offsets(self, text: str) -> list[int]:
        """Where each token of `text` starts, in code points, without special tokens, never cut."""
        return self.tokens.offsets(text)

    def embed(self, texts: Sequence[str], *, query: bool = False) -> Vectors:
        """float32 [n, d], unit length, in order; `query` puts the query prompt before each text, else the passage's.

        A text longer than the embedder's length is cut at its end.
        """
        return self.embed_rows(self.rows(texts, query=query))

    def rows(self, texts: Sequence[str], *, query: bool = False) -> list[list[int]]:
        """The token ids of `texts`, each with its prompt and special tokens, for `embed_rows`."""
        prompt = self.identity.query_prompt if query else self.identity.passage_prompt
        return self.tokens.ids([prompt + text for text in texts])

    def embed_rows(self, rows: Sequence[Sequence[int]]) -> Vectors:
        """As `embed`, of what `rows` gave."""
        return self._graph.vectors(rows)


def load_embedder(folder: Path, *, threads: int | None = None, exact: bool = False) -> Embedder:
    """The embedder in `folder`. Takes about half a second the first time. Raises EngineProblem.

    `threads` None lets the library choose; `exact` computes in 32-bit floats where the CPU would prefer 16.
    """
    identity = read_identity(folder)
    exact = exact or read_form(folder).exact
    return assemble_embedder(folder, folder / FAST_FOLDER, identity, threads=threads, exact=exact)


def load_tokens(folder: Path) -> EmbedderTokenizer:
    """The tokenizer of the embedder in `folder`, alone: without the graph. Raises EngineProblem."""
    return _tokens(folder, folder / FAST_FOLDER, read_identity(folder))


def assemble_embedder(
    folder: Path, fast: Path, identity: EmbedderIdentity, *, threads: int | None = None, exact: bool = False
) -> Embedder:
    """As `load_embedder`, for a fast form that is not in its place yet."""
    # where openvino's telemetry package is installed, openvino would send at import; without it, it goes on
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]  # None makes an import fail
    from desktop.embedding.runtime import VectorGraph

    graph = VectorGraph(fast, identity.dimension, threads=threads, exact=exact)
    return Embedder(identity, _tokens(folder, fast, identity), graph)


def _tokens(folder: Path, fast: Path, identity: EmbedderIdentity) -> EmbedderTokenizer:
    from desktop.embedding.tokenizer import EmbedderTokenizer

    # the workshop's form has the tokenizer as transformers understood the folder, the project's own has none
    file = fast / TOKENIZER_FILE if (fast / TOKENIZER_FILE).is_file() else folder / TOKENIZER_FILE
    return EmbedderTokenizer(file, identity.max_tokens)
