"""Passages taken evenly from the whole library, always the same ones while it does not change."""

from dataclasses import dataclass

from desktop.storage.database import Database


@dataclass(frozen=True, slots=True)
class SampledPassage:
    """`file` is the file's name, `heading` the headings above the passage."""

    file: str
    heading: str
    text: str


def sample_passages(database: Database, count: int) -> tuple[SampledPassage, ...]:
    """At most `count`, of indexed files. Costs the same in a large library as in a small one."""
    ends = database.row("SELECT min(id), max(id) FROM passages")
    if ends is None or ends[0] is None:
        return ()
    first, last = int(ends[0]), int(ends[1])
    places = sorted({first + (last - first) * step // max(1, count - 1) for step in range(count)})
    sql = (
        "SELECT p.id, f.name, p.heading, p.text FROM passages p JOIN files f ON f.id = p.file_id "
        "WHERE p.id >= ? AND f.state = 'indexed' ORDER BY p.id LIMIT 1"
    )
    rows = [row for place in places if (row := database.row(sql, place)) is not None]
    return tuple(SampledPassage(*row[1:]) for row in {row[0]: row for row in rows}.values())
