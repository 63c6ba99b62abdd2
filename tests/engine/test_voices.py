"""The tones and the form of a conversation: kept with it, and told apart from those of others."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.domain.answers import AnswerFormat, ToneChoice
from desktop.domain.errors import UserError
from desktop.domain.voices import Shape, Voice
from desktop.protocol import engine_messages as m
from desktop.protocol.codec import decode, encode
from desktop.storage.conversations import _read
from tests.support.running_engine import RunningEngine

TABLES = "CREATE TABLE leases (unit INTEGER, tenant TEXT);"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[RunningEngine]:
    """An engine without a model."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FOOTNOTE_HOME", str(tmp_path / "home"))
        running = RunningEngine(tmp_path / "home" / "library")
    with running:
        yield running


def test_each_conversation_keeps_its_voice(engine: RunningEngine, tmp_path: Path) -> None:
    firm, short = tmp_path / "firm.gguf", tmp_path / "short.gguf"
    firm.write_bytes(b"x")
    short.write_bytes(b"x")
    both = (ToneChoice(str(firm), 0.8), ToneChoice(str(short), 0.3))
    assert engine.call(m.READ_VOICE, m.VoiceOf(None)) == Voice()
    engine.call(m.CHOOSE_VOICE, m.ChooseVoice(None, Voice(both)))
    first = engine.call(m.ASK, m.Ask(None, "What?", False, None, None)).conversation_id
    told = Voice((both[0],), AnswerFormat.SQL, TABLES, "{}")
    engine.call(m.CHOOSE_VOICE, m.ChooseVoice(first, told))
    second = engine.call(m.ASK, m.Ask(None, "What?", False, None, None, Shape(AnswerFormat.BULLETS))).conversation_id
    assert engine.call(m.READ_VOICE, m.VoiceOf(first)) == told
    # a new one begins with the tones chosen last and with plain answers, unless it is asked otherwise
    assert engine.call(m.READ_VOICE, m.VoiceOf(second)) == Voice((both[0],), AnswerFormat.BULLETS, TABLES, "{}")
    assert engine.call(m.READ_VOICE, m.VoiceOf(None)) == Voice((both[0],), AnswerFormat.PLAIN, TABLES, "{}")
    firm.unlink()
    assert engine.call(m.READ_VOICE, m.VoiceOf(first)).tones == ()


def test_what_can_not_be_used_is_refused_at_once(engine: RunningEngine) -> None:
    for voice in (
        Voice((ToneChoice("/x.gguf", 1.6),)),
        Voice(format=AnswerFormat.JSON),
        Voice(json_schema="{"),
        Voice(sql_schema="SELECT"),
    ):
        with pytest.raises(UserError):
            engine.call(m.CHOOSE_VOICE, m.ChooseVoice(None, voice))
    with pytest.raises(UserError):
        engine.call(m.ASK, m.Ask(None, "What?", False, None, None, Shape(AnswerFormat.SQL, "")))
    assert engine.call(m.READ_VOICE, m.VoiceOf(None)) == Voice()


def test_an_old_answer_is_plain(engine: RunningEngine) -> None:
    answer = engine.ask("What is the notice period?")
    kept = encode(answer)
    del kept["format"], kept["problems"]
    assert _read(json.dumps(kept)) == decode(type(answer), encode(answer))
