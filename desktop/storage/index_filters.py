"""Conditions on passage and file ids as LanceDB's SQL."""

from collections.abc import Collection, Iterable, Iterator

_IDS_AT_ONCE = 5_000
_WORTH_A_RANGE = 3


def ids_filters(ids: Iterable[int]) -> Iterator[str]:
    """Conditions that together select these passages, each short enough to be read at once."""
    todo = sorted(ids)
    for i in range(0, len(todo), _IDS_AT_ONCE):
        yield f"id IN ({','.join(map(str, todo[i : i + _IDS_AT_ONCE]))})"


def files_filter(file_ids: Collection[int]) -> str:
    """Passages of these files. The files of a folder were most often added one after the other: ranges, said so."""
    parts, alone = list[str](), list[int]()
    for first, last in _ranges(file_ids):
        if last - first + 1 >= _WORTH_A_RANGE:
            parts.append(f"(file_id >= {first} AND file_id <= {last})")
        else:
            alone += range(first, last + 1)
    if alone:
        parts.append(f"file_id IN ({','.join(map(str, alone))})")
    return " OR ".join(parts) or "false"


def _ranges(numbers: Iterable[int]) -> list[tuple[int, int]]:
    ranges: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1] = ranges[-1][0], number
        else:
            ranges.append((number, number))
    return ranges
