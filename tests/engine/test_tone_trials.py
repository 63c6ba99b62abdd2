"""Tones tried on the user's own files with a real small model: heard, measured, cancelled, behind every question."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.domain.answers import ToneChoice
from desktop.domain.errors import UserError
from desktop.domain.tones import ToneCard
from desktop.engine.tone_trials import shortened
from desktop.protocol import engine_messages as m
from desktop.protocol.codec import decode
from desktop.protocol.common_messages import Nothing
from desktop.protocol.lines import event_name
from tests.support.lora import make_lora
from tests.support.runners import small_model
from tests.support.running_engine import RunningEngine

__all__ = ["small_model"]

QUESTION = "How long is the notice period of the lease?"
LEASE = "The lease of Unit 4 has a notice period of three months. The rent is due on the first day of each month.\n"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory, small_model: Path) -> Iterator[RunningEngine]:
    """An engine with the small model and one file, for all tests here."""
    place = tmp_path_factory.mktemp("trials")
    home, files = place / "home", place / "files"
    (home / "models").mkdir(parents=True)
    (home / "models" / small_model.name).symlink_to(small_model)
    files.mkdir()
    (files / "lease.txt").write_text(LEASE, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FOOTNOTE_HOME", str(home))
        running = RunningEngine(home / "library")
    with running:
        running.add(files)
        running.call(m.CHANGE_SETTING, m.Setting("answer_tokens", "64"))
        yield running


@pytest.fixture(scope="module")
def tone(engine: RunningEngine, small_model: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    made = make_lora(small_model, tmp_path_factory.mktemp("tones") / "firm.gguf", seed=1, scale=0.5)
    engine.call(m.ADD_TONE, m.PathOnly(str(made)))
    engine.call(m.CHOOSE_TONES, m.ChooseTones(()))
    return engine.call(m.LIST_TONES, Nothing()).tones[0].path


def told(engine: RunningEngine, trial: m.TrialId, *, until: type = m.TrialEnded) -> list[object]:
    """What is told of the trial, up to the first event of this kind."""
    kinds = {event_name(kind): kind for kind in m.TRIAL_EVENTS}
    found: list[object] = []
    while not found or type(found[-1]) is not until:
        event = engine.first_event(tuple(kinds.values()))
        assert event.params["trial_id"] == trial.trial_id
        found.append(decode(kinds[event.name], event.params))
    return found


def card(engine: RunningEngine) -> ToneCard:
    return engine.call(m.LIST_TONES, Nothing()).tones[0].card


def test_a_tone_is_heard_beside_no_tone(engine: RunningEngine, tone: str) -> None:
    found = engine.call(m.LIST_CONVERSATIONS, m.ListConversations("", 0, 200)).conversations
    before = sum(conversation.answers for conversation in found)
    events = told(engine, engine.call(m.HEAR_TONE, m.HearTone(tone, QUESTION, (0.5, 1.0))))
    heard = [event for event in events if type(event) is m.ToneHeard]
    assert [event.strength for event in heard] == [0.0, 0.5, 1.0]
    # made as the answers of conversations are, and without the tone the very same
    plain = engine.ask(QUESTION, tones=())
    assert (heard[0].text, heard[0].refused) == (plain.text, plain.refused)
    assert events[-1] == m.TrialEnded(heard[0].trial_id, False, "", "")
    sample = card(engine).sample
    if heard[2].refused:
        assert sample is None
    else:
        assert sample is not None and (sample.question, sample.strength) == (QUESTION, 1.0)
        assert len(sample.text) <= 300 and heard[2].text.startswith(sample.text[:40])
    # no answer of it is part of a conversation
    found = engine.call(m.LIST_CONVERSATIONS, m.ListConversations("", 0, 200)).conversations
    assert sum(conversation.answers for conversation in found) == before + 1


def test_a_card_has_room_for_some_sentences() -> None:
    assert shortened(["One.", "Two."]) == "One. Two."
    assert shortened(["One.", "x" * 297]) == "One."
    assert shortened(["x" * 400]) == "x" * 299 + "…"
    assert shortened([]) == ""


def test_what_a_tone_costs_is_measured_and_kept(engine: RunningEngine, tone: str) -> None:
    engine.call(m.CHANGE_SETTING, m.Setting("truth_questions", '"What is the rent?\\n\\nWhat is the notice period?"'))
    listed = engine.call(m.LIST_TRUTH_QUESTIONS, Nothing())
    assert (listed.questions, listed.own) == (("What is the rent?", "What is the notice period?"), True)
    events = told(engine, engine.call(m.CHECK_TRUTH, m.CheckTruth(tone, 1.2)))
    heard = [event for event in events if type(event) is m.ToneHeard]
    assert not heard  # only what they come to is told
    assert [event.done for event in events if type(event) is m.TrialProgressed] == [0, 1, 2, 3, 4]
    report = card(engine).truth[0]
    assert (report.strength, report.questions, report.asked) == (1.2, 2, listed.questions)
    for measures in (report.before, report.after):
        assert 0 <= measures.supported <= measures.claims
        assert measures.refused <= 2 and (measures.words > 0) is (measures.refused < 2)


def test_a_question_goes_first(engine: RunningEngine, tone: str) -> None:
    trial = engine.call(m.HEAR_TONE, m.HearTone(tone, QUESTION, (0.5, 1.0, 1.5)))
    told(engine, trial, until=m.TrialProgressed)
    asked = engine.start_asking(QUESTION)
    names = [event_name(m.AnswerFinished), event_name(m.TrialEnded)]
    order: list[str] = []
    while len(order) < 2:
        event = engine.first_event((m.AnswerFinished, m.TrialEnded))
        order.append(event.name)
        if event.name == names[1]:
            assert decode(m.TrialEnded, event.params) == m.TrialEnded(trial.trial_id, False, "", "")
        else:
            answer = decode(m.AnswerFinished, event.params).answer
            assert (answer.id, answer.tones) == (asked.answer_id, ())
    assert order == names


def test_a_trial_can_be_cancelled(engine: RunningEngine, tone: str) -> None:
    kept = card(engine).truth
    trial = engine.call(m.CHECK_TRUTH, m.CheckTruth(tone, 1.0))
    told(engine, trial, until=m.TrialProgressed)
    engine.call(m.CANCEL_TRIAL, trial)
    assert told(engine, trial)[-1] == m.TrialEnded(trial.trial_id, True, "", "")
    assert card(engine).truth == kept


def test_what_can_not_be_tried_is_refused(engine: RunningEngine, tone: str, small_model: Path, tmp_path: Path) -> None:
    other = make_lora(small_model, tmp_path / "other.gguf", architecture="gemma")
    for method, asked in (
        (m.HEAR_TONE, m.HearTone(tone, QUESTION, (1.6,))),
        (m.HEAR_TONE, m.HearTone(tone, QUESTION, ())),
        (m.HEAR_TONE, m.HearTone(tone, QUESTION, (0.0,))),
        (m.CHECK_TRUTH, m.CheckTruth(tone, 0.0)),
        (m.HEAR_TONE, m.HearTone(str(other), QUESTION, (1.0,))),
        (m.CHECK_TRUTH, m.CheckTruth(str(tmp_path / "none.gguf"), 1.0)),
    ):
        with pytest.raises(UserError):
            engine.call(method, asked)


def test_several_tones_are_laid_over_one_answer(
    engine: RunningEngine, tone: str, small_model: Path, tmp_path: Path
) -> None:
    second = make_lora(small_model, tmp_path / "second.gguf", seed=2, scale=0.5)
    both = (ToneChoice(tone, 1.0), ToneChoice(str(second), 0.4))
    answer = engine.ask(QUESTION, tones=both)
    assert answer.tones == both
    # a conversation keeps the tones that it began with; those of one question are that question's alone
    conversation = answer.conversation_id
    assert engine.ask(QUESTION, conversation).tones == both
    assert engine.ask(QUESTION, conversation, tones=()).tones == ()
    assert engine.ask(QUESTION, conversation).tones == both
