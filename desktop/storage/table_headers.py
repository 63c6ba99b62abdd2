"""The rows that name the columns of tables, each kept once for all passages below it. Call it in a transaction."""

import sqlite3
from collections.abc import Sequence


def write_headers(connection: sqlite3.Connection, file_id: int, texts: Sequence[str]) -> dict[str, int]:
    """The file has these headers now, and no other. Returns their ids; empty texts have none."""
    connection.execute("DELETE FROM headers WHERE file_id = ?", (file_id,))
    found: dict[str, int] = {}
    for text in dict.fromkeys(filter(None, texts)):
        row = connection.execute("INSERT INTO headers (file_id, text) VALUES (?, ?) RETURNING id", (file_id, text))
        found[text] = int(row.fetchone()[0])
    return found
