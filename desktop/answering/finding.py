"""Finds the passages for a question: keywords and vectors over the ledger, fused; never a file that is gone.

Fusion: a passage's score is its BM25 plus MEANING_WEIGHT times its cosine. Neither is rescaled to the question, so each
leg says itself how sure it is: rare words that match outweigh any cosine, and an embedder that finds everything alike
(a language it never learnt) moves little. What one leg didn't find counts there as its last. Words in quotes lift the
passages that hold them. The same words in two places are shown once, and the first results grow by the hits they touch.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

import numpy as np

from desktop.answering.interfaces import Place
from desktop.domain.answers import FoundPassage
from desktop.storage.analysis import query_terms
from desktop.storage.file_table import FileTable
from desktop.storage.passage_ledger import LedgerPassage, PassageLedger
from desktop.storage.search_index import SearchIndex

MEANING_WEIGHT = 40.0
QUOTE_WEIGHT = 20.0
CANDIDATES = 60
MAX_QUESTION = 2_000
GROWING = 2  # so many of the first results grow
TOUCHING = 10  # by those of so many first hits
CLOSE = 0.75  # that score no less than this share of theirs
LONGEST = 1_500  # to so many characters

_QUOTED = re.compile(r"[\"“”„«»]([^\"“”„«»]{2,})[\"“”„«»]")


class QueryEmbedder(Protocol):
    """What finding needs of an embedder."""

    def embed(self, texts: Sequence[str], *, query: bool = False) -> np.ndarray: ...


class PassageFinder:
    """Search over one library. `embedder` gives None while vectors can't be had; keywords alone serve then."""

    def __init__(
        self,
        files: FileTable,
        ledger: PassageLedger,
        index: SearchIndex,
        embedder: Callable[[], QueryEmbedder | None],
    ) -> None:
        self._files, self._ledger, self._index = files, ledger, index
        self._embedder = embedder

    def find(self, question: str, limit: int) -> tuple[FoundPassage, ...]:
        """The best passages, best first, at most `limit`."""
        question = question[:MAX_QUESTION].strip()
        if not question or limit <= 0:
            return ()
        depth = max(CANDIDATES, 2 * limit)
        tongues = tuple(dict.fromkeys(("english", *self._files.languages())))
        words = dict(self._index.find_words(query_terms(question, tongues), depth))
        scores = fuse(words, self._find_meaning(question, depth), depth)
        hits = self._hits(scores, _QUOTED.findall(question))
        return tuple(_joined(rows, hit) for hit, rows in _grown(hits, limit))

    def _find_meaning(self, question: str, depth: int) -> dict[int, float]:
        embedder = self._embedder()
        if embedder is None:
            return {}
        return dict(self._index.find_vectors(embedder.embed([question], query=True)[0], depth))

    def _hits(self, scores: dict[int, float], quoted: Sequence[str]) -> list[tuple[float, LedgerPassage]]:
        """What may be read of these passages, best first, the same words once: where they stand first."""
        readable: dict[str, bool] = {}
        unique: dict[str, tuple[float, LedgerPassage]] = {}
        for row in sorted(self._rows(scores), key=lambda row: row.id):
            if not _may_read(row.path, readable):
                continue
            text = " ".join(row.text.split())
            score = scores[row.id] + QUOTE_WEIGHT * sum(words.casefold() in text.casefold() for words in quoted)
            first = unique.get(text, (score, row))
            unique[text] = max(score, first[0]), first[1]
        return sorted(unique.values(), key=lambda hit: (-hit[0], hit[1].id))

    def _rows(self, scores: Iterable[int]) -> Iterator[LedgerPassage]:
        ids = list(scores)
        for i in range(0, len(ids), 500):
            yield from self._ledger.by_ids(ids[i : i + 500]).values()

    def around(self, passage: FoundPassage, characters: int) -> FoundPassage:
        """The passage with its neighbours, as far as they follow on without a gap, up to so many characters."""
        spare = max(0, characters - (passage.end - passage.start)) // 2
        rows = self._ledger.around(passage.file_id, passage.start - spare, passage.end + spare)
        here = next((i for i, row in enumerate(rows) if row.id == passage.passage_id), None)
        if here is None:
            return passage
        first = last = here
        while first > 0 and _joins(rows[first - 1], rows[first]):
            first -= 1
        while last + 1 < len(rows) and _joins(rows[last], rows[last + 1]):
            last += 1
        return _joined(rows[first : last + 1], passage)

    def place_of(self, file_id: int, offset: int) -> Place:
        rows = self._ledger.around(file_id, offset, offset + 1)
        sha256 = self._ledger.sha256_of(file_id)
        return Place(sha256, rows[0].page, _context(rows[0])) if rows else Place(sha256, None, "")

    def coverage(self) -> str:
        """How much of the library the answer could see, when that is not all; else empty."""
        waiting = self._files.counts().get("waiting", 0)
        passages, embedded = self._ledger.totals()
        parts = [f"{waiting} files are still to be read"] if waiting else []
        if passages and embedded < passages:
            parts.append(f"{embedded * 100 // passages} % of the passages are searched by meaning, all by words")
        return "; ".join(parts)


