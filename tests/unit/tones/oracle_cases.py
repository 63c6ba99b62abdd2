"""The adapters whose conversion is compared with llama.cpp's, and whose strengths with PEFT's."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tests.support.peft import TINY_MODELS, TinyModel

RECORD = "oracle.json"


@dataclass(frozen=True, slots=True)
class Case:
    model: TinyModel
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PatternCase:
    """`settings` go to PEFT and into the folder; `ranks` are what they come to, by module."""

    settings: dict[str, Any]
    ranks: Mapping[str, int] = field(default_factory=dict)


_BY_FAMILY = {model.family: model for model in TINY_MODELS}
_LLAMA, _QWEN, _GEMMA = _BY_FAMILY["llama"], _BY_FAMILY["qwen2"], _BY_FAMILY["gemma3_text"]

CASES: Mapping[str, Case] = {
    **{model.family: Case(model) for model in TINY_MODELS},
    "llama in halves": Case(_LLAMA, {"kind": "F16", "rank": 1}),
    "llama in bfloat16": Case(_LLAMA, {"kind": "BF16", "rank": 3}),
    "qwen2 in bfloat16": Case(_QWEN, {"kind": "BF16", "rank": 40}),
    "llama, attention alone": Case(_LLAMA, {"modules": ("q_proj", "v_proj")}),
    "llama, the first layer alone": Case(_LLAMA, {"modules": ("layers.0.",)}),
    "gemma3 with eyes": Case(_GEMMA, {"prefix": "model.language_model."}),
}

_Q0 = "model.layers.0.self_attn.q_proj"
PATTERN_CASES: Mapping[str, PatternCase] = {
    "plain": PatternCase({"r": 4, "lora_alpha": 16}),
    "rank stabilized": PatternCase({"r": 4, "lora_alpha": 16, "use_rslora": True}),
    "ranks": PatternCase(
        {"r": 4, "lora_alpha": 16, "rank_pattern": {"q_proj": 8, "layers.1.mlp.down_proj": 2}},
        {_Q0: 8, _Q0.replace(".0.", ".1."): 8, "model.layers.1.mlp.down_proj": 2},
    ),
    "alphas": PatternCase(
        {"r": 4, "lora_alpha": 16, "alpha_pattern": {"^model.layers.0.self_attn.q_proj": 32, r".*\.v_proj": 3}}
    ),
    "everything": PatternCase(
        {
            "r": 4,
            "lora_alpha": 7,
            "use_rslora": True,
            "rank_pattern": {r"model\.layers\.(0|1)\.self_attn\.k_proj": 6, "proj": 9},
            "alpha_pattern": {"layers.0.mlp.(up|gate)_proj": 5, "mlp.up_proj": 11, "_proj": 99},
        },
        {f"model.layers.{layer}.self_attn.k_proj": 6 for layer in (0, 1)},
    ),
}


def digest(values: np.ndarray) -> str:
    """Of shape and values."""
    assert values.dtype == np.float32
    return hashlib.sha256(repr(values.shape).encode() + np.ascontiguousarray(values).tobytes()).hexdigest()
