"""LanceDB, derived from the passage ledger: one table of terms, one of vectors. The only module that imports lancedb.

A passage's row of terms has its own (`terms`) and those with its neighbours' (`near`): both count in the same search.

Rows may outlive their passage until the next tidy-up, so callers look every id up in the ledger. Not safe to use
before its folder is locked: one engine per library.
"""

import contextlib
import datetime
import threading
import warnings
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lancedb
import numpy as np
import pyarrow as pa
from lancedb.index import FTS
from lancedb.query import MatchQuery

from desktop.domain.errors import EngineProblem
from desktop.storage.analysis import ANALYSIS_VERSION
from desktop.storage.index_damage import IndexDamaged

_WORDS = pa.schema([("id", pa.int64()), ("file_id", pa.int64()), ("terms", pa.string()), ("near", pa.string())])
# words that were analysed otherwise stand in a table of another name: it is dropped, and upkeep fills this one
_WORDS_TABLE = f"words_{ANALYSIS_VERSION}"
_NEAR_WEIGHT = 1.2
_KEEP_VERSIONS = datetime.timedelta(seconds=30)
_FILTER_IDS = 5_000


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
        self._dimension = dimension
        self._vector_table = vector_table
        vectors = pa.list_(pa.float32(), dimension)
        self._vector_schema = pa.schema([("id", pa.int64()), ("file_id", pa.int64()), ("vector", vectors)])
        with self._use():
            folder.mkdir(parents=True, exist_ok=True)
            self._connection = lancedb.connect(folder)
            for name in self._connection.list_tables().tables:
                if name.startswith("words") and name != _WORDS_TABLE:
                    self._connection.drop_table(name)
            self._words = self._open(_WORDS_TABLE, _WORDS)
            self._vectors = self._open(vector_table, self._vector_schema)

    @contextlib.contextmanager
    def _use(self) -> Generator[None]:
        """One user at a time. The one place where LanceDB's errors become ours."""
        with self._lock:
            try:
                yield
            except (RuntimeError, ValueError, OSError) as error:
                if "No space left" in str(error):
                    raise EngineProblem("The disk is full.", "Free some space; nothing is lost.") from error
                raise IndexDamaged() from error

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
            schema=_WORDS,
        )
        with self._use():
            for where in _id_filters(replacing):
                self._words.delete(where)
            self._words.add(table)
            if not self._words.list_indices():
                self._make_word_index()

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
        """Drops the rows of these passages from both tables."""
        with self._use():
            for where in _id_filters(ids):
                self._words.delete(where)
                self._vectors.delete(where)

    def remove_vectors(self, ids: Iterable[int]) -> None:
        """Drops the vectors of these passages."""
        with self._use():
            for where in _id_filters(ids):
                self._vectors.delete(where)

    def clear(self) -> None:
        """Empties both tables and drops tables of other embedders."""
        with self._use():
            for name in self._connection.list_tables().tables:
                self._connection.drop_table(name)
            self._words = self._open(_WORDS_TABLE, _WORDS)
            self._vectors = self._open(self._vector_table, self._vector_schema)

    def tidy(self) -> None:
        """Merges small pieces, indexes rows added since, and drops versions that hold deleted text."""
        with self._use(), warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # it warns of concurrent readers; the lock keeps them out
            for table in (self._words, self._vectors):
                table.optimize(cleanup_older_than=_KEEP_VERSIONS)

    def _make_word_index(self) -> None:
        # the terms are analysed already, so LanceDB only splits at the spaces
        config = FTS(
            base_tokenizer="whitespace",
            lower_case=False,
            stem=False,
            remove_stop_words=False,
            ascii_folding=False,
            with_position=False,
            max_token_length=None,
        )
        for field in ("terms", "near"):
            self._words.create_index(field, config=config)

    # searching

    def find_words(self, terms: Sequence[str], limit: int) -> list[tuple[int, float]]:
        """(passage id, BM25 score of its own terms plus that of the terms around it), best first; never zero."""
        if not terms:
            return []
        with self._use():
            if not self._words.list_indices():
                return []
            # one query for both fields would score every passage that has any of the terms: ten times as long
            own, near = (self._matches(field, terms, limit) for field in ("terms", "near"))
        own_rest, near_rest = (min(found.values()) if len(found) >= limit else 0.0 for found in (own, near))
        both = {i: own.get(i, own_rest) + _NEAR_WEIGHT * near.get(i, near_rest) for i in {*own, *near}}
        return sorted(both.items(), key=lambda item: (-item[1], item[0]))[:limit]

    def _matches(self, field: str, terms: Sequence[str], limit: int) -> dict[int, float]:
        match = MatchQuery(" ".join(terms), field)  # pyright: ignore[reportCallIssue]  # its defaults are hidden
        found = self._words.search(match, query_type="fts").select(["id", "_score"]).limit(limit).to_arrow()
        return {i: s for i, s in zip(_column(found, "id"), _column(found, "_score"), strict=True) if s > 0}

    def find_vectors(self, vector: np.ndarray, limit: int) -> list[tuple[int, float]]:
        """(passage id, cosine), best first."""
        with self._use():
            query = self._vectors.search(vector, vector_column_name="vector").distance_type("dot")
            found = query.select(["id", "_distance"]).limit(limit).to_arrow()
        return [(i, 1.0 - d) for i, d in zip(_column(found, "id"), _column(found, "_distance"), strict=True)]

    def vectors_of(self, ids: Sequence[int]) -> dict[int, np.ndarray]:
        """float32 [dimension] by passage id, for those that have one."""
        if not ids:
            return {}
        with self._use():
            query = self._vectors.search().where(f"id IN ({','.join(map(str, ids))})")
            found = query.select(["id", "vector"]).limit(len(ids)).to_arrow()
        matrix = found.column("vector").combine_chunks().values.to_numpy(zero_copy_only=False)
        rows = matrix.reshape(-1, self._dimension)
        return {passage_id: rows[i] for i, passage_id in enumerate(_column(found, "id"))}

    # checking

    def word_ids(self) -> list[int]:
        """Every passage id in the table of terms, doubles included."""
        with self._use():
            return _column(self._words.search().select(["id"]).limit(None).to_arrow(), "id")

    def vector_ids(self) -> list[int]:
        """Every passage id in the table of vectors, doubles included."""
        with self._use():
            return _column(self._vectors.search().select(["id"]).limit(None).to_arrow(), "id")


def _column(table: Any, name: str) -> list[Any]:
    return table.column(name).to_pylist()


def _id_filters(ids: Iterable[int]) -> Iterator[str]:
    todo = sorted(ids)
    for i in range(0, len(todo), _FILTER_IDS):
        yield f"id IN ({','.join(map(str, todo[i : i + _FILTER_IDS]))})"
