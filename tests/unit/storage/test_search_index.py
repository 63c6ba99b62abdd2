"""A real LanceDB folder: searches beside writers, filters inside the search, and a library large enough for shards."""

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from desktop.storage.search_index import SearchIndex, WordRow

DIMENSION = 8


def unit_vectors(count: int, seed: int) -> np.ndarray:
    vectors = np.random.default_rng(seed).standard_normal((count, DIMENSION)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def rows(first: int, count: int, *terms: str) -> list[WordRow]:
    return [WordRow(i, i % 10, (f"number{i}", *terms), (f"number{i}", *terms)) for i in range(first, first + count)]


@pytest.fixture
def index(tmp_path: Path) -> Iterator[SearchIndex]:
    yield SearchIndex(tmp_path / "index", "vectors_test", DIMENSION)


def test_a_search_within_files_finds_what_it_would_find_were_there_no_others(index: SearchIndex) -> None:
    index.add_words(rows(0, 200, "barley"))
    vectors = unit_vectors(200, 1)
    index.add_vectors(range(200), [i % 10 for i in range(200)], vectors)
    within = [3, 7]
    assert {i % 10 for i, _ in index.find_words(["barley"], 100, within)} == set(within)
    assert len(index.find_words(["barley"], 100, within)) == 40
    scores = vectors @ vectors[0]
    best = sorted((i for i in range(200) if i % 10 in within), key=lambda i: -scores[i])[:5]
    assert [i for i, _ in index.find_vectors(vectors[0], 5, within)] == best
    assert index.find_words(["barley"], 5, []) == []
    assert index.find_vectors(vectors[0], 5, []) == []


def test_terms_that_begin_alike_are_known(index: SearchIndex) -> None:
    index.add_words([*rows(0, 5, "contract"), *rows(5, 3, "contour"), *rows(8, 2, "100%_sure", "o'neil")])
    assert index.terms_beginning("cont", 5) == ["contract", "contour"]
    assert index.terms_beginning("cont", 1) == ["contract"]
    assert index.terms_beginning("100%_", 5) == ["100%_sure"]
    assert index.terms_beginning("100_", 5) == []
    assert index.terms_beginning("o'n", 5) == ["o'neil"]


def test_every_word_of_a_phrase_has_to_be_there(index: SearchIndex) -> None:
    index.add_words([*rows(0, 3, "to", "be", "or"), *rows(3, 3, "to", "go")])
    assert sorted(index.find_all_words(["to", "be"], 10)) == [0, 1, 2]
    assert index.find_all_words([], 10) == []


def test_a_large_library_is_searched_in_shards_and_finds_nearly_the_same(tmp_path: Path) -> None:
    count, dimension, chance = 42_000, 96, np.random.default_rng(2)
    # as those of texts: many numbers, few ways to differ
    ways = chance.standard_normal((12, dimension))
    vectors = (chance.standard_normal((count + 500, 12)) @ ways).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    index = SearchIndex(tmp_path / "large", "vectors_test", dimension)

    def add(start: int, end: int) -> None:
        index.add_vectors(range(start, end), [i % 10 for i in range(start, end)], vectors[start:end])

    add(0, count)
    index.tidy()
    add(count, count + 250)
    index.tidy()  # into the shards that are there
    add(count + 250, count + 500)  # not in them yet
    again = SearchIndex(tmp_path / "large", "vectors_test", dimension)
    shared = 0
    asked = [*range(100), *range(count, count + 50), *range(count + 450, count + 500)]
    for number in asked:
        best = set(np.argsort(-(vectors @ vectors[number]))[:10].tolist())
        found = index.find_vectors(vectors[number], 10)
        assert found == again.find_vectors(vectors[number], 10)
        assert found[0] == (number, pytest.approx(1.0, abs=1e-4))
        shared += len(best & {i for i, _ in found})
    # the shards begin at random: 0.96 to 0.99 in eight of them
    assert shared >= 0.94 * 10 * len(asked)


def test_searches_go_on_while_the_index_is_written_tidied_and_emptied(index: SearchIndex) -> None:
    index.add_words(rows(0, 500, "barley"))
    index.add_vectors(range(500), [1] * 500, unit_vectors(500, 5))
    done = threading.Event()
    faults: list[Exception] = []
    counts: list[int] = []
    question = unit_vectors(1, 6)[0]

    def search() -> None:
        while not done.is_set():
            try:
                counts.append(len(index.find_words(["barley"], 5)) + len(index.find_vectors(question, 5)))
            except Exception as error:
                faults.append(error)

    readers = [threading.Thread(target=search) for _ in range(2)]
    for reader in readers:
        reader.start()
    for step in range(1, 6):
        index.add_words(rows(1_000 * step, 200, "barley"))
        index.remove(range(1_000 * step, 1_000 * step + 100))
        index.tidy()
    index.clear()
    index.add_words(rows(0, 10, "barley"))
    done.set()
    for reader in readers:
        reader.join(20)
    assert faults == []
    assert max(counts) == 10


def test_vectors_of_another_embedder_stay_beside_and_lose_what_is_removed(index: SearchIndex, tmp_path: Path) -> None:
    index.add_words(rows(0, 20, "barley"))
    index.add_vectors(range(20), [1] * 20, unit_vectors(20, 5))
    other = SearchIndex(tmp_path / "index", "vectors_other", 3)
    assert other.other_vectors() == ["vectors_test"]
    assert not len(other.vector_ids()) and len(other.find_words(["barley"], 50)) == 20
    other.remove(range(5))
    other.tidy()
    back = SearchIndex(tmp_path / "index", "vectors_test", DIMENSION)
    assert sorted(back.vector_ids()) == list(range(5, 20))
    back.drop(back.other_vectors())
    assert back.other_vectors() == [] and len(back.vector_ids()) == 15