def fuse(words: dict[int, float], meaning: dict[int, float], depth: int) -> dict[int, float]:
    """One score by passage id, higher for better. Words that found fewer than `depth` passages found all there are."""
    other_words = min(words.values()) if len(words) >= depth else 0.0
    other_meaning = min(meaning.values(), default=0.0)
    return {i: words.get(i, other_words) + MEANING_WEIGHT * meaning.get(i, other_meaning) for i in {*words, *meaning}}


def _grown(hits: Sequence[tuple[float, LedgerPassage]], limit: int) -> list[tuple[FoundPassage, list[LedgerPassage]]]:
    """The first `limit` results, each with the rows it is made of, in order."""
    results: list[tuple[FoundPassage, list[LedgerPassage]]] = []
    for place, (score, row) in enumerate(hits):
        growing = results[:GROWING] if place < TOUCHING else []
        near = (rows for best, rows in growing if score >= CLOSE * best.score and _touches(rows, row))
        touched = next(near, None)
        if touched is not None:
            touched.append(row)
            touched.sort(key=lambda part: part.ordinal)
        elif len(results) < limit:
            results.append((_found(row, score), [row]))
        else:
            break
    return results


def _touches(rows: Sequence[LedgerPassage], row: LedgerPassage) -> bool:
    first, last = rows[0], rows[-1]
    if row.file_id != first.file_id or max(last.end, row.end) - min(first.start, row.start) > LONGEST:
        return False
    before = row.ordinal + 1 == first.ordinal and _joins(row, first)
    return before or (last.ordinal + 1 == row.ordinal and _joins(last, row))


def _may_read(path: str, known: dict[str, bool]) -> bool:
    if path not in known:
        known[path] = os.path.isfile(path) and os.access(path, os.R_OK)
    return known[path]


def _joins(left: LedgerPassage, right: LedgerPassage) -> bool:
    # only what was kept of the gap is known; a longer one can't be shown as the source's own words
    return right.start - left.end == len(right.gap)


def _joined(rows: Sequence[LedgerPassage], passage: FoundPassage) -> FoundPassage:
    """The passage with the text of all these rows, which follow each other."""
    text = rows[0].text + "".join(row.gap + row.text for row in rows[1:])
    return FoundPassage(
        passage_id=passage.passage_id,
        file_id=passage.file_id,
        file=passage.file,
        start=rows[0].start,
        end=rows[-1].end,
        page=rows[0].page,
        text=text,
        score=passage.score,
        context=passage.context,
    )


def _found(row: LedgerPassage, score: float) -> FoundPassage:
    return FoundPassage(
        passage_id=row.id,
        file_id=row.file_id,
        file=row.path,
        start=row.start,
        end=row.end,
        page=row.page,
        text=row.text,
        score=round(score, 6),
        context=_context(row),
    )


def _context(row: LedgerPassage) -> str:
    # the title is most often the first heading: said once
    heading = row.heading.removeprefix(row.title).removeprefix(" > ")
    return " > ".join(part for part in (row.title, heading) if part)
