"""Large libraries made without embedding: what memory the engine holds, and how long a question takes.

The ledger, the words and the vectors are written by the product's own stores; texts are random words, vectors lie in
clusters. Everything else is the real engine.
"""

import statistics
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from desktop.domain.documents import PassageSpan
from desktop.domain.files import FileState
from desktop.embedding.identity import read_identity
from desktop.engine.chosen_embedder import DEFAULT_EMBEDDER
from desktop.indexing.splitting import split_name
from desktop.platform_support.paths import DataFolders, data_folders
from desktop.storage.database import Database
from desktop.storage.file_table import Changes, FileStamp, FileTable
from desktop.storage.index_tables import shards_of
from desktop.storage.passage_ledger import NewPassages, PassageLedger
from desktop.storage.search_index import SearchIndex, WordRow
from tests.benchmarks.indexing.figures import Figure
from tests.benchmarks.indexing.memory_use import memory_of, peak_of
from tests.benchmarks.indexing.prose import Prose, vocabulary
from tests.support.running_engine import RunningEngine

LARGE, MILLION = 100_000, 1_000_000
EACH = 50  # passages of a file
BLOCK = 20_000
CLUSTERS, SPREAD = 2_000, 0.6
WORDS = 90  # of a passage
ASKED, WARM = 60, 10
MOST_LARGE, MOST_MILLION, MOST_MILLISECONDS = 700.0, 2_000.0, 150.0


def measure_large(scratch: Path) -> list[Figure]:
    return _measure("large", scratch, LARGE, MOST_LARGE, None)


def measure_million(scratch: Path) -> list[Figure]:
    return _measure("million", scratch, MILLION, MOST_MILLION, MOST_MILLISECONDS)


def _measure(part: str, scratch: Path, passages: int, most: float, milliseconds: float | None) -> list[Figure]:
    files = scratch / "files"
    files.mkdir()
    for n in range(passages // EACH):
        (files / f"{n}.txt").touch()
    started = time.monotonic()
    shards = make_library(data_folders(scratch / "library"), files, passages)
    made = time.monotonic() - started
    prose = Prose(17)
    with RunningEngine(scratch / "library") as engine:
        engine.call_pause(True)  # the files are empty: a scan would find them changed
        started = time.monotonic()
        engine.search("warm", 1)
        first = time.monotonic() - started
        questions = [prose.sentence() for _ in range(ASKED)]
        taken = [_milliseconds(engine, question) for question in questions][WARM:]
        wait_for_pause(engine)
        memory, peak = memory_of(engine.child.pid), peak_of(engine.child.pid)
    return [
        Figure(part, "passages", passages),
        Figure(part, "made in", made, "s"),
        Figure(part, "shards of vectors", shards),
        Figure(part, "first question of an engine", first, "s"),
        Figure(part, "keyword and vector search", statistics.median(taken), "ms", milliseconds),
        Figure(part, "the same, 95th percentile", float(np.quantile(taken, 0.95)), "ms"),
        Figure(part, "engine memory", memory / 1e6, "MB", most),
        Figure(part, "engine memory, peak", peak / 1e6, "MB", most),
    ]


def wait_for_pause(engine: RunningEngine) -> None:
    engine.wait_for(lambda status: status.progress.phase == "paused")


def _milliseconds(engine: RunningEngine, question: str) -> float:
    started = time.perf_counter()
    engine.search(question, 10)
    return (time.perf_counter() - started) * 1_000


def make_library(folders: DataFolders, files: Path, passages: int) -> int:
    """Writes it; says into how many shards the vectors were laid."""
    folders.library.mkdir(parents=True)
    database = Database(folders.database)
    identity = read_identity(folders.embedders / DEFAULT_EMBEDDER)
    table, ledger = FileTable(database), PassageLedger(database)
    index = SearchIndex(folders.vectors, f"vectors_{identity.revision[:16]}", identity.dimension)
    split_by = split_name(identity.revision)
    database.set_note("embedder", identity.revision)
    table.add_folder(str(files), False)
    (folder,) = table.folders()
    names = [str(files / f"{n}.txt") for n in range(passages // EACH)]
    stamp = FileStamp(0, 0, 0)
    table.apply(Changes(added=[(folder.id, name, stamp, FileState.WAITING, "", "text") for name in names]))
    ids = [file.id for file in table.known_files(folder.id).values()]
    vectors = _vectors(identity.dimension)
    for start in range(0, len(ids), BLOCK // EACH):
        block = ids[start : start + BLOCK // EACH]
        made = [_file(ledger, file_id, stamp, split_by) for file_id in block]
        _store(index, ledger, made, vectors)
    index.tidy()
    shards = shards_of(index._vectors)  # pyright: ignore[reportPrivateUsage]  # the benchmark says when an index pays
    database.close()
    return shards


def _file(ledger: PassageLedger, file_id: int, stamp: FileStamp, split_by: str) -> NewPassages:
    chance = np.random.default_rng(file_id)
    words = vocabulary()
    texts = [" ".join(words[i] for i in chance.integers(0, len(words), WORDS)) for _ in range(EACH)]
    place, spans = 0, list[PassageSpan]()
    for n, text in enumerate(texts):
        spans.append(PassageSpan(place, place + len(text), None, "", text, f"{file_id} {n}"))
        place += len(text)
    ids = tuple(ledger.reserve_ids(EACH))
    return NewPassages(
        file_id,
        stamp,
        f"{file_id}",
        "",
        "text",
        "english",
        tuple(spans),
        ("",) * EACH,
        ids,
        frozenset(),
        0,
        split_by,
    )


def _store(
    index: SearchIndex, ledger: PassageLedger, made: Sequence[NewPassages], vectors: Iterator[np.ndarray]
) -> None:
    rows = [
        WordRow(i, new.file_id, tuple(span.text.split()), tuple(span.text.split()))
        for new in made
        for i, span in zip(new.ids, new.spans, strict=True)
    ]
    index.add_words(rows)
    ledger.replace(made)
    ids = [row.id for row in rows]
    index.add_vectors(ids, [row.file_id for row in rows], np.stack([next(vectors) for _ in ids]))
    ledger.mark_embedded(ids, 0, {})


def _vectors(dimension: int) -> Iterator[np.ndarray]:
    """Unit vectors around so many middles, as those of texts lie in topics."""
    chance = np.random.default_rng(1)
    middles = chance.normal(0, 1, (CLUSTERS, dimension)).astype(np.float32)
    while True:
        found = middles[chance.integers(0, CLUSTERS, BLOCK)]
        found = found + chance.normal(0, SPREAD, found.shape).astype(np.float32)
        yield from found / np.linalg.norm(found, axis=1, keepdims=True)
