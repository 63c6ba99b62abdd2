"""After a change of embedder, questions go on with the one that has all vectors, until the new one has them too."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop.storage.index_damage import IndexDamaged
from desktop.storage.passage_ledger import PassageLedger

if TYPE_CHECKING:
    import numpy as np

    from desktop.answering.finding import VectorSearch
    from desktop.answering.likeness import QueryEmbedder
    from desktop.storage.search_index import SearchIndex


@dataclass(slots=True)
class OldVectors:
    """The table of the embedder before. Another writer tidies it, so what can't be read is opened anew, once."""

    open: Callable[[], SearchIndex]
    index: SearchIndex

    def find_vectors(
        self, vector: np.ndarray, limit: int, within: Collection[int] | None = None
    ) -> list[tuple[int, float]]:
        for _ in range(2):
            try:
                return self.index.find_vectors(vector, limit, within)
            except IndexDamaged:
                self.index = self.open()
        return []  # words are searched all the same


@dataclass(frozen=True, slots=True)
class Meaning:
    """An embedder with its name and the place of its vectors."""

    name: str
    embedder: QueryEmbedder | None
    vectors: VectorSearch


class Switch:
    """`new` is the chosen embedder; `old`: the one before, None where there is none."""

    def __init__(self, ledger: PassageLedger, new: Meaning, old: Meaning | None) -> None:
        self._ledger, self._new, self._old = ledger, new, old

    def embedder(self) -> QueryEmbedder | None:
        """The one to ask now."""
        return self._now().embedder

    @property
    def answering(self) -> str:
        """Its name."""
        return self._now().name

    def vectors_of(self, embedder: QueryEmbedder) -> VectorSearch:
        """Where the vectors of this very embedder are."""
        old = self._old
        return old.vectors if old and embedder is old.embedder else self._new.vectors

    def _now(self) -> Meaning:
        if self._old is not None and not self._ledger.waiting_count():
            self._old = None
        return self._old or self._new
