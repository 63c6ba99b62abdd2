"""What the engine is asked of embedders: which there are, what a change would cost, and to change."""

from dataclasses import dataclass

from desktop.protocol.common_messages import Nothing
from desktop.protocol.lines import Method


@dataclass(frozen=True, slots=True)
class EmbedderEntry:
    """One on this computer: how many tokens it reads, bytes on disk; `problem` is empty when it can be used."""

    name: str
    tokens: int
    size: int
    problem: str


@dataclass(frozen=True, slots=True)
class Embedders:
    """`chosen` makes the vectors; `answering` finds for questions: the one before, until all vectors are made."""

    embedders: tuple[EmbedderEntry, ...]
    chosen: str
    answering: str


@dataclass(frozen=True, slots=True)
class EmbedderName:
    name: str


@dataclass(frozen=True, slots=True)
class EmbedderCost:
    """What a change would cost: `passages` to embed (`kept` have their vector already), `files` to read again.

    `seconds` is estimated from some passages that were embedded to measure; 0 when there is nothing to do.
    """

    name: str
    passages: int
    kept: int
    files: int
    seconds: float


LIST_EMBEDDERS = Method("list_embedders", Nothing, Embedders)
PREVIEW_EMBEDDER = Method("preview_embedder", EmbedderName, EmbedderCost)
CHOOSE_EMBEDDER = Method("choose_embedder", EmbedderName, Embedders)
