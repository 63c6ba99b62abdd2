"""How long questions take among many passages: beside the bare searches, and while the engine indexes.

Ours and the bare ones are asked in turn, so that a busy moment of the computer falls on all of them.
"""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import lancedb
import numpy as np
from lancedb.index import FTS, IvfFlat
from lancedb.rerankers import RRFReranker

from desktop.protocol import engine_messages as m
from desktop.storage.passage_ledger import LedgerPassage
from tests.benchmarks.finding.enlarging import write_new_files
from tests.benchmarks.finding.libraries import BOTH, LEGS, Library
from tests.benchmarks.finding.report import Figures, load_now
from tests.benchmarks.finding.scoring import RESULTS
from tests.support.running_engine import RunningEngine

LARGE = 100_000
WARM, ASKED = 20, 200
PAUSE = 0.5  # seconds, at most, between questions while indexing runs
PATIENCE = 1_800.0
BARE, BARE_INDEXED = "bare LanceDB hybrid", "bare LanceDB hybrid, vectors indexed"
MILLISECONDS, MOST_TIMES_BARE, MOST_TIMES_MEDIAN = 60.0, 1.5, 2.0

Work = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of many questions."""

    median: float
    percentile_95: float
    questions: int


def times(taken: Sequence[float]) -> Times:
    return Times(statistics.median(taken), float(np.quantile(taken, 0.95)), len(taken))


def in_turn(works: Mapping[str, Work], questions: Sequence[str]) -> dict[str, Times]:
    """Every question to every work, another one first each time; the first few questions don't count."""
    names = list(works)
    taken: dict[str, list[float]] = {name: [] for name in names}
    for n, question in enumerate(questions):
        for name in (*names[n % len(names) :], *names[: n % len(names)]):
            taken[name].append(_milliseconds(works[name], question))
    return {name: times(of_work[WARM:]) for name, of_work in taken.items()}


def bare_hybrid(folder: Path, library: Library, indexed: bool) -> Work:
    """LanceDB's own hybrid query over the same texts and vectors, with the embedding of the question."""
    passages = library.passages()
    connection: Any = lancedb.connect(folder)
    table: Any = None
    for start in range(0, len(passages), 5_000):
        part = passages[start : start + 5_000]
        vectors = library.index.vectors_of([passage.id for passage in part])
        rows = [{"n": p.id, "text": p.text, "vector": vectors[p.id]} for p in part]
        if table is None:
            table = connection.create_table("passages", rows)
        else:
            table.add(rows)
    table.create_index("text", config=FTS())
    if indexed:
        table.create_index("vector", config=IvfFlat(distance_type="dot"))
    table.optimize()
    fusing = RRFReranker()

    def ask(question: str) -> object:
        vector = library.embedder.embed([question], query=True)[0]
        query = table.search(query_type="hybrid", vector_column_name="vector", fts_columns="text")
        return query.vector(vector).text(question).rerank(fusing).limit(RESULTS).to_list()

    return ask


def beside_bare(library: Library, scratch: Path, questions: Sequence[str]) -> dict[str, Times]:
    works: dict[str, Work] = {leg: library.system(leg) for leg in LEGS}
    works[BARE] = bare_hybrid(scratch / "bare", library, indexed=False)
    works[BARE_INDEXED] = bare_hybrid(scratch / "bare indexed", library, indexed=True)
    works["bare embedding"] = lambda question: library.embedder.embed([question], query=True)
    return in_turn(works, questions[: WARM + ASKED])


def while_indexing(
    data: Path, scratch: Path, passages: Sequence[LedgerPassage], questions: Sequence[str]
) -> dict[str, Times]:
    """Through the engine that indexes: first at rest, then while it reads and embeds new files of such passages."""
    with RunningEngine(data) as engine:
        _wait_for_rest(engine)
        quiet = [_milliseconds(engine.search, question) for question in questions[: WARM + ASKED]]
        chance, busy = np.random.default_rng(7), list[float]()
        folders = 0
        for question in (questions[i % len(questions)] for i in range(20 * ASKED)):
            if engine.status().progress.phase == "idle":
                folders += 1
                new = write_new_files(scratch / f"new {folders}", passages, 20, 150, folders)
                engine.call(m.ADD, m.Paths((str(new),)))
                continue
            busy.append(_milliseconds(engine.search, question))
            if len(busy) == ASKED:
                break
            time.sleep(chance.uniform(0, PAUSE))
    return {"engine at rest": times(quiet[WARM:]), "engine indexing": times(busy)}


def broken_times(measured: Mapping[str, Times], passages: int) -> list[str]:
    broken: list[str] = []
    ours, bare = measured[BOTH], measured[BARE]
    if ours.median >= MILLISECONDS:
        broken.append(f"{passages} passages: a question takes {ours.median:.1f} ms, not under {MILLISECONDS:.0f}")
    if ours.median > MOST_TIMES_BARE * bare.median:
        broken.append(f"{passages} passages: a question takes {ours.median / bare.median:.2f} times the bare query")
    busy = measured["engine indexing"]
    if busy.percentile_95 >= MOST_TIMES_MEDIAN * busy.median:
        broken.append(
            f"{passages} passages, while indexing: the 95th percentile is "
            f"{busy.percentile_95 / busy.median:.2f} times the median"
        )
    return broken


def lines(measured: Mapping[str, Times], passages: int) -> list[str]:
    ratio = measured[BOTH].median / measured[BARE].median
    return [
        *(
            f"{passages} passages, {name}: median {taken.median:.1f} ms, 95th percentile {taken.percentile_95:.1f} ms, "
            f"{taken.questions} questions"
            for name, taken in measured.items()
        ),
        f"{passages} passages: {ratio:.2f} times the bare hybrid query with the bare embedding; load {load_now()}",
    ]


def figures(measured: Mapping[str, Times], passages: int) -> Figures:
    return {"passages": passages, "load": load_now(), **{name: asdict(taken) for name, taken in measured.items()}}


def _milliseconds(work: Work, question: str) -> float:
    started = time.perf_counter()
    work(question)
    return (time.perf_counter() - started) * 1_000


def _wait_for_rest(engine: RunningEngine) -> None:
    deadline = time.monotonic() + PATIENCE
    while engine.status().progress.phase != "idle":
        if time.monotonic() > deadline:
            raise TimeoutError("the engine found no rest")
        time.sleep(0.5)
