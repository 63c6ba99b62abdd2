"""Which passages are shown, and in what order: the same words once, the first ones grown by the hits that they touch
and to their whole paragraphs, and no file alone where others have as much to say. Searches nothing.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from desktop.storage.passage_ledger import LedgerPassage

GROWING = 2  # so many of the first results grow
TOUCHING = 10  # by those of so many first hits
CLOSE = 0.75  # that score no less than this share of theirs
LONGEST = 1_500  # to so many characters
WHOLE = 3  # so many of the first results become whole paragraphs, where that makes none longer
REST_AFTER = 5  # so many results comes the rest of the first one's paragraph, where that is too long to be whole
SPARE = 6  # so many results more are at hand for those that went into a paragraph
ALIKE = 0.9  # passages of two files that share this share of their words are copies, unless a number differs
OTHERS = 2  # so many of the last places are for other files
WORTH = 0.8  # whose best scores no less than this share of the first

Hit = tuple[float, LedgerPassage]
Near = Callable[[LedgerPassage], Sequence[LedgerPassage]]  # what stands up to LONGEST characters around it, in order

_BLANK_LINE = re.compile(r"\n\s*\n")


@dataclass(frozen=True, slots=True)
class Result:
    """A hit with the rows that it grew by, in order; `rows` holds the hit itself."""

    score: float
    hit: LedgerPassage
    rows: list[LedgerPassage]


def arrange(hits: Sequence[Hit], limit: int, near: Near | None = None) -> list[Result]:
    """At most `limit` results of the hits, which come best first. Without `near` no paragraph is made whole."""
    if near is None:
        results, rest = _grown(hits, limit)
        return _with_other_files(results, rest, limit)
    results, rest = _grown(hits, limit + SPARE)
    results = _with_rest(_whole(results, near), near)
    left = [(result.score, result.hit) for result in results[limit:]]
    return _with_other_files(results[:limit], [*left, *rest], limit)


def same_words_once(hits: Iterable[Hit]) -> list[Hit]:
    """Best first; the very same text only where it stands first, with the best of its scores."""
    unique: dict[str, Hit] = {}
    for score, row in sorted(hits, key=lambda hit: hit[1].id):
        text = " ".join(row.text.split())
        first = unique.get(text, (score, row))
        unique[text] = max(score, first[0]), first[1]
    return sorted(unique.values(), key=lambda hit: (-hit[0], hit[1].id))


def joins(left: LedgerPassage, right: LedgerPassage) -> bool:
    """Whether nothing but the known gap stands between them."""
    # only what was kept of the gap is known; a longer one can't be shown as the source's own words
    return right.start - left.end == len(right.gap)


def _grown(hits: Sequence[Hit], limit: int) -> tuple[list[Result], Sequence[Hit]]:
    results: list[Result] = []
    seen: list[_Words] = []
    for place, (score, row) in enumerate(hits):
        growing = results[:GROWING] if place < TOUCHING else []
        near = (result.rows for result in growing if score >= CLOSE * result.score and _touches(result.rows, row))
        touched = next(near, None)
        if touched is not None:
            touched.append(row)
            touched.sort(key=lambda part: part.ordinal)
        elif len(results) == limit:
            return results, hits[place:]
        else:
            words = _words_of(row)
            if not any(words.like(other) for other in seen):
                seen.append(words)
                results.append(Result(score, row, [row]))
    return results, ()


def _whole(results: Sequence[Result], near: Near) -> list[Result]:
    """The first results with the rest of their paragraphs; what went into one of these is shown there alone."""
    whole: list[Result] = []
    shown: set[int] = set()
    for result in results:
        if result.hit.id in shown:
            continue
        rows = [row for row in result.rows if row.id not in shown]
        if len(whole) < WHOLE:
            longer = _with_paragraphs(rows, near(result.hit))
            fits = longer[-1].end - longer[0].start <= LONGEST
            rows = longer if fits and shown.isdisjoint(row.id for row in longer) else rows
        shown.update(row.id for row in rows)
        whole.append(replace(result, rows=rows))
    return whole


def _with_rest(results: list[Result], near: Near) -> list[Result]:
    """What follows the first result in its paragraph and what stands before it there, as results of their own."""
    if not results:
        return results
    first, behind = results[:REST_AFTER], results[REST_AFTER:]
    shown = {row.id for result in first for row in result.rows}
    begin, end = results[0].rows[0].ordinal, results[0].rows[-1].ordinal
    paragraph = _with_paragraphs(results[0].rows, near(results[0].hit))
    after = [row for row in paragraph if row.ordinal > end and row.id not in shown]
    before = [row for row in paragraph if row.ordinal < begin and row.id not in shown]
    rest = [Result(first[-1].score, rows[0], rows) for rows in (_fitting(after), _fitting(before[::-1])[::-1]) if rows]
    shown.update(row.id for result in rest for row in result.rows)
    return [*first, *rest, *(result for result in behind if result.hit.id not in shown)]


def _fitting(rows: Sequence[LedgerPassage]) -> list[LedgerPassage]:
    """The first of these that follow each other, up or down, as far as they are not too long together."""
    fitting: list[LedgerPassage] = []
    for row in rows:
        if fitting:
            first, last = sorted((fitting[0], row), key=lambda end: end.start)
            if abs(row.ordinal - fitting[-1].ordinal) != 1 or last.end - first.start > LONGEST:
                break
        fitting.append(row)
    return fitting


def _with_paragraphs(rows: Sequence[LedgerPassage], around: Sequence[LedgerPassage]) -> list[LedgerPassage]:
    longer = list(rows)
    for row in reversed([row for row in around if row.ordinal < rows[0].ordinal]):
        if not _same_paragraph(row, longer[0]):
            break
        longer.insert(0, row)
    for row in (row for row in around if row.ordinal > rows[-1].ordinal):
        if not _same_paragraph(longer[-1], row):
            break
        longer.append(row)
    return longer


def _same_paragraph(left: LedgerPassage, right: LedgerPassage) -> bool:
    follows = left.ordinal + 1 == right.ordinal and left.heading == right.heading and joins(left, right)
    return follows and not _BLANK_LINE.search(right.gap)


def _with_other_files(results: list[Result], rest: Sequence[Hit], limit: int) -> list[Result]:
    """When one file fills nearly every place, the last ones go to the best of others, if they are nearly as good."""
    if not rest or limit <= 2 * OTHERS:
        return results
    crowding, count = Counter(result.hit.file_id for result in results).most_common(1)[0]
    shown = {result.hit.file_id for result in results}
    others: dict[int, Result] = {}
    for score, row in rest:
        if row.file_id not in shown and score >= WORTH * results[0].score:
            others.setdefault(row.file_id, Result(score, row, [row]))
    added = list(others.values())[: max(0, count - (limit - OTHERS))]
    last = [result for result in results if result.hit.file_id == crowding][count - len(added) :]
    return [result for result in results if result not in last] + added


def _touches(rows: Sequence[LedgerPassage], row: LedgerPassage) -> bool:
    first, last = rows[0], rows[-1]
    if row.file_id != first.file_id or max(last.end, row.end) - min(first.start, row.start) > LONGEST:
        return False
    before = row.ordinal + 1 == first.ordinal and joins(row, first)
    return before or (last.ordinal + 1 == row.ordinal and joins(last, row))


@dataclass(frozen=True, slots=True)
class _Words:
    all: frozenset[str]
    numbers: frozenset[str]
    file_id: int

    def like(self, other: "_Words") -> bool:
        if self.file_id == other.file_id or self.numbers != other.numbers:
            return False
        shared = len(self.all & other.all)
        return shared >= ALIKE * (len(self.all) + len(other.all) - shared)


def _words_of(row: LedgerPassage) -> _Words:
    """The different words of a passage, and those with a digit."""
    words = frozenset(re.findall(r"\w+", row.text.casefold()))
    return _Words(words, frozenset(word for word in words if any(c.isdigit() for c in word)), row.file_id)
