"""A process that embeds the same passages again and again, by one runtime: `torch`, `f32` or `best`.

`python -m tests.benchmarks.indexing.embedding_child KIND PASSAGES.json VECTORS.npy`: each line of input is one round;
the answer is its seconds. At the end of input come precision and peak memory, and the vectors are written.
"""

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from desktop.embedding.embedder import load_embedder
from desktop.engine.chosen_embedder import DEFAULT_EMBEDDER
from desktop.platform_support.paths import data_folders
from tests.benchmarks.indexing.memory_use import peak_memory


def load(kind: str) -> tuple[Callable[[Sequence[str]], Any], str]:
    """(what embeds, its precision)."""
    folder = data_folders().embedders / DEFAULT_EMBEDDER
    if kind == "torch":
        from sentence_transformers import SentenceTransformer

        model = SentenceTransformer(str(folder), device="cpu")
        return lambda texts: model.encode(list(texts)), "f32"
    embedder = load_embedder(folder, exact=kind == "f32")
    return embedder.embed, embedder.precision


def main() -> int:
    kind, passages, vectors = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    texts: list[str] = json.loads(passages.read_text(encoding="utf-8"))
    embed, precision = load(kind)
    embed(texts[:64])
    print("ready", flush=True)
    found: Any = None
    for _ in sys.stdin:
        started = time.perf_counter()
        found = embed(texts)
        print(time.perf_counter() - started, flush=True)
    np.save(vectors, np.asarray(found, dtype=np.float32))
    print(json.dumps({"precision": precision, "memory": peak_memory()}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
