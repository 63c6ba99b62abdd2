"""What the engine is asked of tones, and what it tells of them."""

from dataclasses import dataclass

from desktop.domain.answers import ToneChoice
from desktop.domain.models import Tone
from desktop.protocol.common_messages import Nothing, PathOnly
from desktop.protocol.lines import Method


@dataclass(frozen=True, slots=True)
class Tones:
    tones: tuple[Tone, ...]
    chosen: tuple[ToneChoice, ...]


@dataclass(frozen=True, slots=True)
class ChooseTones:
    tones: tuple[ToneChoice, ...]


@dataclass(frozen=True, slots=True)
class TonesChanged:
    tones: Tones


LIST_TONES = Method("list_tones", Nothing, Tones)
ADD_TONE = Method("add_tone", PathOnly, Tones)
CHOOSE_TONES = Method("choose_tones", ChooseTones, Tones)

TONE_EVENTS: tuple[type, ...] = (TonesChanged,)
