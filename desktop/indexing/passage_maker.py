"""One file becomes passages, and passages become vectors: the two steps of indexing, without their timing.

Reads through the file reader process, writes through the stores; what is unchanged keeps its id and its vector.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

import numpy as np

from desktop.domain.documents import Document
from desktop.indexing.passage_context import embedding_text, passage_digest
from desktop.indexing.passage_words import FileWords, PassageWords, with_other_neighbours, word_rows
from desktop.indexing.same_passages import ids_of_same, with_other_words_above
from desktop.indexing.splitting import USUAL_SIZES, Sizes, TokenCounter, split, split_name
from desktop.storage.analysis import language_of
from desktop.storage.file_table import FileStamp, KnownFile
from desktop.storage.former_passages import FormerPassages
from desktop.storage.passage_ledger import LedgerPassage, NewPassages, PassageLedger
from desktop.storage.passage_rows import CutFile
from desktop.storage.search_index import SearchIndex, WordRow

_READ_AT_ONCE = 2_000  # vectors


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

    `tokens` is that tokenizer; None: the embedder's own. `revision` names the embedder.
    """

    def __init__(
        self,
        ledger: PassageLedger,
        index: SearchIndex,
        embedder: PassageEmbedder | None,
        tokenizer: str,
        tokens: TokenCounter | None = None,
        sizes: Sizes = USUAL_SIZES,
        former: FormerPassages | None = None,
        revision: str = "",
    ) -> None:
        self._ledger = ledger
        self._index = index
        self._embedder = embedder
        self._tokens = tokens or (EmbedderOffsets(embedder) if embedder else WordOffsets())
        self._sizes = sizes
        self._former, self._revision = former, revision
        self.split_by = split_name(tokenizer)

    def prepare(self, file: KnownFile, stamp: FileStamp, sha256: str, document: Document, changed: int) -> NewPassages:
        """Splits the document; passages that were there before keep their id. Ids of new ones are reserved."""
        spans = split(document, self._tokens, self._sizes)
        ends = [0, *(span.end for span in spans)]
        gaps = tuple(document.text[end : span.start] for end, span in zip(ends, spans, strict=False))
        language = language_of(document.text)
        cut = CutFile(sha256, self.split_by, document.title, language, document.format, document.note, spans, gaps)
        return self._with_ids(file, stamp, cut, changed)

    def former(self, file_id: int) -> CutFile | None:
        """The passages that the user wants back for this file."""
        return self._former.wanted(file_id) if self._former else None

    def put_back(self, file: KnownFile, former: CutFile, changed: int) -> NewPassages:
        """As `prepare`, of what the unchanged file was cut into before."""
        return self._with_ids(file, file.stamp, former, changed)

    def _with_ids(self, file: KnownFile, stamp: FileStamp, cut: CutFile, changed: int) -> NewPassages:
        old = self._ledger.of_file(file.id)
        # without a splitter's name it was asked for that the file is cut anew, and vectors with what is new in that
        ids = ids_of_same(old, cut.spans, exactly=not file.split_by)
        kept = frozenset(i for i in ids if i)
        fresh = iter(self._ledger.reserve_ids(len(ids) - len(kept)))
        return NewPassages(
            file_id=file.id,
            stamp=stamp,
            sha256=cut.sha256,
            title=cut.title,
            format=cut.format,
            language=cut.language,
            spans=cut.spans,
            gaps=cut.gaps,
            ids=tuple(i or next(fresh) for i in ids),
            kept=kept,
            changed=changed,
            split_by=cut.split_by,
            note=cut.note,
            reworded=with_other_words_above(old, ids, cut),
        )

    def store(self, batch: Sequence[NewPassages]) -> None:
        """Words first: after this the files are found by keywords and count as indexed.

        Those that left the library since they were read are left out: nothing of them is to reach the disk again.
        """
        batch = self._ledger.of_known_files(batch)
        rows: list[WordRow] = []
        renewed: set[int] = set()
        for new in batch:
            moved = with_other_neighbours(self._ledger.order(new.file_id), new.ids) if new.kept else set[int]()
            again = moved | new.reworded
            renewed |= again
            file = FileWords(new.file_id, new.title, new.language)
            passages = [PassageWords(i, s.heading, s.header, s.text) for i, s in zip(new.ids, new.spans, strict=True)]
            rows.extend(word_rows(file, passages, set(new.ids) - new.kept | again))
        for new in batch:
            self._keep_former(new)
        self._index.add_words(rows, replacing=renewed)
        self._ledger.replace(batch)
        self._give_back([new for new in batch if new.split_by != self.split_by])

    def _keep_former(self, new: NewPassages) -> None:
        """What the file was, where it is cut anew by the user's wish."""
        if self._former is None or not self._former.is_expected(new.file_id, new.sha256):
            return
        passages = self._ledger.of_file(new.file_id)
        gone = [p.id for p in passages if p.id not in new.kept]
        vectors = dict[int, np.ndarray]()
        for start in range(0, len(gone), _READ_AT_ONCE):
            vectors |= self._index.vectors_of(gone[start : start + _READ_AT_ONCE])
        if passages:
            self._former.keep(passages, self._revision, vectors)

    def _give_back(self, restored: Sequence[NewPassages]) -> None:
        """The vectors of passages that are what they were."""
        if self._former is None or not restored:
            return
        given: list[tuple[int, int, np.ndarray]] = []
        for new in restored:
            vectors = self._former.vectors_of(new.file_id, self._revision)
            for passage_id, span in zip(new.ids, new.spans, strict=True):
                if passage_id not in new.kept and span.digest in vectors:
                    given.append((passage_id, new.file_id, vectors[span.digest]))
        if given:
            self._give_vectors(given, len(given), {})
        self._former.drop([new.file_id for new in restored])

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
        # not the stored digest: that is of the title and headings at the time when the passage came, or got a vector
        digests = {p.id: passage_digest(p.title, p.heading, p.header, p.text) for p in waiting}
        twins = {p.id: self._ledger.embedded_twin(digests[p.id]) for p in waiting}
        vectors = self._index.vectors_of([twin for twin in set(twins.values()) if twin is not None])
        copied = {p.id: vectors[twin] for p in waiting if (twin := twins[p.id]) is not None and twin in vectors}
        computed = self._compute({digests[p.id]: p for p in waiting if p.id not in copied}, go_on)
        found = {p.id: copied[p.id] if p.id in copied else computed.get(digests[p.id]) for p in waiting}
        given = [(p, vector) for p in waiting if (vector := found[p.id]) is not None]
        others = {p.id: digests[p.id] for p, _ in given if digests[p.id] != p.digest}
        self._give_vectors([(p.id, p.file_id, vector) for p, vector in given], len(given) - len(computed), others)
        return len(given)

    def _give_vectors(
        self, given: Sequence[tuple[int, int, np.ndarray]], copied: int, digests: Mapping[int, str]
    ) -> None:
        """(passage id, file id, vector) each. `digests` are those of ids whose stored one is another."""
        ids = [passage_id for passage_id, _, _ in given]
        self._index.remove_vectors(ids)  # rows that a killed engine left before it could note them
        self._index.add_vectors(ids, [file_id for _, file_id, _ in given], np.stack([v for _, _, v in given]))
        self._ledger.mark_embedded(ids, copied, digests)

    @property
    def can_embed(self) -> bool:
        return self._embedder is not None

    def _compute(self, unique: Mapping[str, LedgerPassage], go_on: Callable[[int], bool]) -> dict[str, np.ndarray]:
        """Vectors by digest."""
        if not unique or self._embedder is None:
            return {}
        texts = [embedding_text(p.title, p.heading, p.header, p.text) for p in unique.values()]
        digests, found = list(unique), dict[str, np.ndarray]()
        for indexes, vectors in self._embedder.slices(texts):
            found.update((digests[i], vector) for i, vector in zip(indexes, vectors, strict=True))
            if not go_on(len(found)):
                break
        return found
