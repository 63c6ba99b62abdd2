"""What is slow to load: LanceDB, the embedder's runtime, and all that rests on them. Loaded once, on first need.

The engine answers `hello` and `status` long before this is done.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from desktop.engine.chosen_embedder import ChosenModels
from desktop.engine.index_opening import IndexOpening
from desktop.engine.switching import Meaning, OldVectors, Switch
from desktop.storage.file_names import FileNames
from desktop.storage.file_table import FileTable
from desktop.storage.passage_ledger import PassageLedger

if TYPE_CHECKING:
    from desktop.answering.finding import PassageFinder
    from desktop.embedding.embedder import Embedder
    from desktop.indexing.passage_maker import PassageMaker
    from desktop.indexing.upkeep import IndexUpkeep
    from desktop.storage.search_index import SearchIndex

_SLICE = 8
_QUIET = 0.3
_LONGEST_WAIT = 2.0
_MOST_HAVE = 0.5  # of all passages


class SharedEmbedder:
    """One embedder for indexing and questions: passages go in slices, and a question goes before the next slice.

    Where one question was asked another may follow at once, so the next slice waits for a moment: never for long.
    """

    def __init__(self, embedder: "Embedder") -> None:
        self._embedder = embedder
        self._turn = threading.Condition()
        self._asked = 0
        self._busy = False
        self._last_asked = self._last_slice = 0.0

    def token_offsets(self, text: str) -> Sequence[int]:
        return self._embedder.token_offsets(text)

    def use_threads(self, threads: int | None) -> None:
        with self._turn:
            if self._embedder.threads == threads:
                return
            self._turn.wait_for(lambda: not self._busy)
            self._busy = True
        try:
            self._embedder.use_threads(threads)
        finally:
            with self._turn:
                self._busy = False
                self._turn.notify_all()

    def embed(self, texts: Sequence[str], *, query: bool = False) -> Any:
        """float32 [n, d], unit length."""
        import numpy as np

        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        parts = [self._slice([texts[i] for i in order[a : a + _SLICE]], query) for a in range(0, len(texts), _SLICE)]
        stacked = np.concatenate(parts)
        result = np.empty_like(stacked)
        result[order] = stacked
        return result

    def _slice(self, texts: Sequence[str], query: bool) -> Any:
        with self._turn:
            self._asked += query
            while self._busy or not (query or self._quiet()):
                self._turn.wait(_QUIET if not self._busy else None)
            self._busy = True
        try:
            return self._embedder.embed(texts, query=query)
        finally:
            with self._turn:
                self._busy = False
                self._asked -= query
                if query:
                    self._last_asked = time.monotonic()
                else:
                    self._last_slice = time.monotonic()
                self._turn.notify_all()

    def _quiet(self) -> bool:
        now = time.monotonic()
        just_asked = now - self._last_asked < _QUIET and now - self._last_slice < _LONGEST_WAIT
        return not self._asked and not just_asked


@dataclass(frozen=True, slots=True)
class HeavyParts:
    index: "SearchIndex"
    embedder: SharedEmbedder | None
    maker: "PassageMaker"
    finder: "PassageFinder"
    upkeep: "IndexUpkeep"
    switch: Switch


class HeavyLoader:
    """`get` loads on the first call and waits for others that load. Raises EngineProblem."""

    def __init__(
        self,
        files: FileTable,
        ledger: PassageLedger,
        names: FileNames,
        chosen: ChosenModels,
        opening: IndexOpening,
    ) -> None:
        self._files, self._ledger, self._names = files, ledger, names
        self._chosen, self._opening = chosen, opening
        self._lock = threading.Lock()
        self._parts: HeavyParts | None = None

    @property
    def loaded(self) -> bool:
        return self._parts is not None

    @property
    def split_by(self) -> str:
        """What makes passages of files now; empty while nothing is loaded, or no embedder. Waits for nobody."""
        parts = self._parts
        return parts.maker.split_by if parts is not None and parts.embedder is not None else ""

    def get(self) -> HeavyParts:
        with self._lock:
            if self._parts is None:
                self._parts = self._load()
            return self._parts

    def load_anew(self) -> HeavyParts:
        """After another embedder or reranker was chosen. For the indexing thread, which alone writes the index."""
        with self._lock:
            self._parts = self._load()
            return self._parts

    def _load(self) -> HeavyParts:
        from desktop.answering.finding import PassageFinder
        from desktop.indexing.passage_maker import PassageMaker
        from desktop.indexing.upkeep import IndexUpkeep

        chosen = self._chosen.load_embedder()
        embedder = SharedEmbedder(chosen.embedder) if chosen.embedder else None
        index, remade = self._opening.open(chosen.identity)
        upkeep = IndexUpkeep(self._ledger, index)
        if remade:
            upkeep.rebuild()
        measure = chosen.measure
        maker = PassageMaker(self._ledger, index, embedder, measure.name, measure.tokens, measure.sizes)
        if embedder is not None:
            # a passage must fit into the embedder that is to embed it; equal passages keep their vector
            self._files.split_again(maker.split_by, older_too=False)
        reranker = self._chosen.load_reranker()
        name = chosen.identity.name if chosen.identity else ""
        switch = Switch(self._ledger, Meaning(name, embedder, index), self._old(name, index))
        finder = PassageFinder(
            self._files, self._ledger, index, switch.embedder, self._names, reranker, switch.vectors_of
        )
        return HeavyParts(index, embedder, maker, finder, upkeep, switch)

    def _old(self, chosen: str, index: "SearchIndex") -> Meaning | None:
        """The embedder that has most vectors, while the chosen one has many still to make."""
        total, _ = self._ledger.totals()
        if not chosen or self._ledger.waiting_count() < _MOST_HAVE * total:
            return None
        counts = {name: index.count_of(table) for name, table in self._chosen.tables().items() if name != chosen}
        name = max(counts, key=lambda name: counts[name], default="")
        embedder = self._chosen.load_named(name) if name and counts[name] >= _MOST_HAVE * total else None
        if not total or embedder is None:
            return None

        def open_old() -> "SearchIndex":
            return self._opening.open_old(embedder.identity)

        return Meaning(name, SharedEmbedder(embedder), OldVectors(open_old, open_old()))
