"""The tables of the search index: their columns, how words are indexed, and writing one anew. Searches nothing."""

from typing import Any

import pyarrow as pa

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


def vectors_schema(dimension: int) -> Any:
    return pa.schema([("id", pa.int64()), ("file_id", pa.int64()), ("vector", pa.list_(pa.float32(), dimension))])


def write_anew(connection: Any, name: str, schema: Any) -> Any:
    """The table with its living rows alone, and without indices; older versions are still on the disk."""
    living = connection.open_table(name).search().select(schema.names).limit(None).to_batches()
    return connection.create_table(name, pa.RecordBatchReader.from_batches(schema, living), mode="overwrite")


def column(table: Any, name: str) -> list[Any]:
    return table.column(name).to_pylist()
