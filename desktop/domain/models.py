"""Models and tones as the library lists them, and how a model fits this computer."""

from dataclasses import dataclass
from enum import StrEnum

from desktop.domain.downloads import Origin
from desktop.domain.fits import Fit
from desktop.domain.tones import NO_CARD, ToneCard


class MachineVerdict(StrEnum):
    """FAST: at reading speed or faster."""

    FAST = "fits, fast"
    SLOW = "fits, slow"
    TOO_BIG = "too big"


@dataclass(frozen=True, slots=True)
class MachineFit:
    """How a model would do here. `needs` is bytes of memory with its cache for `context` tokens.

    `tokens_per_second` is estimated from how fast this computer was measured to be, 0 where it was not measured.
    `reason` adds what the verdict leaves open, or is empty.
    """

    verdict: MachineVerdict
    needs: int
    context: int
    tokens_per_second: float
    reason: str


@dataclass(frozen=True, slots=True)
class ModelDetails:
    """What a person set for one model; each default leaves the choice to Footnote.

    `context` in tokens, `threads` 0: chosen. `gpu_layers` -1: chosen. `kv_type` is f16, q8_0, or empty: chosen.
    `temperature` 0 always takes the likeliest word; above it, `seed` decides among the likely ones.
    """

    context: int = 0
    threads: int = 0
    gpu_layers: int = -1
    kv_type: str = ""
    temperature: float = 0.0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class ModelPlace:
    """Where the model that is in memory computes: `gpu_layers` of its `layers` on the graphics card `device`, the rest
    on the processor; without a card `device` is empty. `note` says why a card is not used, or not for all, or is empty.
    """

    path: str
    device: str
    gpu_layers: int
    layers: int
    note: str


@dataclass(frozen=True, slots=True)
class Model:
    """A GGUF language model on this disk. `size` in bytes; `problem` is empty when it can be used.

    `cache` is what one token takes in memory beside the weights, in bytes. A `linked` one lies where it was found.
    `stopped`: loading it ended the model runner, and it is not tried again until a person chooses it.
    `origin` is where it was got from, as far as that is known.
    """

    path: str
    name: str
    architecture: str
    size: int
    context: int
    problem: str
    cache: int = 0
    linked: bool = False
    stopped: bool = False
    fit: MachineFit | None = None
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class OfferedModel:
    """A model of the catalogue. `size` in bytes is estimated from its parameters where it is not `exact`.

    `sources` are in the order in which they are tried. `path` is where it stands already, or empty.
    """

    id: str
    name: str
    parameters: str
    quantisation: str
    licence: str
    about: str
    languages: tuple[str, ...]
    context: int
    size: int
    exact: bool
    sources: tuple[str, ...]
    path: str
    fit: MachineFit


@dataclass(frozen=True, slots=True)
class FoundModel:
    """A model that another program keeps on this disk; `name` is what that `program` calls it."""

    path: str
    name: str
    program: str
    size: int
    fit: MachineFit


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast this computer reads weights, in bytes a second.

    Measured with a `model` that ran, or, where that is empty, by copying memory: a rougher guess.
    """

    bytes_per_second: float
    model: str
    tokens_per_second: float


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
