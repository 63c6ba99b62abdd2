"""LanceDB, derived from the passage ledger: one table of terms, one of vectors. See index_tables.py.

A passage's row of terms has its own (`terms`) and those with its neighbours' (`near`): both count in the same search.

Rows may outlive their passage until the next tidy-up, so callers look every id up in the ledger. Writers wait for each
other, searches for none of them. Not safe to use before its folder is locked: one engine per library.
"""

import contextlib
import datetime
import threading
import warnings
from collections import Counter
from collections.abc import Callable, Collection, Generator, Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa

from desktop.storage.analysis import ANALYSIS_VERSION
from desktop.storage.index_filters import ids_filters
from desktop.storage.index_queries import match_words, nearest, rows_beginning
from desktop.storage.index_salvage import MISHAPS, keep_readable, translated
from desktop.storage.index_tables import (
    WORDS,
    column,
    connect,
    make_word_index,
    shard_vectors,
    shards_of,
    vectors_schema,
    write_anew,
)
from desktop.storage.index_versions import KEEP_VERSIONS

# words that were analysed otherwise stand in a table of another name: it is dropped, and upkeep fills this one
_WORDS_TABLE = f"words_{ANALYSIS_VERSION}"
_NEAR_WEIGHT = 1.2

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class WordRow:
    """A passage's analysed terms, in order: its own, and its own with those of its neighbours."""

    id: int
    file_id: int
    terms: tuple[str, ...]
    near: tuple[str, ...]


