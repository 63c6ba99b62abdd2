"""Which texts are embedded together: rows of like length, so that little is padded. Pure; knows no library."""

from collections.abc import Iterator, Sequence

MOST_ROWS = 8
MOST_TOKENS = 4096


def batches(lengths: Sequence[int], at_once: int = 1) -> Iterator[list[int]]:
    """Indexes into `lengths`, longest rows first, at most MOST_ROWS rows and MOST_TOKENS padded tokens a batch.

    As many as are computed `at_once` are made of what would be fewer.
    """
    most = min(MOST_ROWS, -(-len(lengths) // at_once))
    order = sorted(range(len(lengths)), key=lambda index: -lengths[index])
    start = 0
    while start < len(order):
        longest = max(1, lengths[order[start]])
        rows = max(1, min(most, MOST_TOKENS // longest))
        yield order[start : start + rows]
        start += rows
