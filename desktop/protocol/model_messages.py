"""What the engine is asked of models, and what it tells of them."""

from dataclasses import dataclass

from desktop.domain.models import Model
from desktop.protocol.common_messages import Nothing, PathOnly
from desktop.protocol.lines import Method


@dataclass(frozen=True, slots=True)
class Models:
    """`chosen` is a path or empty; `loaded` says that the model is in memory now."""

    models: tuple[Model, ...]
    chosen: str
    loaded: bool


@dataclass(frozen=True, slots=True)
class ModelsChanged:
    models: Models


LIST_MODELS = Method("list_models", Nothing, Models)
ADD_MODEL = Method("add_model", PathOnly, Models)
CHOOSE_MODEL = Method("choose_model", PathOnly, Models)

MODEL_EVENTS: tuple[type, ...] = (ModelsChanged,)
