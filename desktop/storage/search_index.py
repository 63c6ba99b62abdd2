"""LanceDB, derived from the passage ledger: one table of terms, one of vectors. The only module that imports lancedb.

Rows may outlive their passage until the next tidy-up, so callers look every id up in the ledger. Not safe to use
before its folder is locked: one engine per library.
"""

import datetime
import threading
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import lancedb
import numpy as np
import pyarrow as pa
from lancedb.index import FTS
from lancedb.query import MatchQuery

from desktop.domain.errors import EngineProblem

_WORDS = pa.schema([("id", pa.int64()), ("file_id", pa.int64()), ("terms", pa.string())])
_KEEP_VERSIONS = datetime.timedelta(seconds=30)
_FILTER_IDS = 5_000


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
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._connection = lancedb.connect(folder)
            self._words = self._open("words", _WORDS)
            self._vectors = self._open(vector_table, self._vector_schema)
        except (RuntimeError, ValueError, OSError) as error:
            raise EngineProblem(
                "The search index could not be opened.",
                "Run `footnote rebuild`: it is made again from the library, nothing is lost.",
            ) from error

    def _open(self, name: str, schema: Any) -> Any:
        if name in self._connection.list_tables().tables:
            return self._connection.open_table(name)
        return self._connection.create_table(name, schema=schema)

    # writing

    def add_words(self, rows: Sequence[tuple[int, int, str]]) -> None:
        """(passage id, file id, terms joined by spaces) each."""
        if not rows:
            return
        ids, files, terms = zip(*rows, strict=True)
        with self._lock:
            self._words.add(pa.table({"id": ids, "file_id": files, "terms": terms}, schema=_WORDS))
            if not self._words.list_indices():
                self._make_word_index()

    def add_vectors(self, ids: Sequence[int], file_ids: Sequence[int], vectors: np.ndarray) -> None:
        """vectors: float32 [n, dimension], unit length, parallel to the ids."""
        if not ids:
            return
        flat = pa.array(np.ascontiguousarray(vectors, dtype=np.float32).ravel())
        column = pa.FixedSizeListArray.from_arrays(flat, self._dimension)
        table = pa.table({"id": list(ids), "file_id": list(file_ids), "vector": column}, schema=self._vector_schema)
        with self._lock:
            self._vectors.add(table)

    def remove(self, ids: Iterable[int]) -> None:
        """Drops the rows of these passages from both tables."""
        todo = sorted(ids)
        with self._lock:
            for i in range(0, len(todo), _FILTER_IDS):
                where = f"id IN ({','.join(map(str, todo[i : i + _FILTER_IDS]))})"
                self._words.delete(where)
                self._vectors.delete(where)

    def remove_vectors(self, ids: Sequence[int]) -> None:
        """Drops the vectors of these passages."""
        with self._lock:
            for i in range(0, len(ids), _FILTER_IDS):
                self._vectors.delete(f"id IN ({','.join(map(str, ids[i : i + _FILTER_IDS]))})")

    def clear(self) -> None:
        """Empties both tables and drops tables of other embedders."""
        with self._lock:
            for name in self._connection.list_tables().tables:
                self._connection.drop_table(name)
            self._words = self._open("words", _WORDS)
            self._vectors = self._open(self._vector_table, self._vector_schema)

    def tidy(self) -> None:
        """Merges small pieces, indexes rows added since, and drops versions that hold deleted text."""
        with self._lock, warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # it warns of concurrent readers; the lock keeps them out
            for table in (self._words, self._vectors):
                table.optimize(cleanup_older_than=_KEEP_VERSIONS)

    def _make_word_index(self) -> None:
        # the terms are analysed already, so LanceDB only splits at the spaces
        self._words.create_index(
            "terms",
            config=FTS(
                base_tokenizer="whitespace",
                lower_case=False,
                stem=False,
                remove_stop_words=False,
                ascii_folding=False,
                with_position=False,
                max_token_length=None,
            ),
        )

    # searching

    def find_words(self, terms: Sequence[str], limit: int) -> list[tuple[int, float]]:
        """(passage id, BM25 score), best first; never a score of zero."""
        if not terms:
            return []
        with self._lock:
            if not self._words.list_indices():
                return []
            match = MatchQuery(" ".join(terms), "terms")  # pyright: ignore[reportCallIssue]  # its defaults are hidden
            query = self._words.search(match, query_type="fts")
            found = query.select(["id", "_score"]).limit(limit).to_arrow()
        return [(i, s) for i, s in zip(_column(found, "id"), _column(found, "_score"), strict=True) if s > 0]

    def find_vectors(self, vector: np.ndarray, limit: int) -> list[tuple[int, float]]:
        """(passage id, cosine), best first."""
        with self._lock:
            query = self._vectors.search(vector, vector_column_name="vector").distance_type("dot")
            found = query.select(["id", "_distance"]).limit(limit).to_arrow()
        return [(i, 1.0 - d) for i, d in zip(_column(found, "id"), _column(found, "_distance"), strict=True)]

    def vectors_of(self, ids: Sequence[int]) -> dict[int, np.ndarray]:
        """float32 [dimension] by passage id, for those that have one."""
        if not ids:
            return {}
        with self._lock:
            query = self._vectors.search().where(f"id IN ({','.join(map(str, ids))})")
            found = query.select(["id", "vector"]).limit(len(ids)).to_arrow()
        matrix = found.column("vector").combine_chunks().values.to_numpy(zero_copy_only=False)
        rows = matrix.reshape(-1, self._dimension)
        return {passage_id: rows[i] for i, passage_id in enumerate(_column(found, "id"))}

    # checking

    def word_ids(self) -> list[int]:
        """Every passage id in the table of terms, doubles included."""
        with self._lock:
            return _column(self._words.search().select(["id"]).limit(None).to_arrow(), "id")

    def vector_ids(self) -> list[int]:
        """Every passage id in the table of vectors, doubles included."""
        with self._lock:
            return _column(self._vectors.search().select(["id"]).limit(None).to_arrow(), "id")


def _column(table: Any, name: str) -> list[Any]:
    return table.column(name).to_pylist()
