"""What is slow to load: LanceDB, the embedder's runtime, and all that rests on them. Loaded once, on first need.

The engine answers `hello` and `status` long before this is done.
"""

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop.engine.chosen_embedder import ChosenModels
from desktop.engine.index_opening import IndexOpening
from desktop.engine.shared_embedder import SharedEmbedder
from desktop.engine.switching import Meaning, OldVectors, Switch
from desktop.storage.file_names import FileNames
from desktop.storage.file_table import FileTable
from desktop.storage.former_passages import FormerPassages
from desktop.storage.passage_ledger import PassageLedger

if TYPE_CHECKING:
    from desktop.answering.finding import PassageFinder
    from desktop.indexing.passage_maker import PassageMaker
    from desktop.indexing.upkeep import IndexUpkeep
    from desktop.storage.search_index import SearchIndex

_MOST_HAVE = 0.5  # of all passages


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
        former: FormerPassages,
        names: FileNames,
        chosen: ChosenModels,
        opening: IndexOpening,
    ) -> None:
        self._files, self._ledger, self._former, self._names = files, ledger, former, names
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
        index, lacking = self._opening.open(chosen.identity)
        upkeep = IndexUpkeep(self._ledger, index, self._former)
        if lacking:
            upkeep.heal(upkeep.compare())
        measure = chosen.measure
        maker = PassageMaker(
            self._ledger,
            index,
            embedder,
            measure.name,
            measure.tokens,
            measure.sizes,
            self._former,
            chosen.identity.revision if chosen.identity else "",
        )
        if embedder is not None and self._files.split_otherwise(maker.split_by, older_too=False)[0]:
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
