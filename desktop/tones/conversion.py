"""Turns a PEFT folder into a GGUF adapter for a model: names, the order of rows, and how strong each change is.

The model's header says which family it is and how many heads it has, which the folder doesn't. Nothing is written
that `desktop.gguf` would refuse for that model.
"""

import io
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from desktop.domain.errors import UserError
from desktop.gguf.adapter import shape_problem
from desktop.gguf.header import GgufHeader, parse_header
from desktop.gguf.writer import NewTensor, file_head, file_size, write_file
from desktop.tones.naming import FAMILIES, Family, is_for_pictures, tensor_name
from desktop.tones.peft_adapter import Pair, PeftAdapter

Matrix = NDArray[np.float32]


class CannotConvert(UserError):
    """The adapter can't be converted for this model; `hint` is the reason."""

    def __init__(self, reason: str) -> None:
        super().__init__("This adapter can't be converted.", reason)


def convert(adapter: PeftAdapter, base: GgufHeader, stream: BinaryIO) -> None:
    """Writes the adapter for `base` as GGUF. Raises UserError with the reason; only bad numbers are found late."""
    tensors = _planned(adapter, base)
    head = file_head(_facts(adapter, base), tensors)
    # the reader judges the plan, before any number is read
    problem = shape_problem(parse_header(io.BytesIO(head), file_size(head, tensors)), base)
    if problem:
        raise CannotConvert(problem)
    write_file(stream, head, tensors)


def permuted(rows: Matrix, heads: int) -> Matrix:
    """Each head's rows in turns from its first and its second half, as llama.cpp turns positions (RoPE)."""
    return rows.reshape(heads, 2, len(rows) // heads // 2, -1).swapaxes(1, 2).reshape(rows.shape)


def _planned(adapter: PeftAdapter, base: GgufHeader) -> list[NewTensor]:
    family = FAMILIES.get(base.architecture)
    if family is None:
        known = ", ".join(sorted(FAMILIES))
        raise CannotConvert(f"Adapters for {base.architecture} models can't be converted here; those for {known} can.")
    tensors: list[NewTensor] = []
    for pair in adapter.pairs:
        if is_for_pictures(pair.module):
            continue
        name = tensor_name(family, pair.module)
        if name is None:
            raise CannotConvert(f"It changes {pair.module}, which {base.architecture} models don't have here.")
        heads = _heads(family, base, name, pair.b.shape[0])
        tensors.append(NewTensor(f"{name}.lora_a", pair.a.shape[::-1], _first(pair)))
        tensors.append(NewTensor(f"{name}.lora_b", pair.b.shape[::-1], _second(adapter, pair, heads)))
    return tensors


def _heads(family: Family, base: GgufHeader, name: str, rows: int) -> int:
    """How many heads' rows change places in this tensor; 0: none."""
    kind = name.split(".")[-2]
    if not family.interleaved or kind not in ("attn_q", "attn_k"):
        return 0
    query_heads = base.integer(f"{base.architecture}.attention.head_count")
    key_heads = base.integer(f"{base.architecture}.attention.head_count_kv") or query_heads
    heads = query_heads if kind == "attn_q" else key_heads
    if heads <= 0 or rows % (2 * heads):
        raise CannotConvert(f"{name} does not divide into the {heads} heads of this model.")
    return heads


def _first(pair: Pair) -> Callable[[], bytes]:
    return lambda: pair.a.values().astype("<f4", copy=False).tobytes()


def _second(adapter: PeftAdapter, pair: Pair, heads: int) -> Callable[[], bytes]:
    factor = adapter.config.factor_of(pair.module, pair.rank)

    def load() -> bytes:
        values = pair.b.values()
        if factor != 1:
            with np.errstate(over="ignore"):
                values = (values * np.float64(factor)).astype(np.float32)
            if not np.isfinite(values).all():
                raise CannotConvert(f"{pair.b.name} holds values that are too large.")
        if heads:
            values = permuted(values, heads)
        return values.astype("<f4", copy=False).tobytes()

    return load


def _facts(adapter: PeftAdapter, base: GgufHeader) -> dict[str, str | int | float]:
    facts: dict[str, str | int | float] = {
        "general.architecture": base.architecture,
        "general.type": "adapter",
        "adapter.type": "lora",
        "general.name": adapter.name or "tone",
        "adapter.lora.alpha": adapter.config.alpha,
    }
    organization, name = base_names(adapter.config.base)
    if name:
        facts["general.base_model.count"] = 1
        facts["general.base_model.0.name"] = name
    if name and organization:
        facts["general.base_model.0.organization"] = organization
        facts["general.base_model.0.repo_url"] = f"https://huggingface.co/{organization}/{name}"
    return facts


def base_names(base: str) -> tuple[str, str]:
    """Organization and name from `org/name`, from a folder of a download cache, or from any other path."""
    parts = [part for part in PurePosixPath(base.replace("\\", "/")).parts if part not in ("/", ".", "..")]
    for part in parts:
        cached = part.split("--")
        if len(cached) == 3 and cached[0] == "models":
            return cached[1], cached[2]
    if len(parts) == 2 and "/".join(parts) == base:
        return parts[0], parts[1]
    return "", parts[-1] if parts else ""
