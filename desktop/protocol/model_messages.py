"""What the engine is asked of models and tones, and what it tells of them."""

from dataclasses import dataclass

from desktop.domain.answers import ToneChoice
from desktop.domain.models import Model, Tone
from desktop.protocol.common_messages import Nothing
from desktop.protocol.lines import Method


@dataclass(frozen=True, slots=True)
class Models:
    """`chosen` is a path or empty; `loaded` says that the model is in memory now."""

    models: tuple[Model, ...]
    chosen: str
    loaded: bool


@dataclass(frozen=True, slots=True)
class Tones:
    tones: tuple[Tone, ...]
    chosen: tuple[ToneChoice, ...]


@dataclass(frozen=True, slots=True)
class PathOnly:
    path: str


@dataclass(frozen=True, slots=True)
class ChooseTones:
    tones: tuple[ToneChoice, ...]


@dataclass(frozen=True, slots=True)
class ModelsChanged:
    models: Models


@dataclass(frozen=True, slots=True)
class TonesChanged:
    tones: Tones


LIST_MODELS = Method("list_models", Nothing, Models)
ADD_MODEL = Method("add_model", PathOnly, Models)
CHOOSE_MODEL = Method("choose_model", PathOnly, Models)
LIST_TONES = Method("list_tones", Nothing, Tones)
ADD_TONE = Method("add_tone", PathOnly, Tones)
CHOOSE_TONES = Method("choose_tones", ChooseTones, Tones)

EVENTS: tuple[type, ...] = (ModelsChanged, TonesChanged)
