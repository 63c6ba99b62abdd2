"""The tones and the form of the conversation on screen. Asks the engine, and tells it what is chosen; draws nothing."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from desktop.domain.answers import AnswerFormat, ToneChoice
from desktop.domain.errors import FootnoteError
from desktop.domain.voices import Voice
from desktop.gui.engine_client import EngineClient
from desktop.gui.messages import Messages
from desktop.protocol import engine_messages as messages


class ConversationVoice(QObject):
    """Signals: `voice_changed()`."""

    voice_changed = Signal()

    def __init__(self, client: EngineClient, said: Messages) -> None:
        super().__init__()
        self._client, self._said = client, said
        self._conversation: int | None = None
        self._round = 0
        self._known: frozenset[str] | None = None
        self.voice = Voice()
        client.engine_started.connect(lambda _: self._read())

    def show_conversation(self, conversation_id: int) -> None:
        """0: one that is about to begin."""
        self._conversation = conversation_id or None
        self._read()

    def follow_tones(self, tones: messages.Tones) -> None:
        """A tone that was just added is laid over this conversation; one that is gone is taken off."""
        paths = frozenset(tone.path for tone in tones.tones)
        new = paths - self._known if self._known is not None else frozenset[str]()
        lost = {tone.path for tone in self.voice.tones} - paths if self._known is not None else set[str]()
        self._known = paths
        laid = tuple(tone for tone in tones.chosen if tone.path in new)
        if laid:
            self.choose_tones((*self.voice.tones, *laid))
        elif lost:
            self._read()

    def choose_tones(self, tones: tuple[ToneChoice, ...]) -> None:
        self._choose(replace(self.voice, tones=tones), self._refused)

    def set_tone(self, path: str, strength: float | None) -> None:
        """Lays one tone over the conversation beside the others, or takes it off when None."""
        tones = [tone for tone in self.voice.tones if tone.path != path]
        places = [at for at, tone in enumerate(self.voice.tones) if tone.path == path]
        if strength is not None:
            tones.insert(places[0] if places else len(tones), ToneChoice(path, strength))
        self.choose_tones(tuple(tones))

    def choose_format(self, kind: AnswerFormat) -> None:
        self._choose(replace(self.voice, format=kind), self._refused)

    def give_schema(self, kind: AnswerFormat, schema: str, refused: Callable[[FootnoteError], object]) -> None:
        """Chooses SQL or JSON with this schema; `refused` gets the reason when it can't be used."""
        name = "sql_schema" if kind is AnswerFormat.SQL else "json_schema"
        self._choose(replace(self.voice, format=kind, **{name: schema}), refused)

    def schema_of(self, kind: AnswerFormat) -> str:
        return replace(self.voice, format=kind).shape.schema

    def _choose(self, voice: Voice, refused: Callable[[FootnoteError], object]) -> None:
        if voice == self.voice:
            return
        before, self.voice = self.voice, voice
        self._round += 1
        this = self._round

        def back(error: FootnoteError) -> None:
            if this == self._round:
                self._take(before)
            refused(error)

        self.voice_changed.emit()
        self._client.call(messages.CHOOSE_VOICE, messages.ChooseVoice(self._conversation, voice), None, back)

    def _read(self) -> None:
        self._round += 1
        this = self._round
        self._client.call(
            messages.READ_VOICE,
            messages.VoiceOf(self._conversation),
            lambda voice: self._take(voice) if this == self._round else None,
        )

    def _take(self, voice: Voice) -> None:
        if voice != self.voice:
            self.voice = voice
            self.voice_changed.emit()

    def _refused(self, error: FootnoteError) -> None:
        self._said.say(error.title, error.hint)
