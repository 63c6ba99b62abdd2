"""Opens the search index for the embedder in use: vectors of each embedder in a table of their own, named by it.

What of a damaged index can't be read is thrown away and made again; tables of embedders that were not used for a month
are dropped.
"""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.domain.files import KEPT_DAYS
from desktop.embedding.identity import EmbedderIdentity
from desktop.storage.database import Database
from desktop.storage.index_damage import IndexDamaged
from desktop.storage.passage_ledger import PassageLedger

if TYPE_CHECKING:
    from desktop.storage.search_index import SearchIndex

_DAY = 86_400.0  # seconds

log = logging.getLogger("footnote.engine")


class IndexOpening:
    """`clock` gives seconds since 1970; `tell` gets a sentence for the user."""

    def __init__(
        self,
        folder: Path,
        database: Database,
        ledger: PassageLedger,
        tell: Callable[[str], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._folder, self._database, self._ledger = folder, database, ledger
        self._tell, self._clock = tell, clock

    def open(self, identity: EmbedderIdentity | None) -> tuple[SearchIndex, bool]:
        """The index, and whether it may lack what the library has. `identity` None: words only."""
        revision = identity.revision if identity else self._database.note("embedder") or "none"
        table = table_of(revision)
        index, remade = self._open(table, identity.dimension if identity else 1)
        if identity:
            self._follow(index, revision)
        self._drop_unused(index, table)
        return index, remade

    def open_old(self, identity: EmbedderIdentity) -> SearchIndex:
        """The vectors of the embedder before, beside the index in use. Nothing is written to it."""
        from desktop.storage.search_index import SearchIndex

        return SearchIndex(self._folder, table_of(identity.revision), identity.dimension)

    def _open(self, table: str, dimension: int) -> tuple[SearchIndex, bool]:
        from desktop.storage.search_index import SearchIndex, salvage

        existed = self._folder.exists()
        for _ in range(2):  # it may have been a moment's trouble
            try:
                return SearchIndex(self._folder, table, dimension), not existed
            except IndexDamaged:
                log.warning("the search index could not be opened", exc_info=True)
        self._tell("The search index was damaged. What can't be read of it is made again; nothing is lost.")
        try:
            salvage(self._folder)
            return SearchIndex(self._folder, table, dimension), True
        except IndexDamaged:
            log.warning("nothing of the search index can be kept", exc_info=True)
        aside = self._folder.with_name(f"{self._folder.name}.damaged")
        shutil.rmtree(aside, ignore_errors=True)
        self._folder.rename(aside)
        shutil.rmtree(aside, ignore_errors=True)  # it holds words of files that may be deleted tomorrow
        return SearchIndex(self._folder, table, dimension), True

    def _follow(self, index: SearchIndex, revision: str) -> None:
        """After a change of embedder, those passages wait for a vector that this one never gave any."""
        if self._database.note("embedder") != revision:
            self._ledger.have_vectors(index.vector_ids().tolist())
            self._database.set_note("embedder", revision)

    def _drop_unused(self, index: SearchIndex, table: str) -> None:
        now = self._clock()
        # once a day: a library that another program holds can be searched all the same
        if now - float(self._database.note(_used(table)) or 0) > _DAY:
            self._note_use(table, now)
        for other in index.other_vectors():
            used = self._database.note(_used(other))
            if not used:
                self._note_use(other, now)
            elif now - float(used) > KEPT_DAYS * _DAY:
                index.drop([other])

    def _note_use(self, table: str, now: float) -> None:
        self._database.set_note(_used(table), f"{now:.0f}")


def table_of(revision: str) -> str:
    """The name of an embedder's table of vectors."""
    return f"vectors_{revision[:16]}"


def _used(table: str) -> str:
    return f"used {table}"
