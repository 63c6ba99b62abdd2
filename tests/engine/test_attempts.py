"""Several attempts at one question, modes, ratings, edits, changed files and exports, in a real engine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.domain.answers import AnswerMode, AnswerState, FileChange
from desktop.domain.errors import UserError
from desktop.protocol import engine_messages as m
from desktop.protocol.codec import decode
from tests.support.running_engine import RunningEngine, small_model_path

LEASE = "# Lease\n\nEither party may end the lease with three months written notice.\n\nThe rent is 950 euros.\n"
QUESTION = "How long is the notice of the lease?"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("documents")
    (folder / "lease.md").write_text(LEASE, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def engine(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEngine]:
    with RunningEngine(tmp_path_factory.mktemp("data") / "library") as engine:
        engine.add(folder)
        yield engine


@pytest.fixture
def model() -> str:
    if not small_model_path().exists():
        pytest.skip("the small test model is not installed: python3 -m installer setup --model tiny")
    return str(small_model_path())


def made(engine: RunningEngine, request: m.Ask) -> m.Answer:
    asked = engine.call(m.ASK, request)
    return decode(m.AnswerFinished, engine.event(m.AnswerFinished, asked.answer_id).params).answer


def quotes(
    engine: RunningEngine, question: str, conversation: int | None = None, attempt: int | None = None
) -> m.Answer:
    return made(engine, m.Ask(conversation, question, False, None, None, None, AnswerMode.QUOTES, attempt))


def test_quotes_need_no_model_and_the_choice_stays_with_the_conversation(engine: RunningEngine) -> None:
    answer = quotes(engine, QUESTION)
    assert (answer.model, answer.mode, answer.refused) == ("", AnswerMode.QUOTES, False)
    assert all(LEASE[note.start : note.end] == note.quote for note in answer.footnotes)
    assert answer.text in LEASE
    read = engine.call(m.READ_CONVERSATION, m.ConversationId(answer.conversation_id))
    assert read.mode is AnswerMode.QUOTES
    engine.call(m.SET_MODE, m.ConversationMode(answer.conversation_id, AnswerMode.STRICT))
    assert engine.call(m.READ_CONVERSATION, m.ConversationId(answer.conversation_id)).mode is AnswerMode.STRICT


def test_attempts_are_kept_and_one_is_chosen(engine: RunningEngine) -> None:
    first = quotes(engine, QUESTION)
    conversation = first.conversation_id
    follow_up = quotes(engine, "How much is the rent?", conversation)
    second = quotes(engine, "How much notice ends the lease?", conversation, first.id)
    read = engine.call(m.READ_CONVERSATION, m.ConversationId(conversation)).answers
    assert [a.id for a in read] == [first.id, second.id, follow_up.id]
    assert [a.chosen for a in read] == [False, True, True]
    assert second.attempt_of == first.id
    engine.call(m.CHOOSE_ATTEMPT, m.AnswerId(first.id))
    read = engine.call(m.READ_CONVERSATION, m.ConversationId(conversation)).answers
    assert [a.chosen for a in read] == [True, False, True]
    with pytest.raises(UserError, match="does not exist"):
        quotes(engine, QUESTION, conversation, 9_999)


def test_ratings_and_own_words_are_kept_beside_the_answer(engine: RunningEngine) -> None:
    answer = quotes(engine, QUESTION)
    engine.call(m.RATE_ANSWER, m.RateAnswer(answer.id, 1))
    engine.call(m.EDIT_ANSWER, m.EditAnswer(answer.id, " Three months, says the lease. "))
    (kept,) = engine.call(m.READ_CONVERSATION, m.ConversationId(answer.conversation_id)).answers
    assert (kept.rating, kept.own_words, kept.text) == (1, "Three months, says the lease.", answer.text)
    assert kept.footnotes == answer.footnotes
    for nothing in (None, "", f" {answer.text}"):
        engine.call(m.EDIT_ANSWER, m.EditAnswer(answer.id, nothing))
        (kept,) = engine.call(m.READ_CONVERSATION, m.ConversationId(answer.conversation_id)).answers
        assert kept.own_words is None
    with pytest.raises(UserError):
        engine.call(m.RATE_ANSWER, m.RateAnswer(answer.id, 5))


def test_a_changed_file_is_told_by_its_hash(tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    file = folder / "lease.md"
    file.write_text(LEASE, encoding="utf-8")
    with RunningEngine(tmp_path / "library") as engine:
        engine.add(folder)
        note = quotes(engine, QUESTION).footnotes[0]
        cited = m.CitedFiles((m.CitedFile(note.file_id, note.file, note.sha256),))
        assert engine.call(m.CHECK_CITED, cited).changes == (FileChange.SAME,)
        file.write_text(LEASE.replace("three", "four"), encoding="utf-8")
        engine.call_rescan()
        engine.wait_until_found("four months")
        assert engine.call(m.CHECK_CITED, cited).changes == (FileChange.CHANGED,)
        file.unlink()
        engine.call_rescan()
        engine.wait_for(lambda status: "indexed" not in status.counts)
        assert engine.call(m.CHECK_CITED, cited).changes == (FileChange.GONE,)


def test_an_export_holds_all_and_is_written_whole(engine: RunningEngine, folder: Path, tmp_path: Path) -> None:
    answer = quotes(engine, QUESTION)
    for form, name in (("markdown", "lease.md"), ("html", "lease.html")):
        target = tmp_path / name
        engine.call(m.EXPORT_CONVERSATION, m.ExportConversation(answer.conversation_id, form, str(target)))
        text = target.read_text(encoding="utf-8")
        assert all(words in text for words in (QUESTION, "lease.md", answer.footnotes[0].sha256, "own words"))
    with pytest.raises(UserError, match="could not be written"):
        engine.call(
            m.EXPORT_CONVERSATION, m.ExportConversation(answer.conversation_id, "html", str(tmp_path / "no" / "x.html"))
        )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lease.html", "lease.md"]


def test_a_model_that_is_still_to_be_loaded_leaves_room_for_quotes(folder: Path, model: str, tmp_path: Path) -> None:
    with RunningEngine(tmp_path / "library") as engine:
        engine.add(folder)
        asked = engine.call(m.ASK, m.Ask(None, QUESTION, False, model, ()))
        meanwhile = decode(m.AnswerMeanwhile, engine.event(m.AnswerMeanwhile, asked.answer_id).params).answer
        assert meanwhile.footnotes and not meanwhile.model
        engine.event(m.AnswerFinished, asked.answer_id)


def test_free_answers_are_never_refused_for_want_of_files(engine: RunningEngine, model: str) -> None:
    question = "What do penguins eat in Antarctica?"
    strict = made(engine, m.Ask(None, question, False, model, ()))
    free = made(engine, m.Ask(strict.conversation_id, question, False, model, (), None, AnswerMode.FREE, strict.id))
    assert strict.refused and not free.refused
    assert free.text and not free.footnotes
    again = made(engine, m.Ask(strict.conversation_id, question, False, model, (), None, AnswerMode.FREE, strict.id))
    assert again.text != free.text


def test_an_answer_that_was_cut_goes_on(engine: RunningEngine, model: str) -> None:
    engine.call(m.CHANGE_SETTING, m.Setting("answer_tokens", "64"))
    engine.call(m.CHANGE_SETTING, m.Setting("standing_wishes", '"Write at least three hundred words."'))
    question = "Tell the story of a notice that ends a lease, in great detail."
    cut = made(engine, m.Ask(None, question, False, model, (), None, AnswerMode.FREE))
    if cut.state is not AnswerState.CUT:
        pytest.skip("the small model came to an end of itself")
    asked = engine.call(m.CONTINUE_ANSWER, m.AnswerId(cut.id))
    assert asked == m.Asked(cut.id, cut.conversation_id)
    whole = decode(m.AnswerFinished, engine.event(m.AnswerFinished, cut.id).params).answer
    assert whole.text.startswith(cut.text) and len(whole.text) > len(cut.text)
    assert engine.call(m.READ_CONVERSATION, m.ConversationId(cut.conversation_id)).answers == (whole,)


def test_what_is_finished_does_not_go_on(engine: RunningEngine) -> None:
    with pytest.raises(UserError, match="can't go on"):
        engine.call(m.CONTINUE_ANSWER, m.AnswerId(quotes(engine, QUESTION).id))
