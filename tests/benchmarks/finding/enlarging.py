"""Makes a library large without embedding it: each new passage is half of one and half of another of the same file.

The texts and vectors are new, words are as frequent as they were, and the files on disk stay as they are.
"""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from desktop.indexing.passage_words import FileWords, PassageWords, word_rows
from desktop.storage.passage_ledger import LedgerPassage
from desktop.storage.search_index import WordRow
from tests.benchmarks.finding.libraries import Library

NOISE = 0.01  # of each number of a vector
FAR = 1_000_000  # by so many places and characters a copy stands behind the one before
INSERT = (
    'INSERT INTO passages (id, file_id, ordinal, start, "end", page, heading, text, digest, gap, embedded) '
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)"
)


def enlarge(library: Library, wanted: int) -> int:
    """Adds passages to every file until there are so many in all; says how many there are then."""
    files = [library.ledger.of_file(file_id) for file_id in library.ledger.files_of(None)]
    originals = [passage for file in files for passage in file]
    vectors = library.index.vectors_of([passage.id for passage in originals])
    chance = np.random.default_rng(7)
    copies = math.ceil(wanted / len(originals)) - 1
    for copy in range(1, copies + 1):
        partners = [[file[i] for i in chance.permutation(len(file))] for file in files]
        made = [_recombined(library, *pair, copy) for pair in zip(files, partners, strict=True)]
        _store(library, [passage for file in made for passage in file], [row for file in made for row in _rows(file)])
        others = [passage for file in partners for passage in file]
        stack = np.stack([vectors[a.id] + vectors[b.id] for a, b in zip(originals, others, strict=True)])
        stack += chance.normal(0, NOISE, stack.shape).astype(np.float32)
        ids = [passage.id for file in made for passage in file]
        unit = stack / np.linalg.norm(stack, axis=1, keepdims=True)
        library.index.add_vectors(ids, [passage.file_id for passage in originals], unit)
    library.index.tidy()
    return len(originals) * (copies + 1)


def _recombined(
    library: Library, file: Sequence[LedgerPassage], partners: Sequence[LedgerPassage], copy: int
) -> list[LedgerPassage]:
    made: list[LedgerPassage] = []
    end = copy * FAR
    ids = library.ledger.reserve_ids(len(file))
    for passage_id, own, other in zip(ids, file, partners, strict=True):
        text = f"{own.text[: len(own.text) // 2].strip()} {other.text[len(other.text) // 2 :].strip()}"
        start, end = end + len(own.gap), end + len(own.gap) + len(text)
        place = (passage_id, own.file_id, own.path, copy * FAR + own.ordinal, start, end, own.page, own.heading)
        file_wide = (own.title, own.header, own.language)
        made.append(LedgerPassage(*place, text, f"{own.digest}+{copy}", own.gap, *file_wide))
    return made


def _rows(made: Sequence[LedgerPassage]) -> list[WordRow]:
    if not made:
        return []
    file = FileWords(made[0].file_id, made[0].title, made[0].language)
    return word_rows(file, [PassageWords(p.id, p.heading, p.header, p.text) for p in made], {p.id for p in made})


def _store(library: Library, made: Sequence[LedgerPassage], rows: Sequence[WordRow]) -> None:
    with library.database.transaction() as connection:
        for p in made:
            place = (p.id, p.file_id, p.ordinal, p.start, p.end, p.page)
            connection.execute(INSERT, (*place, p.heading, p.text, p.digest, p.gap))
    library.index.add_words(rows)


def write_new_files(folder: Path, passages: Sequence[LedgerPassage], files: int, each: int, seed: int) -> Path:
    """So many text files of so many halves of passages, in an order that no other file has."""
    folder.mkdir(parents=True)
    chance = np.random.default_rng(seed)
    for n in range(files):
        chosen = [passages[i] for i in chance.integers(0, len(passages), each)]
        (folder / f"{n}.txt").write_text("\n\n".join(_halves(chosen)), encoding="utf-8", errors="replace")
    return folder


def _halves(passages: Sequence[LedgerPassage]) -> Iterator[str]:
    for passage in passages:
        yield passage.text[len(passage.text) // 3 :].strip()
