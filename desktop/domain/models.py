"""Models and tones as the library lists them."""

from dataclasses import dataclass


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
    """A GGUF LoRA adapter on this disk. `problem` says why it doesn't fit the chosen model, or is empty."""

    path: str
    name: str
    architecture: str
    rank: int
    problem: str
