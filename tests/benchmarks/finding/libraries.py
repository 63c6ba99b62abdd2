"""Libraries for measuring: made by the real engine, then opened for searching by both legs or by one alone."""

import subprocess
import sys
from collections.abc import Collection, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from desktop.answering.finding import PassageFinder
from desktop.embedding.embedder import load_embedder
from desktop.embedding.identity import read_identity
from desktop.engine.chosen_embedder import DEFAULT_EMBEDDER
from desktop.engine.shared_embedder import SharedEmbedder
from desktop.platform_support.environment import child_environment
from desktop.platform_support.paths import DataFolders
from desktop.storage.analysis import query_terms
from desktop.storage.database import Database
from desktop.storage.file_names import FileNames
from desktop.storage.file_table import FileTable
from desktop.storage.passage_ledger import LedgerPassage, PassageLedger
from desktop.storage.search_index import SearchIndex
from tests.benchmarks.finding.scoring import RESULTS, Passage, System

BOTH = "both"
LEGS = ("keywords", "vectors", BOTH)


class NoWords(SearchIndex):
    """The index without its keywords."""

    def find_words(
        self, terms: Sequence[str], limit: int, within: Collection[int] | None = None
    ) -> list[tuple[int, float]]:
        return []


@dataclass(frozen=True, slots=True)
class Library:
    """A library that is open for searching."""

    database: Database
    files: FileTable
    ledger: PassageLedger
    names: FileNames
    index: SearchIndex
    vectors_only: SearchIndex
    embedder: SharedEmbedder

    def finder(self, leg: str) -> PassageFinder:
        """As the engine makes it; `keywords` without an embedder, `vectors` without words, those of names included."""
        if leg == "vectors":
            return PassageFinder(self.files, self.ledger, self.vectors_only, lambda: self.embedder)
        embedder = self.embedder if leg == BOTH else None
        return PassageFinder(self.files, self.ledger, self.index, lambda: embedder, self.names)

    def system(self, leg: str) -> System:
        finder = self.finder(leg)

        def find(question: str) -> list[Passage]:
            return [(p.file, p.start, p.end, p.text) for p in finder.find(question, RESULTS)]

        return find

    def best_of_each_leg(self, question: str, depth: int) -> list[LedgerPassage]:
        """The passages that words or vectors alone find first, without any fusing."""
        terms = query_terms(question, tuple(dict.fromkeys(("english", *self.files.languages()))))
        words = self.index.find_words(terms, depth)
        meaning = self.index.find_vectors(self.embedder.embed([question], query=True)[0], depth)
        rows = self.ledger.by_ids([i for i, _ in dict.fromkeys((*words, *meaning))])
        return list(rows.values())

    def passages(self) -> list[LedgerPassage]:
        return [p for file_id in self.ledger.files_of(None) for p in self.ledger.of_file(file_id)]


def index_folder(folders: DataFolders, documents: Path) -> None:
    """By an engine of its own, until nothing is left to read or embed."""
    command = [sys.executable, "-m", "desktop.cli.main", "--data", str(folders.library), "add", "--wait"]
    subprocess.run([*command, str(documents)], check=True, stdout=subprocess.DEVNULL, env=child_environment())


@contextmanager
def open_library(folders: DataFolders) -> Generator[Library]:
    database = Database(folders.database)
    embedder = folders.embedders / DEFAULT_EMBEDDER
    identity = read_identity(embedder)
    vectors = f"vectors_{identity.revision[:16]}"
    try:
        yield Library(
            database,
            FileTable(database),
            PassageLedger(database),
            FileNames(database),
            SearchIndex(folders.vectors, vectors, identity.dimension),
            NoWords(folders.vectors, vectors, identity.dimension),
            SharedEmbedder(load_embedder(embedder)),
        )
    finally:
        database.close()
