"""What the engine is asked of how a conversation is answered: its tones, and the form of its answers."""

from dataclasses import dataclass

from desktop.domain.voices import Voice
from desktop.protocol.lines import Method


@dataclass(frozen=True, slots=True)
class VoiceOf:
    """None: a conversation that is about to begin."""

    conversation_id: int | None


@dataclass(frozen=True, slots=True)
class ChooseVoice:
    """The tones are also those that the next conversation begins with; it begins with plain answers, unless another
    form was chosen for it.
    """

    conversation_id: int | None
    voice: Voice


READ_VOICE = Method("read_voice", VoiceOf, Voice)
CHOOSE_VOICE = Method("choose_voice", ChooseVoice, Voice)
