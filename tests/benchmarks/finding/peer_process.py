"""The other side of `peers`: runs txtai and LanceDB in an environment of their own, told what to do by lines of JSON.

It imports nothing of Footnote, embeds nothing and scores nothing: passages, questions and their vectors are sent to it.
"""

import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

LANGUAGES = {"en": "English", "de": "German"}


class Peer(Protocol):
    """A system that was given passages; `find` returns their numbers, best first."""

    def find(self, question: str, vector: np.ndarray, limit: int) -> list[int]: ...


class Txtai:
    """txtai's hybrid index with its own defaults. The embedder is external to it: it is handed the vectors."""

    def __init__(self, texts: Sequence[str], vectors: np.ndarray) -> None:
        from txtai import Embeddings  # pyright: ignore[reportMissingImports]  # in the peers' environment alone

        known = dict(zip(texts, vectors, strict=True))
        self._known = known

        def transform(wanted: Sequence[str]) -> np.ndarray:
            return np.stack([known[text] for text in wanted])

        self._embeddings: Any = Embeddings(method="external", transform=transform, hybrid=True)
        self._embeddings.index([(i, text, None) for i, text in enumerate(texts)])

    def find(self, question: str, vector: np.ndarray, limit: int) -> list[int]:
        self._known[question] = vector
        return [int(i) for i, _ in self._embeddings.search(question, limit)]


class LanceDB:
    """LanceDB's hybrid query, fused by its RRFReranker; its keyword index is told of `language`, if any."""

    def __init__(self, texts: Sequence[str], vectors: np.ndarray, language: str, folder: str) -> None:
        import lancedb
        from lancedb.index import FTS
        from lancedb.rerankers import RRFReranker

        rows = [{"n": i, "text": text, "vector": vectors[i]} for i, text in enumerate(texts)]
        self._table: Any = lancedb.connect(folder).create_table("passages", rows)
        config = FTS()
        if language in LANGUAGES:
            config = FTS(language=LANGUAGES[language])
        elif language:
            config = FTS(base_tokenizer="icu", stem=False, remove_stop_words=False)
        self._table.create_index("text", config=config)
        self._fusing: Any = RRFReranker()

    def find(self, question: str, vector: np.ndarray, limit: int) -> list[int]:
        query = self._table.search(query_type="hybrid", vector_column_name="vector", fts_columns="text")
        found = query.vector(vector).text(question).rerank(self._fusing).limit(limit)
        return [int(i) for i in found.to_arrow().column("n").to_pylist()]


class PeerService:
    """Answers the requests of one run. Peers are known by the name they were made with."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._peers: dict[str, Peer] = {}

    def versions(self, _: dict[str, Any]) -> dict[str, Any]:
        from importlib.metadata import version

        return {name: version(name) for name in ("txtai", "lancedb")}

    def split(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Texts as txtai's own pipeline splits them: by paragraphs."""
        from txtai.pipeline import Segmentation  # pyright: ignore[reportMissingImports]  # in the peers' environment alone

        split: Any = Segmentation(paragraphs=True)
        return {"parts": [split(text) for text in asked["texts"]]}

    def make(self, asked: dict[str, Any]) -> dict[str, Any]:
        texts: list[str] = json.loads(Path(asked["texts"]).read_text(encoding="utf-8"))
        vectors = np.load(asked["vectors"])
        name: str = asked["name"]
        if asked["system"] == "txtai":
            self._peers[name] = Txtai(texts, vectors)
        else:
            folder = tempfile.mkdtemp(dir=self._scratch)
            self._peers[name] = LanceDB(texts, vectors, asked["language"], folder)
        return {"passages": len(texts)}

    def find(self, asked: dict[str, Any]) -> dict[str, Any]:
        vector = np.array(asked["vector"], dtype=np.float32)
        return {"found": self._peers[asked["name"]].find(asked["question"], vector, asked["limit"])}


def main() -> None:
    answers = sys.stdout
    sys.stdout = sys.stderr  # what libraries print is no answer
    with tempfile.TemporaryDirectory() as scratch:
        service = PeerService(Path(scratch))
        methods = {"versions": service.versions, "split": service.split, "make": service.make, "find": service.find}
        for line in sys.stdin:
            asked = json.loads(line)
            try:
                answer = methods[asked["method"]](asked)
            except Exception as error:
                answer = {"error": f"{type(error).__name__}: {error}"}
            answers.write(json.dumps(answer) + "\n")
            answers.flush()


if __name__ == "__main__":
    main()