class SearchIndex:
    """Keyword and vector search over passages. `dimension` is the embedder's; vectors are unit length.

    `vector_table` names the embedder, so that another embedder builds another table.
    """

    def __init__(self, folder: Path, vector_table: str, dimension: int) -> None:
        self._lock = threading.RLock()
        self._folder = folder
        self._dimension = dimension
        self._vector_table = vector_table
        self._vector_schema = vectors_schema(dimension)
        with self._use():
            folder.mkdir(parents=True, exist_ok=True)
            self._connection = connect(folder)
            self.drop(name for name in self.other_vectors() if name.startswith("words"))
            self._words = self._open(_WORDS_TABLE, WORDS)
            self._vectors = self._open(vector_table, self._vector_schema)
            self._look_for_indices()

    def _look_for_indices(self) -> None:
        self._worded, self._sharded = bool(self._words.list_indices()), shards_of(self._vectors)
        if not self._worded and self._words.count_rows():  # it was killed, or salvaged
            self._index_words()

    @contextlib.contextmanager
    def _use(self) -> Generator[None]:
        """One user at a time; LanceDB's errors become ours."""
        with self._lock, translated():
            yield

    def _beside_writers(self, read: Callable[[], T]) -> T:
        """What fails because a writer took a version away under it is opened anew and read once more, alone."""
        try:
            return read()
        except MISHAPS:
            with self._use():
                self.open_anew()
                return read()

    def open_anew(self) -> None:
        """What was open may have gone stale; nothing is changed. Raises IndexDamaged where a table is not there."""
        with self._use():
            self._connection = connect(self._folder)
            self._words, self._vectors = map(self._table, (_WORDS_TABLE, self._vector_table))

    def salvage(self) -> None:
        """Throws away the tables that can't be read, and makes these anew without rows."""
        with self._use():
            keep_readable(connect(self._folder), self._folder)
            self._connection = connect(self._folder)
            self._words = self._open(_WORDS_TABLE, WORDS)
            self._vectors = self._open(self._vector_table, self._vector_schema)
            self._look_for_indices()

    def _table(self, name: str) -> Any:
        return self._connection.open_table(name)

    def _open(self, name: str, schema: Any) -> Any:
        if name in self._connection.list_tables().tables:
            return self._connection.open_table(name)
        return self._connection.create_table(name, schema=schema)

    # writing

    def add_words(self, rows: Sequence[WordRow], replacing: Iterable[int] = ()) -> None:
        """`replacing`: ids among them that have a row already."""
        if not rows:
            return
        table = pa.table(
            {
                "id": [row.id for row in rows],
                "file_id": [row.file_id for row in rows],
                "terms": [" ".join(row.terms) for row in rows],
                "near": [" ".join(row.near) for row in rows],
            },
            schema=WORDS,
        )
        with self._use():
            for where in ids_filters(replacing):
                self._words.delete(where)
            self._words.add(table)
            if not self._worded:
                self._index_words()

    def add_vectors(self, ids: Sequence[int], file_ids: Sequence[int], vectors: np.ndarray) -> None:
        """vectors: float32 [n, dimension], unit length, parallel to the ids."""
        if not ids:
            return
        flat = pa.array(np.ascontiguousarray(vectors, dtype=np.float32).ravel())
        column = pa.FixedSizeListArray.from_arrays(flat, self._dimension)
        table = pa.table({"id": list(ids), "file_id": list(file_ids), "vector": column}, schema=self._vector_schema)
        with self._use():
            self._vectors.add(table)

    def remove(self, ids: Iterable[int]) -> None:
        """Drops the rows of these passages, other embedders' vectors too."""
        with self._use():
            for where, table in product(ids_filters(ids), self._every_table()):
                table.delete(where)

    def remove_vectors(self, ids: Iterable[int]) -> None:
        """Drops the vectors of these passages."""
        with self._use():
            for where in ids_filters(ids):
                self._vectors.delete(where)

    def clear(self) -> None:
        """Empties both tables and drops tables of other embedders."""
        with self._use():
            self.drop(self._connection.list_tables().tables)
            self._words = self._open(_WORDS_TABLE, WORDS)
            self._vectors = self._open(self._vector_table, self._vector_schema)
            self._worded, self._sharded = False, 0

    def other_vectors(self) -> list[str]:
        """Names of the tables of other embedders."""
        with self._use():
            return sorted(set(self._connection.list_tables().tables) - {_WORDS_TABLE, self._vector_table})

    def count_of(self, name: str) -> int:
        """Rows of a table by its name; 0 when there is none."""
        with self._use():
            known = name in self._connection.list_tables().tables
            return self._connection.open_table(name).count_rows() if known else 0

    def drop(self, names: Iterable[str]) -> None:
        """Drops these tables."""
        with self._use():
            for name in names:
                self._connection.drop_table(name)

    def _every_table(self) -> list[Any]:
        """Words last: they tell what an engine that was killed had still to remove."""
        return [*map(self._connection.open_table, self.other_vectors()), self._vectors, self._words]

    def tidy(self, all_versions: bool = False) -> None:
        """Merges small pieces, indexes rows added since, and drops versions that hold deleted text.

        Not the newest of them, which a question may be reading, unless it is to be `all_versions`.
        """
        self._tidy(datetime.timedelta(0) if all_versions else KEEP_VERSIONS)

    def _tidy(self, older_than: datetime.timedelta) -> None:
        with self._use(), warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # it warns of concurrent readers; those read again
            self._sharded = shard_vectors(self._vectors, self._dimension)
            for table in self._every_table():
                table.optimize(cleanup_older_than=older_than, delete_unverified=not older_than)

    def rewrite(self) -> None:
        """Writes both tables anew, so that nothing that was removed is left on the disk."""
        with self._use():
            self.drop(self.other_vectors())
            self._words = write_anew(self._connection, _WORDS_TABLE, WORDS)
            self._vectors = write_anew(self._connection, self._vector_table, self._vector_schema)
            self._worded, self._sharded = False, 0
            if self._words.count_rows():
                self._index_words()
        self._tidy(datetime.timedelta(0))

    def renew_words(self) -> None:
        """Makes the index of words anew: it holds those of removed rows until then, whatever is tidied."""
        with self._use():
            if self._words.count_rows():
                self._index_words()
            else:
                self._words = write_anew(self._connection, _WORDS_TABLE, WORDS)
                self._worded = False

    def _index_words(self) -> None:
        make_word_index(self._words)
        self._worded = True

    # searching; `within` are the ids of the files to search, None: all

    def find_words(
        self, terms: Sequence[str], limit: int, within: Collection[int] | None = None
    ) -> list[tuple[int, float]]:
        """(passage id, BM25 score of its own terms plus that of the terms around it), best first; never zero."""
        if not terms or not self._worded:
            return []
        # one query for both fields would score every passage that has any of the terms: ten times as long
        own, near = (self._matches(terms, field, limit, within) for field in ("terms", "near"))
        own_rest, near_rest = (min(found.values()) if len(found) >= limit else 0.0 for found in (own, near))
        both = {i: own.get(i, own_rest) + _NEAR_WEIGHT * near.get(i, near_rest) for i in {*own, *near}}
        return sorted(both.items(), key=lambda item: (-item[1], item[0]))[:limit]

    def find_all_words(self, terms: Sequence[str], limit: int, within: Collection[int] | None = None) -> list[int]:
        """Ids of passages that hold every one of the terms, best first."""
        if not terms or not self._worded:
            return []
        return list(self._matches(terms, "terms", limit, within, every=True))

    def terms_beginning(self, start: str, limit: int) -> list[str]:
        """Terms of the library that begin so, the commonest first: of as many passages as are cheap to look at."""
        rows = self._beside_writers(lambda: rows_beginning(self._words, start))
        counted = Counter(term for row in rows for term in set(row.split(" ")) if term.startswith(start))
        return [term for term, _ in counted.most_common(limit)]

    def _matches(
        self, terms: Sequence[str], field: str, limit: int, within: Collection[int] | None, every: bool = False
    ) -> dict[int, float]:
        return self._beside_writers(lambda: match_words(self._words, terms, field, every, limit, within))

    def find_vectors(
        self, vector: np.ndarray, limit: int, within: Collection[int] | None = None
    ) -> list[tuple[int, float]]:
        """(passage id, cosine), best first; of a large library nearly the best, when it is searched as a whole."""
        return self._beside_writers(lambda: nearest(self._vectors, self._sharded, vector, limit, within))

    def vectors_of(self, ids: Sequence[int]) -> dict[int, np.ndarray]:
        """float32 [dimension] by passage id, for those that have one."""
        if not ids:
            return {}
        with self._use():
            query = self._vectors.search().where(f"id IN ({','.join(map(str, ids))})")
            found = query.select(["id", "vector"]).limit(len(ids)).to_arrow()
        matrix = found.column("vector").combine_chunks().values.to_numpy(zero_copy_only=False)
        rows = matrix.reshape(-1, self._dimension)
        return {passage_id: rows[i] for i, passage_id in enumerate(column(found, "id"))}

    # checking

    def word_ids(self) -> np.ndarray:
        """int64 [n]: every passage id in the table of terms, doubles included."""
        with self._use():
            return self._words.search().select(["id"]).limit(None).to_arrow().column("id").to_numpy()

    def vector_ids(self) -> np.ndarray:
        """int64 [n]: every passage id in the table of vectors, doubles included."""
        with self._use():
            return self._vectors.search().select(["id"]).limit(None).to_arrow().column("id").to_numpy()


def salvage(folder: Path) -> None:
    """As the method, for an index that can't even be opened."""
    with translated():
        keep_readable(connect(folder), folder)
