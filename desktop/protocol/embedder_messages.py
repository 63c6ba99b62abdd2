"""What the engine is asked of embedders: which there are, what a change would cost, and to change."""

from dataclasses import dataclass

from desktop.domain.downloads import Download
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


@dataclass(frozen=True, slots=True)
class EmbedderOffer:
    """A good one to get; `languages` are ISO 639 codes."""

    name: str
    repository: str
    licence: str
    languages: tuple[str, ...]
    parameters: str
    tokens: int
    about: str


@dataclass(frozen=True, slots=True)
class EmbedderOffers:
    """Those that are not here yet. `download` is on its way, paused or failed; `doing` is what is made of it now.

    Without the `workshop` none can be made.
    """

    offers: tuple[EmbedderOffer, ...]
    download: Download | None
    doing: str
    workshop: bool


LIST_EMBEDDERS = Method("list_embedders", Nothing, Embedders)
PREVIEW_EMBEDDER = Method("preview_embedder", EmbedderName, EmbedderCost)
CHOOSE_EMBEDDER = Method("choose_embedder", EmbedderName, Embedders)
UNDO_PASSAGES = Method("undo_passages", Nothing, Embedders)
LIST_EMBEDDER_OFFERS = Method("list_embedder_offers", Nothing, EmbedderOffers)
GET_EMBEDDER = Method("get_embedder", EmbedderName, EmbedderOffers)
PAUSE_EMBEDDER = Method("pause_embedder", Nothing, EmbedderOffers)
DISCARD_EMBEDDER = Method("discard_embedder", EmbedderName, EmbedderOffers)
