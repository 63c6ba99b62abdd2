"""How well and how fast Footnote finds: `python3 -m installer bench find [--large]`. Fails where a promise is broken.

Each set of questions is indexed by the real engine and searched by the real finder, by each leg alone and by both.
The questions are halved by their id: the first half is for tuning, the second for judging.
"""

import argparse
import functools
import hashlib
import importlib.util
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from desktop.answering.finding import CANDIDATES, PassageFinder
from desktop.embedding.embedder import load_embedder
from desktop.embedding.identity import read_identity
from desktop.engine.heavy_parts import DEFAULT_EMBEDDER, SharedEmbedder
from desktop.indexing.passage_words import FileWords, word_rows
from desktop.platform_support.environment import child_environment
from desktop.platform_support.paths import DataFolders, data_folders
from desktop.storage.analysis import query_terms
from desktop.storage.database import Database
from desktop.storage.file_table import FileTable
from desktop.storage.passage_ledger import PassageLedger
from desktop.storage.search_index import SearchIndex

EVALUATION = Path(__file__).resolve().parents[3] / "shared" / "eval"
SETS = {"chroma_chunking": None, "xquad_en": 300, "xquad_de": 300, "xquad_zh": 300}  # at most so many questions
RESULTS = 10
BUDGET = 4_000  # characters of the results that count as read
GOLD = f"gold@{BUDGET}"
METRICS = ("hit@1", "recall@5", "ndcg@10", "ctx_recall@5", "ctx_iou@5", GOLD)
LEGS = ("keywords", "vectors", "both")
PROMISES = {"ndcg@10": 0.85, "ctx_recall@5": 0.86, "ctx_iou@5": 0.075, GOLD: 0.90}  # for chroma_chunking, by both
GIVES_WAY = 0.005  # by so much both legs may stay behind the better one
MEDIAN_LENGTH, LONGEST = 900, 1_500
LARGE, LARGE_MILLISECONDS, MOST_TIMES_BARE = 100_000, 60.0, 1.5


class NoWords(SearchIndex):
    """The index without its keywords."""

    def find_words(self, terms: Sequence[str], limit: int) -> list[tuple[int, float]]:
        return []


@dataclass(frozen=True, slots=True)
class Library:
    """A library that is open for searching."""

    database: Database
    files: FileTable
    ledger: PassageLedger
    index: SearchIndex
    vectors_only: SearchIndex
    embedder: SharedEmbedder

    def finder(self, leg: str) -> PassageFinder:
        index = self.vectors_only if leg == "vectors" else self.index
        return PassageFinder(self.files, self.ledger, index, lambda: None if leg == "keywords" else self.embedder)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One leg over one set: the scorer's result, and how long the passages were."""

    name: str
    leg: str
    result: dict[str, Any]
    lengths: list[int]


