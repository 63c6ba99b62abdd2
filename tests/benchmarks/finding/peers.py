"""Other systems over the same documents, asked the same questions: which they are, and the process that runs them.

The embedder is ours and the scoring too; a peer splits (in one row), keeps and fuses as it does by itself.
"""

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from desktop.platform_support.environment import child_environment
from tests.benchmarks.finding.libraries import Library
from tests.benchmarks.finding.scoring import RESULTS, Outcome, Passage, QuestionSet

PROCESS = Path(__file__).with_name("peer_process.py")


@dataclass(frozen=True, slots=True)
class Kind:
    """One row of the comparison. `language` is what its keyword index is told; empty: its default."""

    name: str
    system: str
    passages: str  # ours, ours with our vectors, or paragraphs
    language: str


class PeerFailed(Exception):
    """The process of the peers ended, or one of them did not do what it was asked."""


def kinds(language: str) -> tuple[Kind, ...]:
    """Every row for questions of this language."""
    return (
        Kind("txtai", "txtai", "ours", ""),
        Kind("txtai, its paragraphs", "txtai", "paragraphs", ""),
        Kind("LanceDB RRF", "lancedb", "ours with our vectors", ""),
        Kind("LanceDB RRF, language told", "lancedb", "ours with our vectors", language),
    )


class PeerProcess:
    """The process in the environment of the peers. `with PeerProcess(python, scratch) as peers:`"""

    def __init__(self, python: Path, scratch: Path) -> None:
        self._scratch = scratch
        scratch.mkdir(parents=True, exist_ok=True)
        self._said = (scratch / "said.txt").open("w+", encoding="utf-8")
        # none of our modules: the packages there are others than ours
        environment = {name: value for name, value in child_environment().items() if name != "PYTHONPATH"}
        self._process = subprocess.Popen(
            [python, PROCESS],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            encoding="utf-8",
            env=environment | {"KMP_DUPLICATE_LIB_OK": "TRUE"},
        )

    def __enter__(self) -> "PeerProcess":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._said.close()

    def call(self, method: str, **asked: Any) -> dict[str, Any]:
        """The answer. Raises PeerFailed."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps({"method": method, **asked}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            self._said.seek(0)
            raise PeerFailed("the peers ended: " + (self._said.read().strip().splitlines() or [""])[-1])
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise PeerFailed(str(answer["error"]))
        return answer

    def outcomes(self, questions: QuestionSet, library: Library, language: str) -> Iterator[Outcome]:
        """Each peer over the documents that the library holds."""
        asked = {text: library.embedder.embed([text], query=True)[0].tolist() for text in set(questions.texts)}
        for kind in kinds(language):
            passages, vectors = self._passages(kind, questions, library)
            name = f"{questions.name} {kind.name}"
            self._make(name, kind, [passage[3] for passage in passages], vectors)

            def find(question: str, name: str = name, passages: Sequence[Passage] = passages) -> list[Passage]:
                found = self.call("find", name=name, question=question, vector=asked[question], limit=RESULTS)
                return [passages[i] for i in found["found"]]

            yield questions.outcome(kind.name, find)

    def _make(self, name: str, kind: Kind, texts: list[str], vectors: np.ndarray) -> None:
        written = self._scratch / "texts.json"
        written.write_text(json.dumps(texts), encoding="utf-8")
        np.save(self._scratch / "vectors.npy", vectors)
        places = {"texts": os.fspath(written), "vectors": os.fspath(self._scratch / "vectors.npy")}
        self.call("make", name=name, system=kind.system, language=kind.language, **places)

    def _passages(self, kind: Kind, questions: QuestionSet, library: Library) -> tuple[list[Passage], np.ndarray]:
        if kind.passages == "paragraphs":
            passages = list(self._paragraphs(sorted(questions.documents.iterdir())))
        else:
            rows = library.passages()
            passages: list[Passage] = [(row.path, row.start, row.end, row.text) for row in rows]
            if kind.passages == "ours with our vectors":
                known = library.index.vectors_of([row.id for row in rows])
                return passages, np.stack([known[row.id] for row in rows])
        return passages, library.embedder.embed([passage[3] for passage in passages])

    def _paragraphs(self, documents: Sequence[Path]) -> Iterator[Passage]:
        texts = [document.read_bytes().decode("utf-8") for document in documents]
        for document, text, parts in zip(documents, texts, self.call("split", texts=texts)["parts"], strict=True):
            end = 0
            for part in parts:
                start = text.find(part, end)
                if start < 0:  # cleaned of double spaces: the scorer looks for it
                    yield str(document), None, None, part
                else:
                    end = start + len(part)
                    yield str(document), start, end, part
