"""Requests that are refused, repeated or come at a bad moment, to one real engine."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.domain.answers import AnswerState
from desktop.domain.errors import UserError
from desktop.protocol import engine_messages as m
from desktop.protocol.common_messages import Nothing
from tests.support.running_engine import RunningEngine, small_model_path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("documents")
    (folder / "lease.md").write_text("# Lease\n\nEither party may end the lease with three months written notice.\n")
    return folder


@pytest.fixture(scope="module")
def engine(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEngine]:
    with RunningEngine(tmp_path_factory.mktemp("data") / "library") as engine:
        engine.add(folder)
        yield engine


@pytest.mark.parametrize("question", ["", " \n\t"])
def test_an_empty_question_is_refused(engine: RunningEngine, question: str) -> None:
    with pytest.raises(UserError, match="empty"):
        engine.start_asking(question)


def test_a_missing_model_is_said(engine: RunningEngine, folder: Path) -> None:
    asked = engine.start_asking("How long is the notice?", model=folder / "no.gguf")
    failed = engine.event(m.AnswerFailed, asked.answer_id)
    assert "no model at" in failed.params["title"]


def test_a_deleted_conversation_takes_no_question(engine: RunningEngine, folder: Path) -> None:
    asked = engine.start_asking("How long?", model=folder / "no.gguf")
    engine.event(m.AnswerFailed, asked.answer_id)
    this = m.ConversationId(asked.conversation_id)
    engine.call(m.DELETE_CONVERSATION, this)
    with pytest.raises(UserError, match="does not exist"):
        engine.start_asking("And then?", asked.conversation_id)
    engine.call(m.RESTORE_CONVERSATION, this)
    engine.call(m.RENAME_CONVERSATION, m.RenameConversation(asked.conversation_id, "  The\nlease "))
    listed = engine.call(m.LIST_CONVERSATIONS, m.ListConversations("the LEASE", 0, 10)).conversations
    assert [c.title for c in listed if c.id == asked.conversation_id] == ["The lease"]
    with pytest.raises(UserError, match="needs a name"):
        engine.call(m.RENAME_CONVERSATION, m.RenameConversation(asked.conversation_id, " "))


def test_stopping_a_question_that_waits_leaves_the_one_before_it_alone(engine: RunningEngine) -> None:
    if not small_model_path().exists():
        pytest.skip("the small test model is not installed: python3 -m installer setup --model tiny")
    first = engine.start_asking("How long is the notice of the lease?", model=small_model_path())
    second = engine.start_asking("Who may end the lease?", model=small_model_path())
    engine.call(m.CANCEL_ANSWER, m.AnswerId(second.answer_id))
    done = engine.event(m.AnswerFinished, first.answer_id).params["answer"]
    stopped = engine.event(m.AnswerFinished, second.answer_id).params["answer"]
    assert (done["state"], stopped["state"]) == (AnswerState.FINISHED, AnswerState.STOPPED)


def test_what_can_not_be_added_is_said(engine: RunningEngine, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link.txt").symlink_to(folder / "lease.md")
    with pytest.raises(UserError, match="does not exist"):
        engine.add(tmp_path / "nothing")
    with pytest.raises(UserError, match="neither a folder nor an ordinary file"):
        engine.add(tmp_path / "link.txt")
    kinds = {
        Path(item.path).name: item.kind
        for item in engine.call(
            m.PREVIEW_ADD,
            m.Paths(tuple(map(str, (folder, folder / "lease.md", tmp_path / "link.txt", tmp_path / "x")))),
        ).items
    }
    assert kinds == {folder.name: "folder", "lease.md": "file", "link.txt": "refused", "x": "refused"}


def test_adding_what_is_known_scans_it(engine: RunningEngine, folder: Path) -> None:
    before = engine.status()
    after = engine.add(folder, folder / "lease.md")
    assert (after.folders, after.files_read) == (before.folders, before.files_read)


def test_a_file_can_be_read_again_by_hand(engine: RunningEngine, folder: Path) -> None:
    (file,) = engine.call(m.LIST_FILES, m.ListFiles("", "lease", 0, 10)).files
    engine.call(m.RETRY_FILE, m.FileId(file.id))
    assert engine.wait_until_indexed().counts == {"indexed": 1}
    with pytest.raises(UserError, match="not in the library"):
        engine.call(m.RETRY_FILE, m.FileId(10_000))
    with pytest.raises(UserError, match="not in the library"):
        engine.call(m.OPEN_TEXT, m.OpenText(10_000, 0, 1, False))


def test_work_that_arrives_at_any_moment_is_finished(engine: RunningEngine) -> None:
    """Idle is never said while something waits, and always in the end."""
    (file,) = engine.call(m.LIST_FILES, m.ListFiles("", "lease", 0, 10)).files
    for pause in (0.0, 0.001, 0.005, 0.02, 0.05, 0.1, 0.15):
        engine.call(m.RETRY_FILE, m.FileId(file.id))
        assert engine.wait_until_indexed().counts == {"indexed": 1}
        time.sleep(pause)  # so that requests meet every part of the indexer's rest


def test_settings_are_checked(engine: RunningEngine) -> None:
    values = engine.call(m.READ_SETTINGS, Nothing()).values
    assert engine.call(m.CHANGE_SETTING, m.Setting("answer_tokens", values["answer_tokens"])).values == values
    for name, value in (("answer_tokens", "nonsense"), ("answer_tokens", '"many"'), ("no_such_setting", "1")):
        with pytest.raises(UserError):
            engine.call(m.CHANGE_SETTING, m.Setting(name, value))


def test_check_during_work_finds_no_damage(engine: RunningEngine, folder: Path) -> None:
    for n in range(40):
        (folder / f"more-{n}.txt").write_text(f"Note {n} speaks of barley.")
    engine.call_rescan()
    while engine.status().progress.phase != "idle":
        assert engine.call(m.CHECK, Nothing()).problems == ()
    for n in range(40):
        (folder / f"more-{n}.txt").unlink()
    engine.call_rescan()
    assert engine.wait_until_indexed().counts == {"indexed": 1}
    assert engine.call(m.CHECK, Nothing()).problems == ()


def test_a_question_can_be_limited_to_files_and_says_so(engine: RunningEngine, folder: Path) -> None:
    (folder / "letters").mkdir()
    (folder / "letters" / "notice.txt").write_text("The notice of the lease was sent on Monday.\n")
    engine.call_rescan()
    engine.wait_until_indexed()
    try:
        everywhere = engine.call(m.SEARCH, m.Search("notice of the lease", 5))
        assert len({p.file for p in everywhere.passages}) == 2
        assert everywhere.scope == ""
        here = engine.call(m.SEARCH, m.Search("notice of the lease @letters", 5))
        assert [Path(p.file).name for p in here.passages] == ["notice.txt"]
        assert here.scope == "letters"
        assert engine.call(m.SEARCH, m.Search("notice @letters @before:2001", 5)).passages == ()
        answer = engine.ask("When was the notice of the lease sent? @letters", model=None)
        assert {Path(p.file).name for p in answer.passages} == {"notice.txt"}
        assert answer.coverage == "only letters"
        assert answer.standalone == answer.question  # nothing was rewritten
        suggested = engine.call(m.SUGGEST_SCOPES, m.SuggestScopes("lett", 5)).items
        assert [(s.kind, s.insert) for s in suggested] == [("folder", "@letters")]
    finally:
        (folder / "letters" / "notice.txt").unlink()
        (folder / "letters").rmdir()
        engine.call_rescan()
        engine.wait_until_indexed()
