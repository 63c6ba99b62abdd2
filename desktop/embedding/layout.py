"""What the small JSON files of a sentence-transformers folder say: its parts, pooling, limit and prompts.

Refuses what the fast form can't compute, and whatever would run code of the folder's own. Reads no weights.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from desktop.domain.errors import EngineProblem

MODULES_FILE = "modules.json"
CONFIG_FILE = "config.json"
TOKENIZER_CONFIG_FILE = "tokenizer_config.json"
LIMITS_FILE = "sentence_bert_config.json"
PROMPTS_FILE = "config_sentence_transformers.json"
WEIGHTS_FILE = "model.safetensors"

POOLINGS = ("mean", "cls", "lasttoken")
_OLDER_NAMES = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len_tokens",
    "pooling_mode_weightedmean_tokens": "weightedmean",
    "pooling_mode_lasttoken": "lasttoken",
}
_OWN_FOLDER = re.compile(r"\d+_\w+")  # what sentence-transformers names a part's folder
_MOST_TOKENS = 1 << 15  # a limit above this means "none" in tokenizer settings


@dataclass(frozen=True, slots=True)
class Layout:
    """`dense` are the folders of dense layers, in order; `max_tokens` counts special tokens and prompt."""

    dimension: int
    pooling: str
    dense: tuple[str, ...]
    max_tokens: int
    query_prompt: str
    passage_prompt: str


def read_layout(folder: Path) -> Layout:
    """Raises EngineProblem when a part is missing or can't be used."""
    refuse_own_code(folder)
    paths = _module_paths(folder)
    pooling = _required(folder / paths[1] / CONFIG_FILE)
    prompts = read_object(folder / PROMPTS_FILE).get("prompts")
    query, passage = _prompt(prompts, "query"), _prompt(prompts, "document", "passage", "corpus")
    if pooling.get("include_prompt") is False and (query or passage):
        raise EngineProblem(f"The embedder {folder.name} leaves its prompt out of the pooling; Footnote can't do that.")
    dense = tuple(paths[2:])
    return Layout(
        dimension=_dimension(folder, pooling, dense),
        pooling=_pooling(folder, pooling),
        dense=dense,
        max_tokens=max_tokens(folder),
        query_prompt=query,
        passage_prompt=passage,
    )


def refuse_own_code(folder: Path) -> None:
    """A model whose class is Python code in its own folder is never run."""
    for name in (CONFIG_FILE, TOKENIZER_CONFIG_FILE):
        if read_object(folder / name).get("auto_map"):
            raise EngineProblem(
                f"The model {folder.name} brings Python code of its own ({name}: auto_map).",
                "Footnote never runs code that comes with a model; choose one that transformers knows by itself.",
            )


def max_tokens(folder: Path) -> int:
    """What sentence-transformers cuts at: its own setting, else the tokenizer's, at most the model's positions."""
    # without a list of modules it reads none of its own settings: an older CrossEncoder is such a folder
    own = read_object(folder / LIMITS_FILE).get("max_seq_length") if (folder / MODULES_FILE).is_file() else None
    if isinstance(own, int) and own > 0:
        return own
    limits = (
        read_object(folder / TOKENIZER_CONFIG_FILE).get("model_max_length"),
        read_object(folder / CONFIG_FILE).get("max_position_embeddings"),
    )
    known = [int(limit) for limit in limits if isinstance(limit, int | float) and 0 < limit <= _MOST_TOKENS]
    if not known:
        raise EngineProblem(f"The embedder {folder.name} names no max_seq_length.", f"{LIMITS_FILE} should.")
    return min(known)


def read_object(path: Path) -> dict[str, object]:
    """The JSON object of a file, empty when there is no such file. Raises EngineProblem when it can't be read."""
    value = _read(path)
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def read_array(path: Path) -> list[dict[str, object]]:
    """The JSON objects in the array of a file, as `read_object`."""
    value = _read(path)
    rows = cast("list[object]", value) if isinstance(value, list) else []
    return [cast("dict[str, object]", row) if isinstance(row, dict) else {} for row in rows]


