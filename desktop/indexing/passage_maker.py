"""One file becomes passages, and passages become vectors: the two steps of indexing, without their timing.

Reads through the file reader process, writes through the stores; what is unchanged keeps its id and its vector.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import numpy as np

from desktop.domain.documents import Document
from desktop.indexing.passage_context import embedding_text
from desktop.indexing.passage_words import FileWords, PassageWords, with_other_neighbours, word_rows
from desktop.indexing.splitting import USUAL_SIZES, Sizes, TokenCounter, split, split_name
from desktop.storage.analysis import language_of
from desktop.storage.file_table import FileStamp, KnownFile
from desktop.storage.passage_ledger import LedgerPassage, NewPassages, PassageLedger
from desktop.storage.search_index import SearchIndex, WordRow


class PassageEmbedder(Protocol):
    """What indexing needs of an embedder."""

    def token_offsets(self, text: str) -> Sequence[int]: ...

    def slices(self, texts: Sequence[str]) -> Iterator[tuple[list[int], np.ndarray]]:
        """Some at a time: (indexes into `texts`, their vectors)."""
        ...

    def use_threads(self, threads: int | None) -> None: ...


class WordOffsets:
    """Stands in for the embedder's tokenizer while there is no embedder: about one token every three characters."""

    def offsets(self, text: str) -> Sequence[int]:
        return range(0, len(text), 3)


class EmbedderOffsets:
    """The embedder's own tokenizer as the splitter wants it."""

    def __init__(self, embedder: PassageEmbedder) -> None:
        self._embedder = embedder

    def offsets(self, text: str) -> Sequence[int]:
        return self._embedder.token_offsets(text)


class PassageMaker:
    """Turns documents into rows for both stores. `tokenizer` names what measures passages, such as an embedder.

    `tokens` is that tokenizer; None: the embedder's own.
    """

    def __init__(
        self,
        ledger: PassageLedger,
        index: SearchIndex,
        embedder: PassageEmbedder | None,
        tokenizer: str,
        tokens: TokenCounter | None = None,
        sizes: Sizes = USUAL_SIZES,
    ) -> None:
        self._ledger = ledger
        self._index = index
        self._embedder = embedder
        self._tokens = tokens or (EmbedderOffsets(embedder) if embedder else WordOffsets())
        self._sizes = sizes
        self.split_by = split_name(tokenizer)

    def prepare(self, file: KnownFile, stamp: FileStamp, sha256: str, document: Document, changed: int) -> NewPassages:
        """Splits the document; passages that were there before keep their id. Ids of new ones are reserved."""
        spans = split(document, self._tokens, self._sizes)
        old = self._ledger.digests(file.id)
        ids = [old[span.digest].pop(0) if old.get(span.digest) else 0 for span in spans]
        kept = frozenset(i for i in ids if i)
        fresh = iter(self._ledger.reserve_ids(len(ids) - len(kept)))
        ends = [0, *(span.end for span in spans)]
        return NewPassages(
            file_id=file.id,
            stamp=stamp,
            sha256=sha256,
            title=document.title,
            format=document.format,
            language=language_of(document.text),
            spans=spans,
            gaps=tuple(document.text[end : span.start] for end, span in zip(ends, spans, strict=False)),
            ids=tuple(i or next(fresh) for i in ids),
            kept=kept,
            changed=changed,
            split_by=self.split_by,
            note=document.note,
        )

    def store(self, batch: Sequence[NewPassages]) -> None:
        """Words first: after this the files are found by keywords and count as indexed."""
        rows: list[WordRow] = []
        renewed: set[int] = set()
        for new in batch:
            moved = with_other_neighbours(self._ledger.order(new.file_id), new.ids) if new.kept else set[int]()
            renewed |= moved
            file = FileWords(new.file_id, new.title, new.language)
            passages = [PassageWords(i, s.heading, s.header, s.text) for i, s in zip(new.ids, new.spans, strict=True)]
            rows.extend(word_rows(file, passages, set(new.ids) - new.kept | moved))
        self._index.add_words(rows, replacing=renewed)
        self._ledger.replace(batch)

    def embed(
        self,
        waiting: Sequence[LedgerPassage],
        threads: int | None = None,
        go_on: Callable[[int], bool] = lambda done: True,
    ) -> int:
        """Gives these passages vectors: an equal passage's where there is one, else computed. Returns how many it gave.

        `threads`: how many the embedder may use; None lets it choose. `go_on` is asked after every few, with the
        number of those done: where it says no, the others have to wait.
        """
        if self._embedder is not None:
            self._embedder.use_threads(threads)
        twins = {p.id: self._ledger.embedded_twin(p.digest) for p in waiting}
        vectors = self._index.vectors_of([twin for twin in set(twins.values()) if twin is not None])
        copied = {p.id: vectors[twin] for p in waiting if (twin := twins[p.id]) is not None and twin in vectors}
        computed = self._compute([p for p in waiting if p.id not in copied], go_on)
        found = {p.id: copied[p.id] if p.id in copied else computed.get(p.digest) for p in waiting}
        given = [(p, vector) for p in waiting if (vector := found[p.id]) is not None]
        ids = [p.id for p, _ in given]
        self._index.remove_vectors(ids)  # rows that a killed engine left before it could note them
        self._index.add_vectors(ids, [p.file_id for p, _ in given], np.stack([vector for _, vector in given]))
        self._ledger.mark_embedded(ids, copied=len(ids) - len(computed))
        return len(ids)

    @property
    def can_embed(self) -> bool:
        return self._embedder is not None

    def _compute(self, passages: Sequence[LedgerPassage], go_on: Callable[[int], bool]) -> dict[str, np.ndarray]:
        """Vectors by digest."""
        if not passages or self._embedder is None:
            return {}
        unique = {p.digest: p for p in passages}
        texts = [embedding_text(p.title, p.heading, p.header, p.text) for p in unique.values()]
        digests, found = list(unique), dict[str, np.ndarray]()
        for indexes, vectors in self._embedder.slices(texts):
            found.update((digests[i], vector) for i, vector in zip(indexes, vectors, strict=True))
            if not go_on(len(found)):
                break
        return found
