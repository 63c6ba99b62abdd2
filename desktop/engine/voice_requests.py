"""Requests about how a conversation is answered, and what holds where nothing was chosen. Lays no tone over a model."""

import os

from desktop.answering.forms.known import form_of
from desktop.domain.answers import AnswerFormat
from desktop.domain.voices import Shape, Voice
from desktop.engine.tone_requests import ToneRequests, check_strengths
from desktop.protocol.engine_messages import Ask, ChooseTones, ChooseVoice, VoiceOf
from desktop.settings.store import SettingsFile
from desktop.storage.conversations import Conversations


class VoiceRequests:
    """A conversation's voice is kept with it; tones and schemas that were chosen last are kept in the settings."""

    def __init__(self, conversations: Conversations, settings: SettingsFile, tones: ToneRequests) -> None:
        self._conversations, self._settings, self._tones = conversations, settings, tones
        # of the conversation that is about to begin
        self._next = AnswerFormat.PLAIN

    def read_voice(self, asked: VoiceOf) -> Voice:
        kept = self._conversations.voice(asked.conversation_id) if asked.conversation_id is not None else None
        return self._there(kept) if kept is not None else self._usual()

    def choose_voice(self, asked: ChooseVoice) -> Voice:
        """Raises UserError for a strength or a schema that can't be used."""
        voice = asked.voice
        check_strengths(voice.tones)
        for shape in (Shape(AnswerFormat.SQL, voice.sql_schema), Shape(AnswerFormat.JSON, voice.json_schema)):
            if shape.schema.strip() or shape.format is voice.format:
                form_of(shape)
        if asked.conversation_id is not None:
            self._conversations.set_voice(asked.conversation_id, voice)
        else:
            self._next = voice.format
        self._remember(voice)
        return voice

    def voice_for(self, asked: Ask) -> Voice:
        """How a question is answered: as it says itself, else as its conversation is. Raises UserError as above."""
        voice = self.read_voice(VoiceOf(asked.conversation_id))
        tones = voice.tones if asked.tones is None else asked.tones
        check_strengths(tones)
        if asked.shape is None:
            made = Voice(tones, voice.format, voice.sql_schema, voice.json_schema)
        else:
            made = _shaped(Voice(tones, asked.shape.format, voice.sql_schema, voice.json_schema), asked.shape.schema)
        form_of(made.shape)
        if asked.conversation_id is None:
            self._next = AnswerFormat.PLAIN
        return made

    def _usual(self) -> Voice:
        sql, json = str(self._settings.get("sql_schema")), str(self._settings.get("json_schema"))
        return Voice(self._tones.chosen(), self._next, sql, json)

    def _there(self, voice: Voice) -> Voice:
        """Without tones that are gone from the disk."""
        tones = tuple(tone for tone in voice.tones if os.path.isfile(tone.path))
        return Voice(tones, voice.format, voice.sql_schema, voice.json_schema)

    def _remember(self, voice: Voice) -> None:
        self._tones.choose_tones(ChooseTones(voice.tones))
        for name, schema in (("sql_schema", voice.sql_schema), ("json_schema", voice.json_schema)):
            if schema.strip():
                self._settings.set(name, schema)


def _shaped(voice: Voice, schema: str) -> Voice:
    sql = schema if voice.format is AnswerFormat.SQL and schema else voice.sql_schema
    json = schema if voice.format is AnswerFormat.JSON and schema else voice.json_schema
    return Voice(voice.tones, voice.format, sql, json)
