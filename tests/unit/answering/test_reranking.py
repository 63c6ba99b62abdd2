"""A chosen reranker decides the order of the first hits, and of nothing else."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from desktop.answering.finding import PassageFinder
from desktop.answering.reranking import RERANKED
from desktop.answering.scoping import ScopedQuestion
from desktop.domain.scopes import Scope
from desktop.storage.file_names import FileNames
from tests.unit.answering.test_finding import SmallLibrary, padded


class Likes:
    """Scores a passage by how often it holds the word; remembers what it was asked."""

    def __init__(self, word: str) -> None:
        self.word = word
        self.asked: list[tuple[str, int]] = []

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        self.asked.append((question, len(passages)))
        return [float(passage.count(self.word)) for passage in passages]


@pytest.fixture
def library(tmp_path: Path) -> SmallLibrary:
    library = SmallLibrary(tmp_path)
    for number in range(RERANKED + 10):
        liked = " orchard" * (number % 7)
        library.write(f"{number}.txt", padded("barley " * (1 + number % 3) + liked, number))
    return library


def finder(library: SmallLibrary, reranker: Likes) -> PassageFinder:
    names = FileNames(library.database)
    return PassageFinder(library.files, library.ledger, library.index, lambda: library.embedder, names, reranker)


def test_the_first_hits_come_in_the_rerankers_order_and_say_so(library: SmallLibrary) -> None:
    plain = library.finder.find("barley", RERANKED + 5)
    likes = Likes("orchard")
    found = finder(library, likes).find("barley", RERANKED + 5)
    assert likes.asked == [("barley", RERANKED)]
    said = [p.why.rerank for p in found if p.why is not None]
    first = [score for score in said if score is not None]
    assert len(first) == RERANKED and first == sorted(first, reverse=True) and first[0] > first[-1]
    assert said[RERANKED:] == [None] * 5
    assert {p.passage_id for p in found} == {p.passage_id for p in plain}
    assert [p.score for p in found] == [p.score for p in plain], "the scores keep their places"


def test_without_one_nothing_is_said(library: SmallLibrary) -> None:
    assert all(p.why is not None and p.why.rerank is None for p in library.finder.find("barley", 5))


def test_words_in_quotes_stay_first(library: SmallLibrary) -> None:
    likes = Likes("barley")
    (first, *_) = finder(library, likes).find('barley "orchard orchard orchard orchard orchard orchard"', 5)
    assert first.text.count("orchard") == 6
    assert likes.asked == []


def test_a_scope_keeps_the_reranker(library: SmallLibrary) -> None:
    likes = Likes("orchard")
    asked = ScopedQuestion("barley", Scope(), "")
    finder(library, likes).within(asked).find("barley", 3)
    assert likes.asked


def test_nothing_found_asks_nothing(library: SmallLibrary) -> None:
    likes = Likes("orchard")
    other = PassageFinder(library.files, library.ledger, library.index, lambda: None, None, likes)
    assert other.find("xylophone", 3) == () and likes.asked == []
