"""Other systems over the same documents, asked the same questions: which they are, and the process that runs them.

The embedder is ours and the scoring too; a peer splits (in one row), keeps and fuses as it does by itself.
"""

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from desktop.platform_support.environment import child_environment
from tests.benchmarks.finding.libraries import Library
from tests.benchmarks.finding.scoring import RESULTS, Outcome, Passage, QuestionSet

WINDOW, SHARED = 1_000, 200
PROCESS = Path(__file__).with_name("peer_process.py")


class Split(Enum):
    """What a peer is given as passages."""

    OURS = "our passages, embedded without their headings"
    OUR_VECTORS = "our passages with our vectors"
    PARAGRAPHS = "as txtai splits paragraphs"
    WINDOWS = "1,000 characters, 200 of them shared"


@dataclass(frozen=True, slots=True)
class Kind:
    """One row of the comparison. `language` is what its keyword index is told; empty: its default."""

    name: str
    system: str
    split: Split
    language: str = ""


class PeerFailed(Exception):
    """The process of the peers ended, or one of them did not do what it was asked."""


def kinds(language: str) -> tuple[Kind, ...]:
    """Every row for questions of this language; LanceDB's default is English already."""
    told = () if language == "en" else (Kind("LanceDB RRF, told", "lancedb", Split.OUR_VECTORS, language),)
    return (
        Kind("txtai", "txtai", Split.OURS),
        Kind("txtai, 1,000/200", "txtai", Split.WINDOWS),
        Kind("txtai, paragraphs", "txtai", Split.PARAGRAPHS),
        Kind("LanceDB RRF", "lancedb", Split.OUR_VECTORS),
        Kind("LanceDB RRF, 1,000/200", "lancedb", Split.WINDOWS),
        *told,
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
        rows = library.passages()
        passages: list[Passage] = [(row.path, row.start, row.end, row.text) for row in rows]
        if kind.split is Split.OUR_VECTORS:
            known = library.index.vectors_of([row.id for row in rows])
            return passages, np.stack([known[row.id] for row in rows])
        documents = sorted(questions.documents.iterdir())
        if kind.split is Split.PARAGRAPHS:
            passages = list(self._paragraphs(documents))
        elif kind.split is Split.WINDOWS:
            passages = [window for document in documents for window in windows(document)]
        return passages, library.embedder.embed([passage[3] for passage in passages])

    def _paragraphs(self, documents: Sequence[Path]) -> Iterator[Passage]:
        texts = [_text_of(document) for document in documents]
        for document, text, parts in zip(documents, texts, self.call("split", texts=texts)["parts"], strict=True):
            end = 0
            for part in parts:
                start = text.find(part, end)
                if start < 0:  # cleaned of double spaces: the scorer looks for it
                    yield str(document), None, None, part
                else:
                    end = start + len(part)
                    yield str(document), start, end, part


def windows(document: Path) -> Iterator[Passage]:
    """The whole document in pieces of one length, each beginning inside the one before."""
    text = _text_of(document)
    for start in range(0, max(1, len(text) - SHARED), WINDOW - SHARED):
        yield str(document), start, min(len(text), start + WINDOW), text[start : start + WINDOW]


def _text_of(document: Path) -> str:
    return document.read_bytes().decode("utf-8")
