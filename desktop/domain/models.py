"""Models and tones as the library lists them."""

from dataclasses import dataclass

from desktop.domain.fits import Fit
from desktop.domain.tones import NO_CARD, ToneCard


@dataclass(frozen=True, slots=True)
class Model:
    """A GGUF language model on this disk. `size` in bytes; `problem` is empty when it can be used."""

    path: str
    name: str
    architecture: str
    size: int
    context: int
    problem: str


@dataclass(frozen=True, slots=True)
class Tone:
    """A GGUF LoRA adapter on this disk. `problem` says why it can't be laid over the chosen model, or is empty.

    `fit` is None where there is no model to compare with.
    """

    path: str
    name: str
    architecture: str
    rank: int
    problem: str
    fit: Fit | None = None
    card: ToneCard = NO_CARD
