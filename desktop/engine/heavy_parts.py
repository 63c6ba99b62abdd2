"""What is slow to load: LanceDB, the embedder's runtime, and all that rests on them. Loaded once, on first need.

The engine answers `hello` and `status` long before this is done.
"""

import logging
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop.domain.errors import EngineProblem
from desktop.embedding.identity import EmbedderIdentity, read_identity
from desktop.platform_support.paths import DataFolders
from desktop.storage.database import Database
from desktop.storage.file_names import FileNames
from desktop.storage.file_table import FileTable
from desktop.storage.index_damage import IndexDamaged
from desktop.storage.passage_ledger import PassageLedger

if TYPE_CHECKING:
    from desktop.answering.finding import PassageFinder
    from desktop.embedding.embedder import Embedder
    from desktop.indexing.passage_maker import PassageMaker
    from desktop.indexing.upkeep import IndexUpkeep
    from desktop.storage.search_index import SearchIndex

DEFAULT_EMBEDDER = "all-MiniLM-L6-v2"
_SLICE = 32
_QUIET = 0.3
_LONGEST_WAIT = 2.0

log = logging.getLogger("footnote.engine")


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


class HeavyLoader:
    """`get` loads on the first call and waits for others that load. Raises EngineProblem."""

    def __init__(
        self,
        folders: DataFolders,
        database: Database,
        files: FileTable,
        ledger: PassageLedger,
        names: FileNames,
        tell: Callable[[str], None],
    ) -> None:
        self._folders = folders
        self._database, self._files, self._ledger = database, files, ledger
        self._tell = tell
        self._names = names
        self._lock = threading.Lock()
        self._parts: HeavyParts | None = None

    @property
    def loaded(self) -> bool:
        return self._parts is not None

    def get(self) -> HeavyParts:
        with self._lock:
            if self._parts is None:
                self._parts = self._load()
            return self._parts

    def _load(self) -> HeavyParts:
        from desktop.answering.finding import PassageFinder
        from desktop.indexing.passage_maker import PassageMaker
        from desktop.indexing.upkeep import IndexUpkeep

        identity, embedder = self._load_embedder()
        index, remade = self._open_index(identity)
        upkeep = IndexUpkeep(self._ledger, index)
        self._follow_identity(identity)
        if remade:
            upkeep.rebuild()
        maker = PassageMaker(self._ledger, index, embedder, identity.revision if identity else "words")
        if embedder is not None:
            # a passage must fit into the embedder that is to embed it; equal passages keep their vector
            self._files.read_again(maker.split_by)
        finder = PassageFinder(self._files, self._ledger, index, lambda: embedder, self._names)
        return HeavyParts(index, embedder, maker, finder, upkeep)

    def _load_embedder(self) -> tuple[EmbedderIdentity | None, SharedEmbedder | None]:
        from desktop.embedding.embedder import load_embedder

        folder = self._folders.embedders / DEFAULT_EMBEDDER
        try:
            return read_identity(folder), SharedEmbedder(load_embedder(folder))
        except EngineProblem as problem:
            self._tell(f"Searching by words only: {problem}")
            return None, None

    def _open_index(self, identity: EmbedderIdentity | None) -> tuple["SearchIndex", bool]:
        from desktop.storage.search_index import SearchIndex

        revision = identity.revision if identity else self._database.note("embedder") or "none"
        table = f"vectors_{revision[:16]}"
        dimension = identity.dimension if identity else 1
        existed = self._folders.vectors.exists()
        try:
            return SearchIndex(self._folders.vectors, table, dimension), not existed
        except IndexDamaged:
            log.warning("the search index could not be opened", exc_info=True)
        aside = self._folders.vectors.with_name(f"{self._folders.vectors.name}.damaged")
        shutil.rmtree(aside, ignore_errors=True)
        Path(self._folders.vectors).rename(aside)
        shutil.rmtree(aside, ignore_errors=True)  # it holds words of files that may be deleted tomorrow
        self._tell("The search index was damaged. It is being made again from the library; nothing is lost.")
        return SearchIndex(self._folders.vectors, table, dimension), True

    def _follow_identity(self, identity: EmbedderIdentity | None) -> None:
        # vectors of another embedder are in another table: every passage waits for one of this embedder
        revision = identity.revision if identity else ""
        if revision and self._database.note("embedder") != revision:
            self._ledger.forget_vectors()
            self._database.set_note("embedder", revision)
