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
    """`chosen` makes the vectors; `answering` finds for questions: the one before, until all vectors are made.

    `outdated` files have passages of an older splitter: to choose the chosen one again makes new ones. `former` files
    were cut anew so within a month: `undo_passages` puts the passages back that they had.
    """

    embedders: tuple[EmbedderEntry, ...]
    chosen: str
    answering: str
    outdated: int
    former: int


@dataclass(frozen=True, slots=True)
class EmbedderName:
    name: str


@dataclass(frozen=True, slots=True)
class EmbedderCost:
    """What a change would cost: `passages` to embed (`kept` have their vector already), `files` to read again.

    Of files that are read again, passages that come out the same keep their vector: `passages` is the most it can be.

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
UNDO_PASSAGES = Method("undo_passages", Nothing, Embedders)
