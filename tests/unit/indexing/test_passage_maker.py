"""Passages get their vectors, and what comes up meanwhile does not wait for all of them."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from desktop.domain.documents import Document
from desktop.domain.files import FileState
from desktop.indexing.passage_maker import PassageMaker
from desktop.storage.database import Database
from desktop.storage.file_rows import FileStamp
from desktop.storage.file_table import Changes, FileTable
from desktop.storage.passage_ledger import PassageLedger
from desktop.storage.search_index import SearchIndex

LETTERS = "abcdefgh"


class LettersEmbedder:
    """Counts letters; gives one vector at a time, the last text's first."""

    def token_offsets(self, text: str) -> Sequence[int]:
        return range(0, len(text), 4)

    def use_threads(self, threads: int | None) -> None: ...

    def slices(self, texts: Sequence[str]) -> Iterator[tuple[list[int], np.ndarray]]:
        for i in reversed(range(len(texts))):
            yield [i], np.stack([self.vector(texts[i])])

    @staticmethod
    def vector(text: str) -> np.ndarray:
        return np.array([text.count(letter) for letter in LETTERS], dtype=np.float32)


class SmallLibrary:
    def __init__(self, folder: Path) -> None:
        self.database = Database(folder / "library.db")
        self.files, self.ledger = FileTable(self.database), PassageLedger(self.database)
        self.index = SearchIndex(folder / "index", "vectors_test", len(LETTERS))
        self.maker = PassageMaker(self.ledger, self.index, LettersEmbedder(), "test")
        self.folder = self.files.add_folder(str(folder), is_file=False)

    def add(self, name: str, text: str) -> None:
        self.save(name, Document(text, "", "text", is_source=True, blocks=(), pages=()))

    def save(self, name: str, document: Document) -> None:
        """The file is new, or another now; its passages get no vectors yet."""
        stamp = FileStamp(len(document.text), 1, len(name))
        if name not in self.files.known_files(self.folder):
            self.files.apply(Changes(added=[(self.folder, name, stamp, FileState.WAITING, "", "text")]))
        known = self.files.known_files(self.folder)[name]
        changed = self.ledger.change_number(known.id)
        self.maker.store([self.maker.prepare(known, stamp, name, document, changed)])

    def embed(self) -> int:
        """Returns how many vectors the embedder made for it."""
        before, _ = self.counted()
        while waiting := self.ledger.waiting(1_000):
            self.maker.embed(waiting)
        return self.counted()[0] - before

    def counted(self) -> tuple[int, int]:
        """(passages that the embedder made vectors for, passages that took another's)."""
        rows = self.database.rows("SELECT name, value FROM counters")
        known = {str(name): int(value) for name, value in rows}
        return known["passages_embedded"], known["passages_kept"]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[SmallLibrary]:
    library = SmallLibrary(tmp_path)
    yield library
    library.database.close()


def paragraphs(letters: str) -> str:
    return "\n\n".join(f"{letter * 40} " * 8 for letter in letters)


def test_what_comes_up_meanwhile_waits_for_some_passages_only(library: SmallLibrary) -> None:
    library.add("a", paragraphs("abcdef"))
    waiting = library.ledger.waiting(100)
    assert len(waiting) == 6
    assert library.maker.embed(waiting, go_on=lambda done: done < 2) == 2
    left = library.ledger.waiting(100)
    assert len(left) == 4
    assert library.maker.embed(left) == 4
    assert not library.ledger.waiting(100)
    vectors = library.index.vectors_of([p.id for p in waiting])
    for passage in waiting:
        assert LETTERS[int(np.argmax(vectors[passage.id]))] == passage.text[0]
    assert library.counted() == (6, 0)


def test_of_equal_passages_one_is_embedded_also_where_the_work_was_cut_short(library: SmallLibrary) -> None:
    library.add("a", paragraphs("abcd"))
    library.add("b", paragraphs("dcba"))
    assert library.maker.embed(library.ledger.waiting(100), go_on=lambda done: False) == 2
    while waiting := library.ledger.waiting(100):
        library.maker.embed(waiting)
    assert library.counted() == (4, 4)
