"""Requests about embedders: list them, say what a change would cost, change. Going back is a change like any other.

A change to the one in use makes new passages of those files whose passages an older splitter made; `undo_passages`
puts the older ones back.
"""

import time

from desktop.domain.errors import EngineProblem, UserError
from desktop.embedding.shelf import find_model, list_embedders
from desktop.engine.chosen_embedder import DEFAULT_EMBEDDER, ChosenModels, embedder_name
from desktop.engine.heavy_parts import HeavyLoader
from desktop.engine.index_opening import table_of
from desktop.indexing.indexer import Indexer
from desktop.indexing.passage_context import embedding_text
from desktop.platform_support.paths import DataFolders
from desktop.protocol.common_messages import Nothing
from desktop.protocol.engine_messages import EmbedderCost, EmbedderEntry, EmbedderName, Embedders
from desktop.settings.store import SettingsFile
from desktop.storage.file_table import FileTable
from desktop.storage.former_passages import FormerPassages
from desktop.storage.passage_ledger import PassageLedger

_MEASURED = 24  # passages


class EmbedderRequests:
    """A change takes effect at once; questions go on with the embedder before until all vectors are made."""

    def __init__(
        self,
        folders: DataFolders,
        settings: SettingsFile,
        files: FileTable,
        ledger: PassageLedger,
        former: FormerPassages,
        heavy: HeavyLoader,
        chosen: ChosenModels,
        indexer: Indexer,
    ) -> None:
        self._folders, self._settings = folders, settings
        self._files, self._ledger, self._former = files, ledger, former
        self._heavy, self._chosen, self._indexer = heavy, chosen, indexer

    def list_embedders(self, _: Nothing) -> Embedders:
        shelf = list_embedders(self._folders.embedders)
        entries = tuple(EmbedderEntry(model.name, model.tokens, model.size, model.problem) for model in shelf)
        heavy = self._heavy.get()
        split_by = heavy.maker.split_by
        older = self._files.split_otherwise(split_by, older_too=True)[0] if heavy.embedder else 0
        former = self._former.count(split_by)
        return Embedders(entries, embedder_name(self._settings), heavy.switch.answering, older, former)

    def preview_embedder(self, asked: EmbedderName) -> EmbedderCost:
        """Embeds some passages to measure: takes a second or two."""
        model = find_model(list_embedders(self._folders.embedders), asked.name)
        index = self._heavy.get().index
        in_use = model.name == embedder_name(self._settings)
        files, again = self._files.split_otherwise(self._chosen.split_by(asked.name), older_too=in_use)
        total, _ = self._ledger.totals()
        kept = max(0, min(total - again, index.count_of(table_of(model.revision))))
        passages = total - kept
        seconds = passages * self._seconds_each(asked.name) if passages else 0.0
        return EmbedderCost(asked.name, passages, kept, files, seconds)

    def choose_embedder(self, asked: EmbedderName) -> Embedders:
        name = find_model(list_embedders(self._folders.embedders), asked.name).name
        if name == embedder_name(self._settings):
            self._files.split_again(self._chosen.split_by(name), older_too=True)
        self._settings.set("chosen_embedder", "" if name == DEFAULT_EMBEDDER else name)
        self._indexer.reopen()
        return self.list_embedders(Nothing())

    def undo_passages(self, _: Nothing) -> Embedders:
        self._former.go_back(self._heavy.get().maker.split_by)
        self._indexer.work_arrived()
        return self.list_embedders(Nothing())

    def _seconds_each(self, name: str) -> float:
        passages = self._ledger.some(_MEASURED)
        embedder = self._chosen.load_named(name)
        if embedder is None:
            raise UserError(f"“{name}” can't be loaded.", "Remove it and add it again.")
        texts = [embedding_text(p.title, p.heading, p.header, p.text) for p in passages]
        try:
            embedder.embed(texts[:2])  # the first is slower
            started = time.perf_counter()
            embedder.embed(texts)
        except EngineProblem as problem:
            raise UserError(f"“{name}” can't be used.", str(problem)) from problem
        return (time.perf_counter() - started) / max(1, len(texts))
