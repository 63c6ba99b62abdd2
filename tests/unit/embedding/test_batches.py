"""Batches: every row once, like lengths together, none too large."""

from hypothesis import given
from hypothesis import strategies as st

from desktop.embedding.batches import MOST_ROWS, MOST_TOKENS, batches


@given(st.lists(st.integers(0, 600), max_size=300), st.integers(1, 4))
def test_every_row_is_in_one_batch_of_limited_size(lengths: list[int], at_once: int) -> None:
    made = list(batches(lengths, at_once))
    assert sorted(index for batch in made for index in batch) == list(range(len(lengths)))
    for batch in made:
        longest = max(lengths[index] for index in batch)
        assert len(batch) <= MOST_ROWS
        assert len(batch) == 1 or len(batch) * longest <= MOST_TOKENS


def test_like_lengths_stand_together() -> None:
    lengths = [5, 200] * 40
    assert all(len({lengths[index] for index in batch}) == 1 for batch in list(batches(lengths))[:1])


def test_few_rows_are_shared_out_among_those_at_work() -> None:
    assert [len(batch) for batch in batches([9] * 8, 2)] == [4, 4]
    assert [len(batch) for batch in batches([9] * 8, 1)] == [8]
    assert [len(batch) for batch in batches([9], 4)] == [1]
