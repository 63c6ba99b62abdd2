"""Questions to the tables of the search index; `within` are ids of the files to search, None: all. Writes nothing."""

import math
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from desktop.storage.index_filters import files_filter
from desktop.storage.index_tables import column, match

_SHARDS_READ = 0.4  # of the shards, the nearest
_COMPARED = 4  # times what was asked for: so many of the nearest by their codes are compared by the vectors themselves
_EXPAND_ROWS = 300
_FEW_FILES = 2_000


def match_words(
    words: Any, terms: Sequence[str], field: str, every: bool, limit: int, within: Collection[int] | None
) -> dict[int, float]:
    """BM25 of the terms in this field by passage id; never zero. `every`: of passages with all of them."""
    query = words.search(match(terms, field, every), query_type="fts").select(["id", "_score"]).limit(limit)
    found = (query if within is None else query.where(files_filter(within), prefilter=True)).to_arrow()
    return {i: s for i, s in zip(column(found, "id"), column(found, "_score"), strict=True) if s > 0}


def rows_beginning(words: Any, start: str) -> list[str]:
    """Terms of passages, of as many as are cheap to look at, that have one that begins so."""
    begun = start.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_").replace("'", "''")
    where = f"terms LIKE '{begun}%' OR terms LIKE '% {begun}%'"
    return column(words.search().where(where).select(["terms"]).limit(_EXPAND_ROWS).to_arrow(), "terms")


def nearest(
    vectors: Any, sharded: int, vector: np.ndarray, limit: int, within: Collection[int] | None
) -> list[tuple[int, float]]:
    """(passage id, cosine), best first. `sharded`: how many shards the table is in."""
    query = vectors.search(vector, vector_column_name="vector").distance_type("dot")
    if within is not None:
        query = query.where(files_filter(within), prefilter=True)
    if within is not None and len(within) < _FEW_FILES:
        query = query.bypass_vector_index()  # the best of few files may be in any shard
    elif sharded:
        query = query.minimum_nprobes(math.ceil(sharded * _SHARDS_READ)).maximum_nprobes(0)
        query = query.refine_factor(_COMPARED)
    found = query.select(["id", "_distance"]).limit(limit).to_arrow()
    return [(i, 1.0 - d) for i, d in zip(column(found, "id"), column(found, "_distance"), strict=True)]
