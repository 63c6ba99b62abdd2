"""Finds the passages for a question: keywords, vectors and file names over the ledger; never a file that is gone.

How the three make one score is told in `fusing`, which of the hits are shown in `arranging`. Words in quotes lift the
passages that hold them; a word that ends in * stands for all that begin so.
"""

import dataclasses
import os
import re
import stat
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any, Protocol

from desktop.answering.arranging import LONGEST, Hit, Result, arrange, joins, same_words_once
from desktop.answering.fusing import Found, explain
from desktop.answering.interfaces import Place
from desktop.answering.likeness import QueryEmbedder, likeness_by
from desktop.answering.reranking import PassageReranker, rerank
from desktop.answering.scoping import ScopedQuestion
from desktop.domain.answers import FoundPassage, Why
from desktop.domain.places import PlaceSpan, of_json, page_of, place_words, places_between
from desktop.storage.analysis import analyse, name_words, query_terms
from desktop.storage.file_names import FileNames
from desktop.storage.file_table import FileTable
from desktop.storage.passage_ledger import LedgerPassage, PassageLedger
from desktop.storage.search_index import SearchIndex

QUOTE_WEIGHT = 20.0
CANDIDATES = 60
MAX_QUESTION = 2_000
NAMED_FILES = 5  # so many files are looked into for their name's sake
NAMED_PASSAGES = 10
BEGINNINGS = 20  # terms that a word with a * stands for

_QUOTED = re.compile(r"[\"“”„«»]([^\"“”„«»]{2,})[\"“”„«»]")
_BEGINNING = re.compile(r"(?<!\w)(\w{2,})\*")


class VectorSearch(Protocol):
    """Where an embedder's vectors are looked for."""

    def find_vectors(
        self, vector: Any, limit: int, within: Collection[int] | None = None
    ) -> list[tuple[int, float]]: ...


