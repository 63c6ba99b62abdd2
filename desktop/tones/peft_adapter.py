"""Reads a PEFT folder: its settings and the pairs of matrices in `adapter_model.safetensors`, by module. Refuses what
is more than a LoRA, with the reason. Converts nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from desktop.domain.errors import UserError
from desktop.tones.peft_config import BadPeftConfig, PeftConfig, read_config
from desktop.tones.peft_folder import CONFIG_FILE, PICKLE_REASON, WEIGHTS_FILE, holds_pickle
from desktop.tones.safetensors_file import StoredTensor, read_tensors

_PREFIX = "base_model.model."
_ENDS = (".lora_A.weight", ".lora_B.weight")

# (a part of a tensor's name, why it can't be converted); the first that fits is said
_STRANGE = (
    ("lora_magnitude_vector", "It was trained as DoRA, which llama.cpp does not have."),
    ("lora_embedding_", "It also changes the embeddings of words, which a tone can't."),
    ("embed_tokens.", "It also carries embeddings, for words that were added; a tone can't."),
    ("token_adapter", "It also changes the embeddings of some words, which a tone can't."),
    ("modules_to_save", "It also replaces whole parts of the model (modules_to_save), which a tone can't."),
    (".bias", "It also changes biases, which a tone can't."),
    ("norm", "It also changes the model's norms, which a tone can't."),
)


@dataclass(frozen=True, slots=True)
class Pair:
    """The change B·A to one module: `a` is (rank, in), `b` is (out, rank)."""

    module: str
    a: StoredTensor
    b: StoredTensor

    @property
    def rank(self) -> int:
        return self.a.shape[0]


@dataclass(frozen=True, slots=True)
class PeftAdapter:
    """`name` is the folder's."""

    name: str
    config: PeftConfig
    pairs: tuple[Pair, ...]


def read_peft(folder: Path) -> PeftAdapter:
    """Raises UserError with the reason when it is not a plain LoRA, whole and consistent."""
    weights = folder / WEIGHTS_FILE
    if not weights.is_file():
        raise BadPeftConfig(PICKLE_REASON if holds_pickle(folder) else f"{WEIGHTS_FILE} is missing.")
    config = read_config(folder)
    pairs = _pairs(read_tensors(weights))
    config.check_effort([pair.module for pair in pairs])
    for pair in pairs:
        expected = config.rank_of(pair.module)
        if pair.rank != expected:
            raise BadPeftConfig(f"{pair.module} has rank {pair.rank}, but {CONFIG_FILE} says {expected}.")
    return PeftAdapter(folder.absolute().name, config, pairs)


def _pairs(tensors: Mapping[str, StoredTensor]) -> tuple[Pair, ...]:
    halves: dict[str, dict[str, StoredTensor]] = {}
    for name, tensor in tensors.items():
        end = next((end for end in _ENDS if name.endswith(end)), None)
        if end is None:
            raise _strange(name)
        module = name.removesuffix(end).removeprefix(_PREFIX)
        halves.setdefault(module, {})[end] = tensor
    if not halves:
        raise BadPeftConfig("It changes nothing: it holds no numbers.")
    return tuple(_pair(module, found) for module, found in halves.items())


def _pair(module: str, halves: Mapping[str, StoredTensor]) -> Pair:
    a, b = (halves.get(end) for end in _ENDS)
    if a is None or b is None:
        raise BadPeftConfig(f"Half of the change to {module} is missing.")
    if len(a.shape) != 2 or len(b.shape) != 2:
        raise BadPeftConfig(f"The change to {module} is not made of two matrices.")
    if a.shape[0] != b.shape[1]:
        raise BadPeftConfig(f"The two matrices that change {module} do not fit each other.")
    if 0 in (*a.shape, *b.shape):
        raise BadPeftConfig(f"The change to {module} is of rank 0 or has no size.")
    return Pair(module, a, b)


def _strange(name: str) -> UserError:
    for part, reason in _STRANGE:
        if part in name:
            return BadPeftConfig(reason)
    if name.endswith(".weight") and ".lora_" not in name:
        return BadPeftConfig(f"It also replaces {name.removeprefix(_PREFIX)} as a whole, which a tone can't.")
    return BadPeftConfig(f"It holds {name}, which is no part of a LoRA.")
