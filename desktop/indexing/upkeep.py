"""Holds the search index against the ledger, mends what differs, and remakes it. The ledger is always right."""

from collections import Counter
from dataclasses import dataclass

from desktop.indexing.passage_maker import search_terms
from desktop.storage.passage_ledger import LedgerPassage, PassageLedger
from desktop.storage.search_index import SearchIndex

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
    """Orphans are ordinary (rows of what was deleted, until the next tidy-up); the other differences are damage."""

    def __init__(self, ledger: PassageLedger, index: SearchIndex) -> None:
        self._ledger, self._index = ledger, index

    def compare(self) -> Differences:
        ledger, embedded = self._ledger.ids(), self._ledger.ids(embedded_only=True)
        words, vectors = Counter(self._index.word_ids()), Counter(self._index.vector_ids())
        return Differences(
            without_words=frozenset(ledger - words.keys()),
            without_vector=frozenset(embedded - vectors.keys()),
            doubled=frozenset(i for counts in (words, vectors) for i, n in counts.items() if n > 1 and i in ledger),
            orphaned=frozenset((words.keys() | vectors.keys()) - ledger),
        )

    def heal(self, found: Differences) -> None:
        """Mends exactly these differences; passages without a vector wait for one again."""
        if gone := found.orphaned | found.doubled:
            self._index.remove(gone)
        self._ledger.forget_vectors(sorted(found.without_vector | found.doubled))
        if lost := found.without_words | found.doubled:
            self._restore_words(lost)

    def rebuild(self) -> None:
        """Empties the index and fills it with words again; vectors follow in the ordinary way."""
        self._ledger.forget_vectors()
        self._index.clear()
        self._restore_words(None)

    def tidy(self) -> None:
        self._index.tidy()

    def _restore_words(self, only: frozenset[int] | None) -> None:
        last = 0
        while page := self._ledger.all_after(last, _PAGE):
            self._index.add_words([_row(p) for p in page if only is None or p.id in only])
            last = page[-1].id


def _row(p: LedgerPassage) -> tuple[int, int, str]:
    return p.id, p.file_id, search_terms(p.title, p.heading, p.header, p.text, p.language)
