"""Reads the `adapter_config.json` of a PEFT folder: how strong each change is, and whether it is a LoRA that
llama.cpp can follow. Everything that PEFT does beyond plain LoRA is refused by name.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from desktop.domain.errors import UserError
from desktop.tones.peft_folder import CONFIG_FILE

LARGEST_CONFIG = 4 << 20
# patterns come from strangers, and some regular expressions take for ever: these have no repeats in repeats, and how
# many steps they can take together is known before they run
_SAFE_PATTERN = re.compile(r"[\w.\-^$\\|()\[\]*+]{1,400}")
_REPEATS = re.compile(r"[*+]")
_MOST_REPEATS, _MOST_GROUPS = 2, 2
_MOST_STEPS = 100_000_000

_REASONS: Mapping[str, str] = {
    "use_dora": "It was trained as DoRA, which llama.cpp does not have.",
    "use_qalora": "It was trained as QA-LoRA, which llama.cpp does not have.",
    "use_bdlora": "It was trained as BD-LoRA, which llama.cpp does not have.",
    "kasa_config": "It was trained as KaSA, which llama.cpp does not have.",
    "monteclora_config": "It was trained as MonteCLoRA, which llama.cpp does not have.",
    "arrow_config": "It chooses among other adapters (Arrow), which llama.cpp does not have.",
    "alora_invocation_tokens": "It is an activated LoRA, meant to work after certain words only.",
    "modules_to_save": "It also replaces whole parts of the model (modules_to_save), which a tone can't.",
    "trainable_token_indices": "It also changes the embeddings of some words, which a tone can't.",
    "layer_replication": "It was trained on a model with layers repeated.",
    "target_parameters": "It changes parameters that are no layers of their own (target_parameters).",
    "lora_bias": "It also changes biases, which a tone can't.",
}
# these begin by taking a part out of the base model's weights, which a plain base model still has
_CHANGED_BASES = ("pissa", "olora", "corda", "loftq", "lora_ga")


@dataclass(frozen=True, slots=True)
class PeftConfig:
    """`base` is the base model's name or path as it stands there, perhaps empty."""

    base: str
    rank: int
    alpha: float
    rank_stabilized: bool
    ranks: tuple[tuple[re.Pattern[str], float], ...]
    alphas: tuple[tuple[re.Pattern[str], float], ...]

    def check_effort(self, modules: Sequence[str]) -> None:
        """Raises BadPeftConfig when matching the patterns with these names could take more than a few seconds."""
        steps = 0
        for pattern, _ in (*self.ranks, *self.alphas):
            repeats, choices = len(_REPEATS.findall(pattern.pattern)), 1 + pattern.pattern.count("|")
            ways = choices ** max(1, pattern.groups)
            steps += ways * sum((1 + module.count(".")) * len(module) ** repeats for module in modules)
        if steps > _MOST_STEPS:
            raise BadPeftConfig("It has too many patterns for ranks and strengths.")

    def rank_of(self, module: str) -> int:
        return int(_matching(self.ranks, module, self.rank))

    def factor_of(self, module: str, rank: int) -> float:
        """How much stronger this module's change is than `alpha / rank`, the only strength that GGUF knows."""
        factor = _matching(self.alphas, module, self.alpha) / self.alpha
        return factor * math.sqrt(rank) if self.rank_stabilized else factor


class BadPeftConfig(UserError):
    """The adapter can't be converted; `hint` is the reason."""

    def __init__(self, reason: str) -> None:
        super().__init__("This adapter can't be converted.", reason)


def read_config(folder: Path) -> PeftConfig:
    """Raises BadPeftConfig with the reason."""
    values = _read_json(folder / CONFIG_FILE)
    kind = values.get("peft_type")
    if kind != "LORA":
        raise BadPeftConfig(f"It is no LoRA: its {CONFIG_FILE} gives its kind as {_short(kind)}.")
    for key, reason in _REASONS.items():
        if values.get(key):
            raise BadPeftConfig(reason)
    if values.get("bias", "none") != "none":
        raise BadPeftConfig("It also changes biases, which a tone can't.")
    start = values.get("init_lora_weights")
    if isinstance(start, str) and start.lower().startswith(_CHANGED_BASES):
        raise BadPeftConfig(f"It was trained on a base model that was changed at the start ({_short(start)}).")
    base = values.get("base_model_name_or_path")
    return PeftConfig(
        base if isinstance(base, str) else "",
        int(_number(values, "r", whole=True)),
        _number(values, "lora_alpha"),
        bool(values.get("use_rslora")),
        _patterns(values, "rank_pattern", whole=True),
        _patterns(values, "alpha_pattern"),
    )


def _read_json(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as stream:
            data = stream.read(LARGEST_CONFIG + 1)
    except FileNotFoundError:
        raise BadPeftConfig(f"{CONFIG_FILE} is missing: it says how strong the adapter is.") from None
    except OSError as error:
        raise BadPeftConfig(f"{CONFIG_FILE}: {error.strerror or 'it cannot be read'}.") from None
    if len(data) > LARGEST_CONFIG:
        raise BadPeftConfig(f"Its {CONFIG_FILE} is too large to be one.")
    try:
        values = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise BadPeftConfig(f"Its {CONFIG_FILE} is not JSON.") from None
    if not isinstance(values, dict):
        raise BadPeftConfig(f"Its {CONFIG_FILE} is not a list of settings.")
    return cast("dict[str, Any]", values)


def _number(values: Mapping[str, Any], key: str, *, whole: bool = False) -> float:
    value = values.get(key)
    if isinstance(value, bool) or not isinstance(value, int if whole else int | float) or not 0 < value < 1e6:
        raise BadPeftConfig(f"Its {key} is {_short(value)}.")
    return float(value)


def _patterns(values: Mapping[str, Any], key: str, *, whole: bool = False) -> tuple[tuple[re.Pattern[str], float], ...]:
    found = values.get(key) or {}
    if not isinstance(found, dict):
        raise BadPeftConfig(f"Its {key} is not a list of settings.")
    entries = cast("dict[str, Any]", found)
    return tuple((_compiled(pattern, key), _number(entries, pattern, whole=whole)) for pattern in entries)


def _compiled(pattern: str, key: str) -> re.Pattern[str]:
    plain = _SAFE_PATTERN.fullmatch(pattern) and pattern.count("(") <= _MOST_GROUPS
    # a repeated group is where the time of a regular expression explodes
    if not plain or len(_REPEATS.findall(pattern)) > _MOST_REPEATS or re.search(r"\)[*+]", pattern):
        raise BadPeftConfig(f"Its {key} uses a pattern that is not followed here: {_short(pattern)}.")
    try:
        return re.compile(pattern)
    except (re.error, RecursionError):
        raise BadPeftConfig(f"Its {key} holds a broken pattern: {_short(pattern)}.") from None


def _matching(patterns: tuple[tuple[re.Pattern[str], float], ...], module: str, otherwise: float) -> float:
    """As PEFT does: the first pattern that is the whole name of the module, or its end behind a dot."""
    starts = [0, *(at + 1 for at, letter in enumerate(module) if letter == ".")]
    for pattern, value in patterns:
        if any(pattern.fullmatch(module, start) for start in starts):
            return value
    return otherwise


def _short(value: Any) -> str:
    """A value of unknown kind as a piece of a sentence."""
    text = "missing" if value is None else f"“{value}”" if isinstance(value, str) else str(value)
    flat = "".join(letter if letter.isprintable() else "�" for letter in text[:60])
    return flat if len(text) <= 60 else f"{flat}…"