def scorer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("score", EVALUATION / "score.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def indexed(folders: DataFolders, documents: Path) -> None:
    command = [sys.executable, "-m", "desktop.cli.main", "--data", str(folders.library), "add", "--wait"]
    subprocess.run([*command, str(documents)], check=True, stdout=subprocess.DEVNULL, env=child_environment())


def opened(folders: DataFolders) -> Library:
    database = Database(folders.database)
    embedder = folders.embedders / DEFAULT_EMBEDDER
    identity = read_identity(embedder)
    vectors = f"vectors_{identity.revision[:16]}"
    index = SearchIndex(folders.vectors, vectors, identity.dimension)
    vectors_only = NoWords(folders.vectors, vectors, identity.dimension)
    shared = SharedEmbedder(load_embedder(embedder))
    return Library(database, FileTable(database), PassageLedger(database), index, vectors_only, shared)


def gold_within(score: ModuleType, chunks: Sequence[Any], gold: Sequence[Any]) -> float:
    """The share of the gold text inside the first characters of the results, in their order."""
    left, read = BUDGET, []
    for document, start, end in chunks:
        if start is not None and left > 0:
            read.append((document, start, min(end, start + left)))
            left -= end - start
    return float(score._context(read, gold)[0]) if read else 0.0


def measured(score: ModuleType, questions: Any, library: Library, leg: str) -> Outcome:
    finder, lengths = library.finder(leg), []
    within: list[float] = []
    by_question = {question["question"]: question for question in questions.questions}

    def retrieve(question: str) -> list[tuple[str, int, int, str]]:
        found = [(p.file, p.start, p.end, p.text) for p in finder.find(question, RESULTS)]
        lengths.extend(len(text) for *_, text in found)
        chunks = score._chunks(questions, found)
        within.append(gold_within(score, chunks, by_question[question]["gold"]))
        return found

    result = score.score(questions, retrieve)
    for row, share in zip(result["rows"], within, strict=True):
        row[GOLD] = share
    return Outcome(questions.name, leg, result, lengths)


def half_of(row: dict[str, Any]) -> int:
    return hashlib.sha256(str(row["qid"]).encode()).digest()[0] & 1


def mean(rows: Sequence[dict[str, Any]], metric: str) -> float:
    return statistics.fmean(row[metric] for row in rows)


def table(score: ModuleType, outcomes: Sequence[Outcome]) -> Iterator[str]:
    yield "Mean, and its 95 % interval by bootstrap"
    yield f"{'set':<16}{'leg':<10}{'half':<8}{'n':>4}" + "".join(f"{metric:>22}" for metric in METRICS)
    for outcome in outcomes:
        rows = outcome.result["rows"]
        for half, chosen in (
            ("tuning", [row for row in rows if not half_of(row)]),
            ("judging", [row for row in rows if half_of(row)]),
            ("all", rows),
        ):
            cells = ""
            for metric in METRICS:
                low, high = score.ci({"rows": chosen}, metric)
                cells += f"{mean(chosen, metric):>8.3f} ({low:.3f}-{high:.3f})"
            yield f"{outcome.name:<16}{outcome.leg:<10}{half:<8}{len(chosen):>4}{cells}"
        yield (
            f"{'':<26}passages: median {statistics.median(outcome.lengths):.0f}, longest {max(outcome.lengths)} "
            f"characters; a question takes {outcome.result['latency_ms']['p50']:.1f} ms (median)"
        )


def broken_promises(outcomes: Sequence[Outcome]) -> Iterator[str]:
    for name in dict.fromkeys(outcome.name for outcome in outcomes):
        of_set = {outcome.leg: outcome for outcome in outcomes if outcome.name == name}
        rows = {leg: outcome.result["rows"] for leg, outcome in of_set.items()}
        for metric in ("recall@5", "ndcg@10"):
            better = max(mean(rows[leg], metric) for leg in ("keywords", "vectors"))
            if mean(rows["both"], metric) < better - GIVES_WAY:
                yield f"{name}: {metric} of both legs is behind the better one alone"
        lengths = of_set["both"].lengths
        if statistics.median(lengths) > MEDIAN_LENGTH or max(lengths) > LONGEST:
            yield f"{name}: passages are too long"
        if name == "chroma_chunking":
            for metric, least in PROMISES.items():
                if mean(rows["both"], metric) < least:
                    yield f"{name}: {metric} is under {least}"


def multiply(library: Library, wanted: int) -> int:
    """Copies every passage, each with a number of its own in its text, until there are so many."""
    originals = [p for file_id in library.ledger.files_of(None) for p in library.ledger.of_file(file_id)]
    vectors = library.index.vectors_of([p.id for p in originals])
    step, chance = max(p.id for p in originals) + 1, np.random.default_rng(7)
    passages = [(p.id, p.heading, p.text) for p in originals]
    rows = word_rows(FileWords(0, "", "", "english"), passages, {p.id for p in originals})
    copies = wanted // len(originals)
    for copy in range(1, copies + 1):
        with library.database.transaction() as connection:
            connection.execute("CREATE TEMP TABLE copied AS SELECT * FROM passages WHERE id < ?", (step,))
            connection.execute(
                "UPDATE copied SET id = id + ?, ordinal = ordinal + ?, text = text || ' ' || id",
                (copy * step, copy * 1_000_000),
            )
            connection.execute("INSERT INTO passages SELECT * FROM copied")
            connection.execute("DROP TABLE copied")
        ids = [p.id + copy * step for p in originals]
        stack = np.stack([vectors[p.id] for p in originals])
        noisy = stack + chance.normal(0, 0.02, stack.shape).astype(np.float32)
        library.index.add_words([replace(row, id=row.id + copy * step) for row in rows])
        library.index.add_vectors(ids, [0] * len(ids), noisy / np.linalg.norm(noisy, axis=1, keepdims=True))
    library.index.tidy()
    return len(originals) * (copies + 1)


def milliseconds(work: Callable[[str], object], questions: Sequence[str]) -> list[float]:
    taken: list[float] = []
    for question in questions:
        started = time.perf_counter()
        work(question)
        taken.append((time.perf_counter() - started) * 1_000)
    return sorted(taken)


def large(folders: DataFolders, questions: Sequence[str]) -> list[str]:
    """Prints how long questions take among many passages, by the finder and bare; returns what is broken."""
    library = opened(folders)
    passages = multiply(library, LARGE)
    library.database.close()
    library = opened(folders)  # every table as it is now

    def bare(question: str) -> None:
        library.index.find_words(query_terms(question), CANDIDATES)
        library.index.find_vectors(library.embedder.embed([question], query=True)[0], CANDIDATES)

    works: dict[str, Callable[[str], object]] = {"bare embedder and index": bare}
    for leg in LEGS:
        works[leg] = functools.partial(library.finder(leg).find, limit=RESULTS)
    medians: dict[str, float] = {}
    for name, work in works.items():
        milliseconds(work, questions[:10])
        taken = milliseconds(work, questions[:200])
        medians[name] = statistics.median(taken)
        print(
            f"{passages} passages, {name}: median {medians[name]:.1f} ms, 95th {taken[int(len(taken) * 0.95)]:.1f} ms"
        )
    library.database.close()
    broken: list[str] = []
    if medians["both"] >= LARGE_MILLISECONDS:
        broken.append(f"a question takes {LARGE_MILLISECONDS:.0f} ms or more among {passages} passages")
    if medians["both"] > MOST_TIMES_BARE * medians["bare embedder and index"]:
        broken.append(f"a question takes more than {MOST_TIMES_BARE} times what its searches take")
    return broken


def main() -> int:
    parser = argparse.ArgumentParser(prog="find", description=__doc__)
    parser.add_argument("--large", action="store_true", help=f"also time questions among {LARGE} passages")
    parser.add_argument("--only", choices=SETS, help="this set alone")
    options = parser.parse_args()
    if not EVALUATION.is_dir():
        print(f"There are no question sets at {EVALUATION}: nothing was measured.")
        return 0
    if not (data_folders().embedders / DEFAULT_EMBEDDER).is_dir():
        print("There is no embedder: get one with `python3 -m installer run`. Nothing was measured.")
        return 0
    score, outcomes, broken = scorer(), [], []
    with tempfile.TemporaryDirectory() as scratch:
        for name in [options.only] if options.only else SETS:
            folders = data_folders(Path(scratch) / name)
            indexed(folders, EVALUATION / name / "docs")
            questions = score.EvalSet(EVALUATION / name, limit=SETS[name])
            library = opened(folders)
            outcomes += [measured(score, questions, library, leg) for leg in LEGS]
            library.database.close()
            if options.large and name == "chroma_chunking":
                broken += large(folders, [question["question"] for question in questions.questions])
    print("\n".join(table(score, outcomes)))
    if hasattr(os, "getloadavg"):
        print("load average:", [round(load, 1) for load in os.getloadavg()])
    broken += broken_promises(outcomes)
    for what in broken:
        print(f"BROKEN: {what}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
