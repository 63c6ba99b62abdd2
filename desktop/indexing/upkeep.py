"""Holds the search index against the ledger, mends what differs, and remakes it. The ledger is always right."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from desktop.indexing.passage_words import FileWords, PassageWords, word_rows
from desktop.storage.former_passages import FormerPassages
from desktop.storage.passage_ledger import PassageLedger
from desktop.storage.search_index import SearchIndex, WordRow

_PAGE = 5_000


@dataclass(frozen=True, slots=True)
class Differences:
    """Passage ids: without words, without the vector they should have, in the index twice, in the index alone."""

    without_words: frozenset[int]
    without_vector: frozenset[int]
    doubled: frozenset[int]
    orphaned: frozenset[int]

    def __bool__(self) -> bool:
        return bool(self.without_words or self.without_vector or self.doubled)


class IndexUpkeep:
    """Orphans are ordinary (rows of what was deleted, until the next tidy-up); the other differences are damage.

    `clock` gives seconds since 1970.
    """

    def __init__(
        self,
        ledger: PassageLedger,
        index: SearchIndex,
        former: FormerPassages | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._ledger, self._index = ledger, index
        self._former, self._clock = former, clock

    def compare(self) -> Differences:
        """In sorted arrays: of a million passages, sets would take hundreds of megabytes."""
        ledger, embedded = np.array(self._ledger.ids()), np.array(self._ledger.ids(embedded_only=True))
        words, vectors = np.sort(self._index.word_ids()), np.sort(self._index.vector_ids())
        twice = np.concatenate([_doubles(words), _doubles(vectors)])
        return Differences(
            without_words=_set(np.setdiff1d(ledger, words)),
            without_vector=_set(np.setdiff1d(embedded, vectors)),
            doubled=_set(np.intersect1d(twice, ledger)),
            orphaned=_set(np.setdiff1d(np.concatenate([words, vectors]), ledger)),
        )

    def heal(self, found: Differences) -> None:
        """Mends exactly these differences; passages without a vector wait for one again."""
        if gone := found.orphaned | found.doubled:
            self._index.remove(gone)
            self._ledger.dead_words.add(len(gone))
        self._ledger.forget_vectors(sorted(found.without_vector | found.doubled))
        if lost := found.without_words | found.doubled:
            self._restore_words(lost)

    def open_anew(self) -> None:
        """A passing trouble is over with it; nothing is thrown away."""
        self._index.open_anew()

    def mend(self) -> None:
        """Throws away what of the index can't be read, and makes that again; vectors follow in the ordinary way."""
        self._index.salvage()
        self.heal(self.compare())

    def rebuild(self) -> None:
        """Empties the index and fills it with words again; vectors follow in the ordinary way."""
        self._ledger.forget_vectors()
        self._index.clear()
        self._restore_words(None)

    def tidy(self, at_rest: bool = False, all_versions: bool = False) -> None:
        """`at_rest`: what takes long too. `all_versions`: no question reads one that an engine before has left."""
        if at_rest and self._ledger.dead_words.are_many(self._ledger.totals()[0]):
            self._index.renew_words()
            self._ledger.dead_words.are_gone()
        self._index.tidy(all_versions)
        if self._former is not None:
            self._former.tidy(self._clock())
        self._ledger.tidy(at_rest)

    def forget_deleted(self) -> None:
        """As `tidy`, and nothing that was deleted is left on the disk."""
        self._index.rewrite()
        self._ledger.dead_words.are_gone()
        self._ledger.tidy()

    def _restore_words(self, only: frozenset[int] | None) -> None:
        rows: list[WordRow] = []
        for file_id in self._ledger.files_of(only):
            rows.extend(self._rows_of(file_id, only))
            if len(rows) >= _PAGE:
                self._index.add_words(rows)
                rows = []
        self._index.add_words(rows)

    def _rows_of(self, file_id: int, only: frozenset[int] | None) -> list[WordRow]:
        passages = self._ledger.of_file(file_id)
        if not passages:  # removed since
            return []
        file = FileWords(file_id, passages[0].title, passages[0].language)
        texts = [PassageWords(p.id, p.heading, p.header, p.text) for p in passages]
        return word_rows(file, texts, {p.id for p in passages} if only is None else only)


def _doubles(ids: Any) -> Any:
    """Those of the sorted ids that stand there more than once."""
    return ids[1:][ids[1:] == ids[:-1]]


def _set(ids: Any) -> frozenset[int]:
    return frozenset(map(int, ids))
