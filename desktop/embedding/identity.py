"""What an embedder is: read from its folder (sentence-transformers layout) without loading weights or any library.

Knows the layout's small JSON files and the mark of the fast form. Runs nothing.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from desktop.domain.errors import EngineProblem

FAST_FOLDER = "fast"
FORM_FILE = "form.json"
FORM_VERSION = 1
GRAPH_FILE = "graph.onnx"
WEIGHTS_FILE = "model.safetensors"
TOKENIZER_FILE = "tokenizer.json"

_POOLING_MODES = (
    "pooling_mode_cls_token",
    "pooling_mode_max_tokens",
    "pooling_mode_mean_sqrt_len_tokens",
    "pooling_mode_weightedmean_tokens",
    "pooling_mode_lasttoken",
)


@dataclass(frozen=True, slots=True)
class EmbedderIdentity:
    """Two embedders whose identities are equal make the same vectors.

    `revision` is the hex SHA-256 over weights, tokenizer and the settings below; the prompts are put before the text.
    `max_tokens` counts special tokens.
    """

    name: str
    revision: str
    dimension: int
    pooling: str
    max_tokens: int
    query_prompt: str
    passage_prompt: str


def read_identity(folder: Path) -> EmbedderIdentity:
    """The identity of the embedder whose fast form was made. Raises EngineProblem when there is none."""
    form = _read_object(folder / FAST_FOLDER / FORM_FILE)
    if form is None:
        raise EngineProblem(
            f"The embedder {folder.name} is not prepared.", "Run the set-up again: python3 -m installer setup"
        )
    revision = form.get("revision")
    if form.get("format") != FORM_VERSION or not isinstance(revision, str):
        raise EngineProblem(
            f"The embedder {folder.name} was prepared by another version of Footnote.",
            "Run the set-up again: python3 -m installer setup",
        )
    return _identity(folder, revision)


def compute_identity(folder: Path) -> EmbedderIdentity:
    """The identity from the files themselves; reads the weights once. Raises EngineProblem on an unknown layout."""
    plain = _identity(folder, "")
    digest = hashlib.sha256(repr(plain).encode())
    for name in (WEIGHTS_FILE, TOKENIZER_FILE):
        digest.update(bytes.fromhex(file_digest(folder / name)))
    return _identity(folder, digest.hexdigest())


def file_digest(path: Path) -> str:
    """Hex SHA-256 of a file. Raises EngineProblem when it can't be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise EngineProblem(f"The embedder's file {path.name} can't be read.", str(error)) from error


def _identity(folder: Path, revision: str) -> EmbedderIdentity:
    _check_modules(folder)
    pooling = _required(folder / "1_Pooling" / "config.json")
    if not _pools_by_mean(pooling):
        raise EngineProblem(f"The embedder {folder.name} pools in a way Footnote can't do.", "Only mean pooling works.")
    limits = _required(folder / "sentence_bert_config.json")
    prompts = _object((_read_object(folder / "config_sentence_transformers.json") or {}).get("prompts"))
    return EmbedderIdentity(
        name=folder.name,
        revision=revision,
        dimension=_number(pooling, "word_embedding_dimension", folder),
        pooling="mean",
        max_tokens=_number(limits, "max_seq_length", folder),
        query_prompt=str(prompts.get("query", "")),
        passage_prompt=str(prompts.get("document", prompts.get("passage", ""))),
    )


def _check_modules(folder: Path) -> None:
    """The order that the fast form computes: transformer, pooling, then perhaps unit length."""
    modules = _read(folder / "modules.json")
    rows = cast("list[object]", modules) if isinstance(modules, list) else []
    kinds = [str(_object(row).get("type", "")).rpartition(".")[2] for row in rows]
    if kinds not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
        made_of = ", ".join(kinds) or "nothing Footnote knows"
        raise EngineProblem(
            f"The embedder {folder.name} can't be used: it is made of {made_of}.",
            "Footnote runs sentence-transformers models of a transformer with mean pooling.",
        )
    kind = _required(folder / "config.json").get("model_type")
    if kind != "bert":
        raise EngineProblem(f"The embedder {folder.name} is a {kind} model.", "This version runs BERT models only.")


def _pools_by_mean(pooling: dict[str, object]) -> bool:
    others = any(pooling.get(mode) is True for mode in _POOLING_MODES)
    return pooling.get("pooling_mode_mean_tokens") is True and not others


def _number(values: dict[str, object], key: str, folder: Path) -> int:
    value = values.get(key)
    if not isinstance(value, int) or value < 1:
        raise EngineProblem(f"The embedder {folder.name} names no {key}.")
    return value


def _required(path: Path) -> dict[str, object]:
    found = _read_object(path)
    if found is None:
        raise EngineProblem(f"The embedder {path.parent.name} has no {path.name}.", "Its folder is not complete.")
    return found


def _read_object(path: Path) -> dict[str, object] | None:
    value = _read(path)
    return _object(value) if isinstance(value, dict) else None


def _object(value: object) -> dict[str, object]:
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def _read(path: Path) -> object:
    """The JSON value of a file, None when there is no such file."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise EngineProblem(f"The embedder's file {path.name} can't be read.", str(error)) from error
