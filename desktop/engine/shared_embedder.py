"""One embedder that indexing and questions share: a question never waits for more than some passages."""

import threading
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from desktop.embedding.embedder import Embedder

# passages at once: soon over while questions are asked, else what is quicker for all
_SLICE, _CALM_SLICE = 8, 32
_CALM = 60.0  # seconds since the last question
_QUIET = 0.3
_LONGEST_WAIT = 2.0


class SharedEmbedder:
    """One embedder for indexing and questions: passages go in slices, and a question goes before the next slice.

    Where one question was asked another may follow at once, so the next slice waits for a moment: never for long.
    """

    def __init__(self, embedder: "Embedder") -> None:
        self._embedder = embedder
        self._turn = threading.Condition()
        self._asked = 0
        self._busy = False
        self._last_asked = self._last_slice = -_CALM

    def token_offsets(self, text: str) -> Sequence[int]:
        return self._embedder.token_offsets(text)

    def use_threads(self, threads: int | None) -> None:
        with self._turn:
            if self._embedder.threads == threads:
                return
            self._turn.wait_for(lambda: not self._busy)
            self._busy = True
        try:
            self._embedder.use_threads(threads)
        finally:
            with self._turn:
                self._busy = False
                self._turn.notify_all()

    def embed(self, texts: Sequence[str], *, query: bool = False) -> Any:
        """float32 [n, d], unit length."""
        import numpy as np

        slices = list(self.slices(texts, query=query))
        order = [index for indexes, _ in slices for index in indexes]
        stacked = np.concatenate([vectors for _, vectors in slices])
        result = np.empty_like(stacked)
        result[order] = stacked
        return result

    def slices(self, texts: Sequence[str], *, query: bool = False) -> Iterator[tuple[list[int], Any]]:
        """Some at a time: (indexes into `texts`, their vectors). The caller may stop in between."""
        rows = self._embedder.rows(texts, query=query)
        # by tokens, not characters: rows of one length need no padding, which makes slices as fast as all at once
        order = sorted(range(len(rows)), key=lambda i: -len(rows[i]))
        while order:
            size = _SLICE if time.monotonic() - self._last_asked < _CALM else _CALM_SLICE
            indexes, order = order[:size], order[size:]
            yield indexes, self._slice([rows[i] for i in indexes], query)

    def _slice(self, rows: Sequence[Sequence[int]], query: bool) -> Any:
        with self._turn:
            self._asked += query
            while self._busy or not (query or self._quiet()):
                self._turn.wait(_QUIET if not self._busy else None)
            self._busy = True
        try:
            return self._embedder.embed_rows(rows)
        finally:
            with self._turn:
                self._busy = False
                self._asked -= query
                if query:
                    self._last_asked = time.monotonic()
                else:
                    self._last_slice = time.monotonic()
                self._turn.notify_all()

    def _quiet(self) -> bool:
        now = time.monotonic()
        just_asked = now - self._last_asked < _QUIET and now - self._last_slice < _LONGEST_WAIT
        return not self._asked and not just_asked
