"""One embedder for passages and questions: whose turn it is."""

import threading
from collections.abc import Sequence

import numpy as np

from desktop.engine.shared_embedder import SharedEmbedder


class LengthEmbedder:
    """A row's vector is its length. Notes what it was given; stops in a slice of passages until it is let go on."""

    def __init__(self) -> None:
        self.threads: int | None = None
        self.given: list[list[int]] = []
        self.in_slice, self.go_on = threading.Event(), threading.Event()
        self.go_on.set()

    def rows(self, texts: Sequence[str], *, query: bool = False) -> list[list[int]]:
        return [[int(query)] * len(text) for text in texts]

    def embed_rows(self, rows: Sequence[Sequence[int]]) -> np.ndarray:
        self.given.append([len(row) for row in rows])
        if not rows[0][0]:
            self.in_slice.set()
            assert self.go_on.wait(10)
        return np.array([[len(row)] for row in rows], dtype=np.float32)


def test_vectors_come_in_the_order_of_the_texts() -> None:
    texts = ["x" * (1 + n * 7 % 30) for n in range(30)]
    vectors = SharedEmbedder(LengthEmbedder()).embed(texts)
    assert vectors[:, 0].tolist() == [len(text) for text in texts]


def test_texts_of_like_length_are_embedded_together() -> None:
    embedder = LengthEmbedder()
    SharedEmbedder(embedder).embed(["x" * (1 + n * 7 % 30) for n in range(120)])
    together = [length for lengths in embedder.given for length in lengths]
    assert len(embedder.given) > 2
    assert together == sorted(together, reverse=True)


def test_after_a_question_slices_are_small() -> None:
    embedder = LengthEmbedder()
    shared = SharedEmbedder(embedder)
    shared.embed(["passage"] * 40)
    calm = max(map(len, embedder.given))
    shared.embed(["who?"], query=True)
    embedder.given.clear()
    shared.embed(["passage"] * 40)
    assert max(map(len, embedder.given)) <= calm / 2


def test_a_question_goes_before_the_passages_that_are_left() -> None:
    embedder = LengthEmbedder()
    shared = SharedEmbedder(embedder)
    embedder.go_on.clear()
    indexing = threading.Thread(target=shared.embed, args=(["passage"] * 40,))
    indexing.start()
    assert embedder.in_slice.wait(10)
    asking = threading.Thread(target=shared.embed, args=(["who?"],), kwargs={"query": True})
    asking.start()
    while not shared._asked:
        pass
    embedder.go_on.set()
    asking.join(10)
    indexing.join(10)
    assert embedder.given[1] == [len("who?")]
    assert sum(map(len, embedder.given)) == 41
