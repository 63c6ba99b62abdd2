"""The tables of the search index: their columns, their indices, and writing one anew. Searches nothing.

The only module that imports lancedb.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import lancedb
import pyarrow as pa
from lancedb.index import FTS, IvfRq
from lancedb.query import FullTextOperator, MatchQuery

WORDS = pa.schema([("id", pa.int64()), ("file_id", pa.int64()), ("terms", pa.string()), ("near", pa.string())])
# the terms are analysed already, so LanceDB only splits at the spaces
WORD_INDEX: dict[str, Any] = {
    "base_tokenizer": "whitespace",
    "lower_case": False,
    "stem": False,
    "remove_stop_words": False,
    "ascii_folding": False,
    "with_position": False,
    "max_token_length": None,
}
_SHARDS_FROM = 40_000  # rows of vectors; fewer are compared one by one just as well
_CODE_BITS, _CODED = 2, 8  # bits a number; the codes want a dimension that the other divides
_SHARDS_GROWN = 3.0  # times the rows they were made for: then they are made again
_NAMED_SHARDS = "coded_"


def connect(folder: Path) -> Any:
    """A connection of LanceDB's; the folder need not be there."""
    return lancedb.connect(folder)


def vectors_schema(dimension: int) -> Any:
    return pa.schema([("id", pa.int64()), ("file_id", pa.int64()), ("vector", pa.list_(pa.float32(), dimension))])


def write_anew(connection: Any, name: str, schema: Any) -> Any:
    """The table with its living rows alone, and without indices; older versions are still on the disk."""
    living = connection.open_table(name).search().select(schema.names).limit(None).to_batches()
    return connection.create_table(name, pa.RecordBatchReader.from_batches(schema, living), mode="overwrite")


def make_word_index(words: Any) -> None:
    """Anew where there is one: it holds the words of removed rows until then, whatever is tidied."""
    for field in ("terms", "near"):
        words.create_index(field, config=FTS(**WORD_INDEX))


def shard_vectors(vectors: Any, dimension: int) -> int:
    """Near vectors into shards of which a question reads some, as short codes; returns how many there are then.

    Vectors that were once read stay in memory: 1.5 GB and more for a million passages.
    """
    rows, shards = vectors.count_rows(), shards_of(vectors)
    if rows < _SHARDS_FROM or dimension % _CODED or (shards and rows < _SHARDS_GROWN * shards**2):
        return shards
    count = math.isqrt(rows)
    coded = IvfRq(distance_type="dot", num_partitions=count, num_bits=_CODE_BITS)
    vectors.create_index("vector", config=coded, name=f"{_NAMED_SHARDS}{count}")
    for index in vectors.list_indices():
        if index.name != f"{_NAMED_SHARDS}{count}":
            vectors.drop_index(index.name)
    return count


def match(terms: Sequence[str], field: str, every: bool) -> MatchQuery:
    """Rows with any of the terms in this field, or with `every` one."""
    operator = FullTextOperator.AND if every else FullTextOperator.OR
    return MatchQuery(" ".join(terms), field, operator=operator)  # pyright: ignore[reportCallIssue]  # defaults hidden


def shards_of(vectors: Any) -> int:
    """How many the table is in; 0: none."""
    names = [index.name for index in vectors.list_indices() if index.name.startswith(_NAMED_SHARDS)]
    return max((int(name.removeprefix(_NAMED_SHARDS)) for name in names), default=0)


def column(table: Any, name: str) -> list[Any]:
    return table.column(name).to_pylist()
