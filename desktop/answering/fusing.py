"""One score from three searches: a passage's words, its meaning, the name of its file. Also says why.

A passage's score is its BM25 plus MEANING_WEIGHT times its cosine, plus NAME_WEIGHT times the BM25 of its file's name.
Nothing is rescaled to the question, so each search says itself how sure it is: rare words that match outweigh any
cosine, and an embedder that finds everything alike (a language it never learnt) moves little. What one search didn't
find counts there as its last.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from desktop.domain.answers import Why
from desktop.storage.analysis import analyse, name_terms, words_and_terms
from desktop.storage.passage_ledger import LedgerPassage

MEANING_WEIGHT = 40.0
NAME_WEIGHT = 1.0


@dataclass(frozen=True, slots=True)
class Found:
    """What each search found: BM25 and cosine by passage id, BM25 of names by file id; `depth` was asked for."""

    words: dict[int, float]
    meaning: dict[int, float]
    names: dict[int, float]
    depth: int

    def scores(self) -> dict[int, float]:
        """By passage id, higher for better, names left out."""
        return fuse(self.words, self.meaning, self.depth)

    def named(self, row: LedgerPassage) -> float:
        """What the name of its file adds to a passage's score."""
        return NAME_WEIGHT * self.names.get(row.file_id, 0.0)


def fuse(words: dict[int, float], meaning: dict[int, float], depth: int) -> dict[int, float]:
    """One score by passage id, higher for better. Words that found fewer than `depth` passages found all there are."""
    other_words = min(words.values()) if len(words) >= depth else 0.0
    other_meaning = min(meaning.values(), default=0.0)
    return {i: words.get(i, other_words) + MEANING_WEIGHT * meaning.get(i, other_meaning) for i in {*words, *meaning}}


def explain(question: str, found: Found, rows: Sequence[LedgerPassage], languages: Sequence[str]) -> list[Why]:
    """For each row, why it was found."""
    asked = words_and_terms(question, languages)
    word_ranks, meaning_ranks = _ranks(found.words), _ranks(found.meaning)
    return [
        Why(
            words=_matching(asked, analyse(f"{row.heading}\n{row.text}", languages)),
            word_rank=word_ranks.get(row.id),
            word_score=round(found.words.get(row.id, 0.0), 3),
            meaning_rank=meaning_ranks.get(row.id),
            cosine=round(found.meaning[row.id], 3) if row.id in found.meaning else None,
            name_words=_matching(asked, name_terms(row.path).split()) if row.file_id in found.names else (),
        )
        for row in rows
    ]


def _matching(asked: Sequence[tuple[str, frozenset[str]]], terms: Sequence[str]) -> tuple[str, ...]:
    standing = set(terms)
    return tuple(dict.fromkeys(word for word, wanted in asked if wanted & standing))


def _ranks(scores: dict[int, float]) -> dict[int, int]:
    ordered = sorted((i for i in scores if scores[i] > 0), key=lambda i: (-scores[i], i))
    return {passage_id: rank for rank, passage_id in enumerate(ordered, start=1)}
