"""Indexing gives the processor away: all of it to an answer, half of it to somebody who is at the computer."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from desktop.embedding.embedder import Embedder, load_embedder
from desktop.engine.shared_embedder import SharedEmbedder
from desktop.indexing.giving_way import GivingWay
from desktop.indexing.indexer import Indexer
from desktop.indexing.passage_maker import PassageMaker
from desktop.indexing.reading_queue import IndexerParts
from desktop.indexing.upkeep import IndexUpkeep
from desktop.platform_support.paths import data_folders
from desktop.protocol import engine_messages as m
from desktop.protocol.codec import decode
from desktop.storage.search_index import SearchIndex
from tests.support.running_engine import RunningEngine, small_model_path
from tests.unit.indexing.test_reading_queue import Desk

FILES = 2_500
COVERAGE = r"([\d,]+) files are still to be read; (\d+) % of the passages are searched by meaning, all by words"


def test_nothing_is_read_while_an_answer_is_made_and_all_goes_on_after_it(tmp_path: Path) -> None:
    if not small_model_path().exists():
        pytest.skip("the small test model is not installed: python3 -m installer setup --model tiny")
    folder = tmp_path / "documents"
    folder.mkdir()
    for n in range(FILES):
        (folder / f"{n}.txt").write_text(f"The harbour master of pier {n} keeps a lantern.", encoding="utf-8")
    with RunningEngine(tmp_path / "library") as engine:
        engine.call(m.ADD, m.Paths((str(folder),)))
        engine.wait_for(lambda s: s.counts.get("indexed", 0) > 0)
        asked = engine.start_asking("Who keeps a lantern at the pier?", model=small_model_path())
        while engine.event(m.AnswerStage, asked.answer_id).params["stage"] != "loading":
            pass
        before = engine.status()
        engine.event(m.AnswerText, asked.answer_id)
        engine.call(m.CANCEL_ANSWER, m.AnswerId(asked.answer_id))
        finished = engine.event(m.AnswerFinished, asked.answer_id)
        coverage = decode(m.AnswerFinished, finished.params).answer.coverage
        assert 0 < before.progress.done < FILES
        waited = re.search(COVERAGE, coverage)
        assert waited is not None, coverage
        # what was told while the model was loaded was still so when the answer was written
        assert int(waited[1].replace(",", "")) == before.counts["waiting"]
        engine.wait_for(lambda s: s.progress.done > before.progress.done)


class Chain(Desk):
    """From the window's word to the embedder's runtime, all real, on a computer with so many cores."""

    def __init__(self, home: Path, embedder: Embedder, cores: int) -> None:
        super().__init__(home)
        index = SearchIndex(home / "library" / "vectors", "vectors", embedder.identity.dimension)
        old = self.parts
        self.chain = IndexerParts(
            old.ledger,
            IndexUpkeep(old.ledger, index),
            PassageMaker(old.ledger, index, SharedEmbedder(embedder), "words"),
            old.reader,
            old.note,
            old.recognition,
        )
        self.indexer = Indexer(
            self.files,
            lambda _: self.chain,
            on_progress=lambda _: None,
            on_change=lambda: None,
            manners=GivingWay(lambda: False, lambda: False, cores=cores),
            watch=False,
        )

    def wait_until_embedded(self, passages: int) -> None:
        deadline = time.monotonic() + 60
        while self.ledger.totals() != (passages, passages) or not self.indexer.idle:
            assert time.monotonic() < deadline, self.ledger.totals()
            time.sleep(0.02)


@contextmanager
def chain(home: Path, embedder: Embedder, cores: int) -> Iterator[Chain]:
    made = Chain(home, embedder, cores)
    try:
        yield made
    finally:
        made.indexer.stop()
        made.note.close()
        made.database.close()


def test_the_embedder_has_half_the_cores_while_somebody_is_there(tmp_path: Path) -> None:
    shelf = data_folders().embedders / "all-MiniLM-L6-v2"
    if not (shelf / "fast").is_dir():
        pytest.skip("the embedder is not installed: python3 -m installer setup")
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "a.txt").write_text("The password of the boathouse is marmalade.")
    embedder = load_embedder(shelf)
    with chain(tmp_path, embedder, cores=2) as made:
        made.indexer.start()
        made.wait_until_embedded(1)
        assert embedder.threads is None, "nobody is there: as many as it likes"
        made.indexer.user_is_active()
        (tmp_path / "documents" / "b.txt").write_text("The lighthouse keeper is called Bramblewick.")
        made.indexer.scan()
        made.wait_until_embedded(2)
        assert embedder.threads == 1
