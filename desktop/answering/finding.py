"""Finds the passages for a question: keywords and vectors over the ledger, fused; never a file that is gone.

Fusion: both legs' scores become z-scores over their candidates and are added with fixed weights. Keywords weigh more,
since a small embedder misses names and numbers; a question whose words are nowhere is left to the vectors.
"""

import os
import statistics
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from desktop.answering.interfaces import Place
from desktop.domain.answers import FoundPassage
from desktop.storage.analysis import content_terms
from desktop.storage.file_table import FileTable
from desktop.storage.passage_ledger import LedgerPassage, PassageLedger
from desktop.storage.search_index import SearchIndex

WORDS_WEIGHT = 0.7
CANDIDATES = 60
MAX_QUESTION = 2_000


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
        words = dict(self._index.find_words(content_terms(question, tongues), depth))
        meaning = self._find_meaning(question, depth, words)
        fused = fuse(words, meaning)
        ranked = sorted(fused, key=lambda i: (-fused[i], i))
        return self._alive(ranked, fused, limit)

    def _find_meaning(self, question: str, depth: int, words: dict[int, float]) -> dict[int, float]:
        embedder = self._embedder()
        if embedder is None:
            return {}
        vector = embedder.embed([question], query=True)[0]
        found = dict(self._index.find_vectors(vector, depth))
        others = self._index.vectors_of([i for i in words if i not in found])
        return found | {i: float(other @ vector) for i, other in others.items()}

    def _alive(self, ranked: list[int], scores: dict[int, float], limit: int) -> tuple[FoundPassage, ...]:
        chosen: list[FoundPassage] = []
        readable: dict[str, bool] = {}
        seen: set[str] = set()
        for i in range(0, len(ranked), 200):
            rows = self._ledger.by_ids(ranked[i : i + 200])
            for passage_id in ranked[i : i + 200]:
                row = rows.get(passage_id)
                if row is None or row.digest in seen or not _may_read(row.path, readable):
                    continue
                seen.add(row.digest)  # the same words in two files are shown once
                chosen.append(_found(row, scores[passage_id]))
                if len(chosen) == limit:
                    return tuple(chosen)
        return tuple(chosen)

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


def fuse(words: dict[int, float], meaning: dict[int, float]) -> dict[int, float]:
    """One score by passage id, higher for better."""
    if not meaning:
        return words
    if not words:
        return meaning
    w, m = _standardised(words), _standardised(meaning)
    lowest_w, lowest_m = min(w.values()), min(m.values())
    return {i: WORDS_WEIGHT * w.get(i, lowest_w) + (1 - WORDS_WEIGHT) * m.get(i, lowest_m) for i in {*words, *meaning}}


def _standardised(scores: dict[int, float]) -> dict[int, float]:
    mean = statistics.fmean(scores.values())
    spread = statistics.pstdev(scores.values(), mean) or 1.0
    return {i: (score - mean) / spread for i, score in scores.items()}


def _may_read(path: str, known: dict[str, bool]) -> bool:
    if path not in known:
        known[path] = os.path.isfile(path) and os.access(path, os.R_OK)
    return known[path]


def _joins(left: LedgerPassage, right: LedgerPassage) -> bool:
    # only what was kept of the gap is known; a longer one can't be shown as the source's own words
    return right.start - left.end == len(right.gap)


def _joined(rows: Sequence[LedgerPassage], passage: FoundPassage) -> FoundPassage:
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
