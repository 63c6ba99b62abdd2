"""Nothing is lost when a process dies: reader, runner or engine, in the middle of its work."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.domain.answers import AnswerState
from desktop.protocol import engine_messages as m
from desktop.protocol.common_messages import Nothing
from desktop.protocol.lines import Event, event_name
from tests.support.running_engine import RunningEngine, small_model_path

WORDS = "amber basalt cedar delta ember fjord garnet harbour island juniper kelp lagoon".split()


def make_files(folder: Path, count: int) -> None:
    folder.mkdir()
    for i in range(count):
        pairs = [(WORDS[(i + n) % 12], WORDS[(i * n) % 12]) for n in range(40)]
        lines = [f"Note {i}, line {n}: the {one} met the {other} at {n}." for n, (one, other) in enumerate(pairs)]
        (folder / f"note-{i:03}.txt").write_text("\n\n".join(lines), encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_files(tmp_path / "documents", 30)
    return tmp_path / "documents"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[RunningEngine]:
    with RunningEngine(tmp_path / "library") as engine:
        yield engine


def test_a_killed_engine_goes_on_where_it_was(tmp_path: Path, folder: Path) -> None:
    for wanted in ("reading", "embedding"):
        with RunningEngine(tmp_path / "library") as engine:
            engine.call(m.ADD, m.Paths((str(folder),)))
            engine.wait_for(lambda s, w=wanted: s.progress.phase in (w, "idle"))
            engine.kill()
    with RunningEngine(tmp_path / "library") as engine:
        status = engine.wait_until_indexed()
        assert status.counts == {"indexed": 30}
        assert status.covered == 1
        assert engine.call(m.CHECK, Nothing()).problems == ()


def test_a_killed_file_reader_costs_no_file(engine: RunningEngine, folder: Path) -> None:
    engine.call(m.ADD, m.Paths((str(folder),)))
    engine.wait_for(lambda s: "desktop.reading.process" in engine.children() or s.progress.phase == "idle")
    if pid := engine.children().get("desktop.reading.process"):
        os.kill(pid, signal.SIGKILL)
    status = engine.wait_until_indexed()
    assert status.counts == {"indexed": 30}


def killed_while_answering(engine: RunningEngine) -> tuple[m.Asked, Event]:
    """Kills the runner at the first words of an answer; again when a short answer was done before the kill."""
    for _ in range(5):
        engine.ask("Which line says that the delta met the garnet?", model=small_model_path())  # loads the model
        runner = engine.children()["desktop.llm.process"]
        asked = engine.start_asking(
            "In note 3, which line says that the delta met the garnet?", model=small_model_path()
        )
        engine.event(m.AnswerText, asked.answer_id)
        os.kill(runner, signal.SIGKILL)
        ended = engine.first_event((m.AnswerFailed, m.AnswerFinished), asked.answer_id)
        if ended.name == event_name(m.AnswerFailed):
            return asked, ended
    raise AssertionError("every answer was finished before its runner was killed")


def test_a_killed_runner_keeps_the_words_written_so_far(engine: RunningEngine, folder: Path) -> None:
    if not small_model_path().exists():
        pytest.skip("the small test model is not installed: python3 -m installer setup --model tiny")
    engine.add(folder)
    asked, failed = killed_while_answering(engine)
    assert failed.params["title"]
    (answer,) = engine.call(m.READ_CONVERSATION, m.ConversationId(asked.conversation_id)).answers
    assert answer.state is AnswerState.INTERRUPTED
    assert answer.text
    again = engine.ask("In note 3, which line says that the delta met the garnet?", model=small_model_path())
    assert again.state is AnswerState.FINISHED


def test_an_answer_survives_the_engine(tmp_path: Path, folder: Path) -> None:
    if not small_model_path().exists():
        pytest.skip("the small test model is not installed: python3 -m installer setup --model tiny")
    with RunningEngine(tmp_path / "library") as engine:
        engine.add(folder)
        done = engine.ask("In note 3, which line says that the delta met the garnet?", model=small_model_path())
        engine.kill()
    with RunningEngine(tmp_path / "library") as engine:
        (answer,) = engine.call(m.READ_CONVERSATION, m.ConversationId(done.conversation_id)).answers
        assert answer == done


def test_a_damaged_index_is_made_again(tmp_path: Path, folder: Path) -> None:
    with RunningEngine(tmp_path / "library") as engine:
        engine.add(folder)
    for manifest in (tmp_path / "library" / "passages.lance").rglob("*.manifest"):
        manifest.write_bytes(b"")
    with RunningEngine(tmp_path / "library") as engine:
        status = engine.wait_until_indexed()
        assert status.counts == {"indexed": 30}
        assert any("damaged" in notice for notice in status.notices)
        engine.wait_until_found("garnet")
        assert engine.call(m.CHECK, Nothing()).problems == ()


def test_check_finds_what_rebuild_mends(engine: RunningEngine, folder: Path) -> None:
    engine.add(folder)
    before = engine.status()
    engine.call(m.REBUILD, Nothing())
    after = engine.wait_for(lambda s: s.progress.phase == "idle" and s.covered == 1)
    assert engine.call(m.CHECK, Nothing()).problems == ()
    assert after.files_read == before.files_read
    assert engine.search("garnet")


def test_two_engines_share_one_library(tmp_path: Path, folder: Path, engine: RunningEngine) -> None:
    engine.add(folder)
    with RunningEngine(tmp_path / "library") as second:
        assert second.status().counts == {"indexed": 30}
        assert second.search("garnet") == engine.search("garnet")


def test_the_engine_ends_when_its_parent_does(tmp_path: Path) -> None:
    with RunningEngine(tmp_path / "library") as engine:
        process = engine.child.process
        engine.child.close()
        started = time.monotonic()
        assert process.wait(20) == 0
        assert time.monotonic() - started < 20