def _module_paths(folder: Path) -> list[str]:
    """Folders of the parts, in the order that the fast form computes: transformer, pooling, dense layers."""
    parts = read_array(folder / MODULES_FILE)
    kinds = [_kind(folder, str(part.get("type", ""))) for part in parts]
    ends = kinds[2:-1] if kinds[-1:] == ["Normalize"] else kinds[2:]
    if kinds[:2] != ["Transformer", "Pooling"] or any(kind != "Dense" for kind in ends):
        made_of = ", ".join(kinds) or "nothing Footnote knows"
        raise EngineProblem(
            f"The embedder {folder.name} can't be used: it is made of {made_of}.",
            "Footnote runs sentence-transformers models of a transformer with pooling.",
        )
    _required(folder / CONFIG_FILE)
    paths = [str(part.get("path", f"{number}_{kinds[number]}" if number else "")) for number, part in enumerate(parts)]
    if paths[0] not in ("", ".") or not all(_OWN_FOLDER.fullmatch(path) for path in paths[1 : 2 + len(ends)]):
        raise EngineProblem(f"The parts of the embedder {folder.name} are not where Footnote expects them.")
    for path in paths[2 : 2 + len(ends)]:
        _check_dense(folder, path)
    return paths[: 2 + len(ends)]


def _kind(folder: Path, name: str) -> str:
    package, _, kind = name.rpartition(".")
    if package.partition(".")[0] not in ("sentence_transformers", ""):
        raise EngineProblem(
            f"The embedder {folder.name} needs a Python class that is not of sentence-transformers: {name}.",
            "Footnote never runs code that comes with a model.",
        )
    return kind


def _check_dense(folder: Path, path: str) -> None:
    settings = _required(folder / path / CONFIG_FILE)
    if settings.get("module_input_name", "sentence_embedding") != "sentence_embedding":
        raise EngineProblem(f"The embedder {folder.name} has a dense layer that Footnote can't use.")


def _pooling(folder: Path, settings: dict[str, object]) -> str:
    mode = settings.get("pooling_mode")
    older = [short for name, short in _OLDER_NAMES.items() if settings.get(name) is True]
    modes = cast("list[object]", mode) if isinstance(mode, list) else older if mode is None else [mode]
    if len(modes) != 1 or modes[0] not in POOLINGS:
        pools = " and ".join(map(str, modes)) or "nothing"
        raise EngineProblem(
            f"The embedder {folder.name} pools in a way Footnote can't do: {pools}.",
            "Mean, first-token (cls) and last-token pooling work.",
        )
    return str(modes[0])


def _dimension(folder: Path, pooling: dict[str, object], dense: tuple[str, ...]) -> int:
    settings, keys = pooling, ("embedding_dimension", "word_embedding_dimension")
    if dense:
        settings, keys = _required(folder / dense[-1] / CONFIG_FILE), ("out_features",)
    value = next((settings[key] for key in keys if key in settings), None)
    if not isinstance(value, int) or value < 1:
        raise EngineProblem(f"The embedder {folder.name} names no {keys[-1]}.")
    return value


def _prompt(prompts: object, *names: str) -> str:
    found = cast("dict[str, object]", prompts) if isinstance(prompts, dict) else {}
    return next((prompt for name in names if isinstance(prompt := found.get(name), str) and prompt), "")


def _required(path: Path) -> dict[str, object]:
    if not path.is_file():
        raise EngineProblem(f"The embedder has no {path.parent.name}/{path.name}.", "Its folder is not complete.")
    return read_object(path)


def _read(path: Path) -> object:
    """The JSON value of a file, None when there is no such file."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        raise EngineProblem(f"The embedder's file {path.name} can't be read.", str(error)) from error
