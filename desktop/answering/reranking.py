"""Puts the best hits into the order that a reranker gives them: a model that reads question and passage together.

The scores of the search keep their places (the first hit has the highest), as a reranker's are of another scale, and
different for each.
"""

from collections.abc import Sequence
from typing import Any, Protocol

from desktop.answering.arranging import Hit
from desktop.storage.passage_ledger import LedgerPassage

RERANKED = 20


class PassageReranker(Protocol):
    """What finding needs of a reranker: one score a passage, higher for better."""

    def scores(self, question: str, passages: Sequence[str]) -> Any: ...


def rerank(question: str, hits: Sequence[Hit], reranker: PassageReranker) -> tuple[list[Hit], dict[int, float]]:
    """The hits, the first ones in their new order, and what the reranker said of those, by passage id."""
    first = hits[:RERANKED]
    said = [float(score) for score in reranker.scores(question, [_read(row) for _, row in first])] if first else []
    order = sorted(range(len(first)), key=lambda i: (-said[i], i))
    ranked = [(score, first[i][1]) for (score, _), i in zip(first, order, strict=True)]
    return [*ranked, *hits[RERANKED:]], {row.id: score for (_, row), score in zip(first, said, strict=True)}


def _read(row: LedgerPassage) -> str:
    return "\n".join(part for part in (row.heading or row.title, row.header, row.text) if part)