class PassageFinder:
    """Search over one library. `embedder` gives None while vectors can't be had; keywords alone serve then.

    `vectors_of` says where the vectors of the embedder that was given are; None: in the index.
    `names` None: file names are not searched. `reranker` None: the hits stay in the order of their scores.
    """

    def __init__(
        self,
        files: FileTable,
        ledger: PassageLedger,
        index: SearchIndex,
        embedder: Callable[[], QueryEmbedder | None],
        names: FileNames | None = None,
        reranker: PassageReranker | None = None,
        vectors_of: Callable[[QueryEmbedder], VectorSearch] | None = None,
    ) -> None:
        self._files, self._ledger, self._index = files, ledger, index
        self._embedder, self._names, self._reranker = embedder, names, reranker
        self._vectors_of = vectors_of or (lambda _: index)
        self._within: frozenset[int] | None = None
        self._scope_words = ""

    def within(self, asked: ScopedQuestion) -> "PassageFinder":
        """A finder of the same library that looks into the files of a scope only."""
        finder = PassageFinder(
            self._files, self._ledger, self._index, self._embedder, self._names, self._reranker, self._vectors_of
        )
        finder._scope_words = asked.words
        if asked.scope and self._names is not None:
            finder._within = frozenset(self._names.in_scope(asked.scope))
        return finder

    def find(self, question: str, limit: int) -> tuple[FoundPassage, ...]:
        """The best passages, best first, at most `limit`."""
        question = question[:MAX_QUESTION].strip()
        if not question or limit <= 0:
            return ()
        tongues = tuple(dict.fromkeys(("english", *self._files.languages())))
        found = self._search(question, tongues, max(CANDIDATES, 2 * limit))
        phrases = _QUOTED.findall(question)
        hits, said = self._hits(found, phrases), dict[int, float]()
        if self._reranker is not None and not phrases:  # passages with the quoted words stay first
            hits, said = rerank(question, hits, self._reranker)
        results = arrange(hits, limit, self._near)
        whys = explain(question, found, [result.hit for result in results], tongues)
        return tuple(_shown(result, why, said) for result, why in zip(results, whys, strict=True))

    def _search(self, question: str, tongues: tuple[str, ...], depth: int) -> Found:
        terms = query_terms(question, tongues)
        for start in _BEGINNING.findall(question):
            terms += self._index.terms_beginning(name_words(start), BEGINNINGS)
        # the question's vector first: indexing holds its next passages back for a moment after it
        meaning = self._find_meaning(question, depth)
        words = dict(self._index.find_words(terms, depth, self._within))
        names = self._find_names(terms)
        if names:
            first = dict.fromkeys(self._ledger.first_of(tuple(names)), 0.0)
            words = {**first, **dict(self._index.find_words(terms, NAMED_PASSAGES, tuple(names))), **words}
        return Found(words, meaning, names, depth)

    def _find_meaning(self, question: str, depth: int) -> dict[int, float]:
        embedder = self._embedder()
        if embedder is None:
            return {}
        return dict(
            self._vectors_of(embedder).find_vectors(embedder.embed([question], query=True)[0], depth, self._within)
        )

    def _find_names(self, terms: Sequence[str]) -> dict[int, float]:
        """The files that the question names, as far as they may be searched."""
        if self._names is None:
            return {}
        found = self._names.matching(terms, CANDIDATES)
        allowed = [i for i in found if self._within is None or i in self._within]
        return {i: found[i] for i in allowed[:NAMED_FILES]}

    def _hits(self, found: Found, phrases: Sequence[str]) -> list[Hit]:
        """What may be read of the passages that were found, best first."""
        # phrases of nothing but common words are in no question's terms
        holding = [i for p in phrases for i in self._index.find_all_words(analyse(p), found.depth, self._within)]
        scores = {**dict.fromkeys(holding, 0.0), **found.scores()}
        readable: dict[str, bool] = {}
        hits: list[Hit] = []
        for row in self._rows(scores):
            if _may_read(row.path, readable):
                text = " ".join(row.text.split()).casefold()
                quoted = sum(" ".join(phrase.split()).casefold() in text for phrase in phrases)
                hits.append((scores[row.id] + found.named(row) + QUOTE_WEIGHT * quoted, row))
        return same_words_once(hits)

    def _near(self, row: LedgerPassage) -> Sequence[LedgerPassage]:
        return self._ledger.around(row.file_id, row.start - LONGEST, row.end + LONGEST)

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
        while first > 0 and joins(rows[first - 1], rows[first]):
            first -= 1
        while last + 1 < len(rows) and joins(rows[last], rows[last + 1]):
            last += 1
        return _joined(rows[first : last + 1], passage)

    def place_of(self, file_id: int, start: int, end: int) -> Place:
        rows = self._ledger.around(file_id, start, max(end, start + 1))
        sha256 = self._ledger.sha256_of(file_id)
        if not rows:
            return Place(sha256, None, "")
        places = places_between(_places(rows), start, end)
        return Place(sha256, page_of(places) or rows[0].page, _context(rows[0]), place_words(places))

    def likeness(self, text: str, others: Sequence[str]) -> Sequence[float]:
        """As `likeness_by` says; empty while vectors can't be had."""
        embedder = self._embedder()
        return likeness_by(embedder, text, others) if embedder is not None and others else ()

    def coverage(self) -> str:
        """How much of the library the answer could see, when that is not all; else empty."""
        waiting = self._files.counts().get("waiting", 0)
        passages, embedded = self._ledger.totals()
        searched = f"only {self._scope_words}" if self._within is not None else self._scope_words
        parts = [searched] if searched else []
        parts += [f"{waiting} files are still to be read"] if waiting else []
        if passages and embedded < passages:
            parts.append(f"{embedded * 100 // passages} % of the passages are searched by meaning, all by words")
        return "; ".join(parts)


def _may_read(path: str, known: dict[str, bool]) -> bool:
    if path not in known:
        try:
            # a link in a file's place leads out of the library
            known[path] = stat.S_ISREG(os.lstat(path).st_mode) and os.access(path, os.R_OK)
        except OSError:
            known[path] = False
    return known[path]


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
        why=passage.why,
        place=place_words(_places(rows)),
        header=rows[0].header,
    )


def _places(rows: Sequence[LedgerPassage]) -> tuple[PlaceSpan, ...]:
    return tuple(place for row in rows for place in of_json(row.places))


def _shown(result: Result, why: Why, said: dict[int, float]) -> FoundPassage:
    if result.hit.id in said:
        why = dataclasses.replace(why, rerank=round(said[result.hit.id], 3))
    return _joined(result.rows, _found(result.hit, result.score, why))


def _found(row: LedgerPassage, score: float, why: Why) -> FoundPassage:
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
        why=why,
        place=place_words(_places([row])),
        header=row.header,
    )


def _context(row: LedgerPassage) -> str:
    # the title is most often the first heading: said once
    heading = row.heading.removeprefix(row.title).removeprefix(" > ")
    return " > ".join(part for part in (row.title, heading) if part)
