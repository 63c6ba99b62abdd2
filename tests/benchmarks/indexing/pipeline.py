"""The whole way from files to searchable passages, beside the bare runtime; and how soon words alone are found."""

import json
import shutil
import statistics
import time
from collections import Counter
from pathlib import Path

from desktop.indexing.passage_context import embedding_text
from desktop.platform_support.paths import data_folders
from desktop.protocol import engine_messages as m
from desktop.storage.database import Database
from desktop.storage.passage_ledger import PassageLedger
from tests.benchmarks.indexing.embedding import Child
from tests.benchmarks.indexing.figures import Figure
from tests.benchmarks.indexing.prose import write_files
from tests.benchmarks.indexing.waiting import wait_for, wait_for_rest
from tests.support.running_engine import RunningEngine

PART = "pipeline"
FILES, PARAGRAPHS, ROUNDS = 300, 18, 3
LEAST_OF_BARE, MOST_UNTIL_WORDS = 0.85, 0.15
CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpus"
NOT_READ = frozenset({"waiting", "reading"})


def index_folder(data: Path, folder: Path) -> tuple[float, float, m.Status]:
    """(seconds until all words are found, until all vectors are there, what there is then)."""
    with RunningEngine(data) as engine:
        wait_for_rest(engine)
        started = time.monotonic()
        engine.call(m.ADD, m.Paths((str(folder),)))
        wait_for(engine, lambda s: bool(s.counts) and not NOT_READ & s.counts.keys())
        words = time.monotonic() - started
        status = wait_for(engine, lambda s: s.covered == 1.0 and not NOT_READ & s.counts.keys())
        return words, time.monotonic() - started, status


def measure(scratch: Path) -> list[Figure]:
    folder = write_files(scratch / "notes", FILES, PARAGRAPHS, 5)
    shutil.copytree(folder / "000", scratch / "few")
    for file in sorted((scratch / "few").iterdir())[20:]:
        file.unlink()
    index_folder(scratch / "library-few", scratch / "few")  # programs and models into the page cache
    index_folder(scratch / "library-first", folder)
    child = _bare_runtime(scratch / "library-first", scratch)
    bare, runs = [child.go()], list[tuple[float, float, m.Status]]()
    for number in range(ROUNDS):
        runs.append(index_folder(scratch / f"library-{number}", folder))
        bare.append(child.go())
    child.end()
    words, ours = (statistics.median(run[i] for run in runs) for i in (0, 1))
    # a computer is not equally fast all the time: each run is held against the bare ones before and after it
    ratios = [(before + after) / 2 / run[1] for run, before, after in zip(runs, bare, bare[1:], strict=False)]
    passages = runs[-1][2].passages_embedded
    return [
        Figure(PART, "files", FILES),
        Figure(PART, "passages", passages),
        Figure(PART, "files to searchable", passages / ours, "passages/s"),
        Figure(PART, "bare runtime, same passages", passages / statistics.median(bare), "passages/s"),
        Figure(PART, "of the bare runtime", statistics.median(ratios), "", LEAST_OF_BARE, True),
        Figure(PART, "all words found after, of the whole time", words / ours, "", MOST_UNTIL_WORDS),
    ]


def _bare_runtime(library: Path, scratch: Path) -> Child:
    """The runtime alone, in its own process, for the very texts that the engine embedded."""
    database = Database(data_folders(library).database)
    ledger = PassageLedger(database)
    passages = {p.digest: p for file_id in ledger.files_of(None) for p in ledger.of_file(file_id)}.values()
    database.close()
    file = scratch / "texts.json"
    texts = [embedding_text(p.title, p.heading, p.header, p.text) for p in passages]
    file.write_text(json.dumps(texts), encoding="utf-8")
    return Child("best", file, scratch)


def measure_formats(scratch: Path) -> list[Figure]:
    """Real PDF and office files, where the corpus is at hand."""
    figures: list[Figure] = []
    for kind in ("pdf", "office"):
        folder = CORPUS / kind
        if not folder.is_dir():
            print(f"formats: no {kind} files at {folder}: skipped")
            continue
        words, vectors, status = index_folder(scratch / f"library-{kind}", folder)
        states = Counter(status.counts)
        figures += [
            Figure(kind, "files", sum(states.values())),
            Figure(kind, "files indexed", states["indexed"]),
            Figure(kind, "files to words", sum(states.values()) / words, "files/s"),
            Figure(kind, "files to searchable", status.passages_embedded / vectors, "passages/s"),
        ]
    return figures
