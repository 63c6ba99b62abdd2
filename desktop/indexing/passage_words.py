"""The rows that the keyword index keeps of a file's passages: each passage's own terms, and those with its neighbours'.

What a passage means often stands just before it ("the tenant", "in 2019"), so a question's words count there too.
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from itertools import pairwise

from desktop.storage.analysis import analyse
from desktop.storage.search_index import WordRow


@dataclass(frozen=True, slots=True)
class FileWords:
    """What all passages of a file share."""

    file_id: int
    title: str
    language: str


@dataclass(frozen=True, slots=True)
class PassageWords:
    """Of one passage. `header` names the columns of its rows."""

    id: int
    heading: str
    header: str
    text: str


def word_rows(file: FileWords, passages: Sequence[PassageWords], wanted: Container[int]) -> list[WordRow]:
    """`passages` are all of the file's, in order; rows come for those whose id is wanted."""
    tongues = ("english",) if file.language in ("", "english") else ("english", file.language)
    needed = [passage.id in wanted for passage in passages]
    padded = [False, *needed, False]
    texts = [tuple(analyse(p.text, tongues)) if any(padded[i : i + 3]) else () for i, p in enumerate(passages)]
    rows: list[WordRow] = []
    for i, passage in enumerate(passages):
        if needed[i]:
            above = dict.fromkeys(part for part in (file.title, passage.heading, passage.header) if part)
            own = (*analyse("\n".join(above), tongues), *texts[i])
            before, after = texts[i - 1] if i else (), texts[i + 1] if i + 1 < len(texts) else ()
            rows.append(WordRow(passage.id, file.file_id, own, (*before, *own, *after)))
    return rows


def with_other_neighbours(old: Sequence[int], new: Sequence[int]) -> set[int]:
    """The ids of both orders that stand beside another passage than before."""
    before = _neighbours(old)
    return {i for i, sides in _neighbours(new).items() if i in before and before[i] != sides}


def _neighbours(order: Sequence[int]) -> dict[int, tuple[int, int]]:
    steps = list(pairwise([0, *order, 0]))
    return {here: (left, right) for (left, here), (_, right) in pairwise(steps)}
