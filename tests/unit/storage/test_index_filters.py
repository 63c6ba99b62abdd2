"""Filters select exactly the ids they are given, whatever their order and gaps."""

import sqlite3

from hypothesis import given
from hypothesis import strategies as st

from desktop.storage.index_filters import files_filter, ids_filters


@given(st.sets(st.integers(1, 60)))
def test_a_filter_of_files_selects_them_and_no_others(wanted: set[int]) -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE rows (file_id INTEGER)")
    connection.executemany("INSERT INTO rows VALUES (?)", [(i,) for i in range(1, 61)])
    found = connection.execute(f"SELECT file_id FROM rows WHERE {files_filter(wanted)}").fetchall()
    connection.close()
    assert {row[0] for row in found} == wanted


def test_neighbouring_files_are_said_as_one_range() -> None:
    assert files_filter(range(1, 50_001)) == "(file_id >= 1 AND file_id <= 50000)"


def test_many_ids_are_cut_into_conditions_of_a_readable_length() -> None:
    conditions = list(ids_filters(range(12_000)))
    assert len(conditions) == 3
    assert all(len(condition) < 50_000 for condition in conditions)
