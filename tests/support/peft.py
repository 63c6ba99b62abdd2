"""Makes small PEFT folders for tests: the settings as PEFT writes them, and matrices that depend on nothing but their
names, so that what another program made of the same folder can be compared years later.
"""

import hashlib
import json
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from desktop.gguf.writer import NewTensor, file_head, write_file

WIDTHS = {"F32": 4, "F16": 2, "BF16": 2}


@dataclass(frozen=True, slots=True)
class TinyModel:
    """A family of models, small. `settings` are its config.json; modules are in PEFT's words."""

    family: str
    architecture: str
    settings: Mapping[str, Any]
    joined: bool = False

    @property
    def layers(self) -> int:
        return int(self.settings["num_hidden_layers"])

    def extents(self) -> dict[str, tuple[int, int]]:
        """(in, out) of every module of a layer that an adapter may change."""
        s = self.settings
        width, inner, head = s["hidden_size"], s["intermediate_size"], s["head_dim"]
        query, key = s["num_attention_heads"] * head, s["num_key_value_heads"] * head
        if self.joined:
            attention = {"self_attn.qkv_proj": (width, query + 2 * key), "mlp.gate_up_proj": (width, 2 * inner)}
        else:
            attention = {
                "self_attn.q_proj": (width, query),
                "self_attn.k_proj": (width, key),
                "self_attn.v_proj": (width, key),
                "mlp.gate_proj": (width, inner),
                "mlp.up_proj": (width, inner),
            }
        return {**attention, "self_attn.o_proj": (query, width), "mlp.down_proj": (inner, width)}


_GGUF_NAMES = {
    "q_proj": "attn_q",
    "k_proj": "attn_k",
    "v_proj": "attn_v",
    "o_proj": "attn_output",
    "qkv_proj": "attn_qkv",
    "gate_proj": "ffn_gate",
    "up_proj": "ffn_up",
    "gate_up_proj": "ffn_up",
    "down_proj": "ffn_down",
}
_SIZES: dict[str, Any] = {
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "num_hidden_layers": 2,
    "vocab_size": 64,
    "max_position_embeddings": 128,
    "rms_norm_eps": 1e-6,
    "tie_word_embeddings": False,
}


_MINISTRAL_ROPE = {
    "type": "yarn",
    "rope_type": "yarn",
    "rope_theta": 1e6,
    "factor": 2.0,
    "beta_fast": 32.0,
    "beta_slow": 1.0,
    "mscale": 1.0,
    "mscale_all_dim": 1.0,
    "original_max_position_embeddings": 64,
    "llama_4_scaling_beta": 0.1,
}


def _tiny(family: str, architecture: str, class_name: str, joined: bool = False, **more: Any) -> TinyModel:
    settings = {**_SIZES, "model_type": family, "architectures": [class_name], **more}
    return TinyModel(family, architecture, settings, joined)


TINY_MODELS = (
    _tiny("llama", "llama", "LlamaForCausalLM"),
    # as many key heads as query heads, and heads that are wider than the model divided by their number
    _tiny("mistral", "llama", "MistralForCausalLM", num_key_value_heads=4, head_dim=12),
    _tiny("qwen2", "qwen2", "Qwen2ForCausalLM"),
    _tiny("qwen3", "qwen3", "Qwen3ForCausalLM", head_dim=16),
    _tiny("gemma", "gemma", "GemmaForCausalLM", tie_word_embeddings=True),
    _tiny("gemma2", "gemma2", "Gemma2ForCausalLM", tie_word_embeddings=True),
    _tiny("gemma3_text", "gemma3", "Gemma3ForCausalLM", tie_word_embeddings=True),
    _tiny("phi3", "phi3", "Phi3ForCausalLM", joined=True, pad_token_id=0),
    _tiny("ministral3", "mistral3", "Ministral3ForCausalLM", head_dim=12, rope_parameters=_MINISTRAL_ROPE),
)


def write_peft(
    folder: Path,
    model: TinyModel,
    *,
    rank: int = 4,
    kind: str = "F32",
    modules: Sequence[str] = (),
    prefix: str = "model.",
    ranks: Mapping[str, int] | None = None,
    change: Mapping[str, Any] | None = None,
    also: Sequence[str] = (),
) -> Path:
    """An adapter for every module of `model`, or for `modules`; `also` are further ones, as wide as its vocabulary.

    `ranks` are by module; `change` lays settings over those that PEFT writes.
    """
    tensors: dict[str, tuple[str, tuple[int, ...], bytes]] = {}
    for layer in range(model.layers):
        for name, (took, gave) in model.extents().items():
            module = f"{prefix}layers.{layer}.{name}"
            if modules and not any(wanted in module for wanted in modules):
                continue
            own = (ranks or {}).get(module, rank)
            tensors.update(pair(module, took, gave, own, kind))
    for module in also:
        tensors.update(pair(module, model.settings["hidden_size"], model.settings["vocab_size"], rank, kind))
    folder.mkdir(parents=True, exist_ok=True)
    write_safetensors(folder / "adapter_model.safetensors", tensors)
    settings = {**settings_of(rank, sorted(model.extents())), **(change or {})}
    (folder / "adapter_config.json").write_text(json.dumps(settings, indent=2), "utf-8")
    return folder


def write_base(
    path: Path, model: TinyModel, facts: Mapping[str, str | int] | None = None, without: Sequence[str] = ()
) -> Path:
    """A GGUF file of the shapes of `model`, its numbers all 0. `facts` are laid over its own."""
    known: dict[str, str | int] = {
        "general.architecture": model.architecture,
        "general.name": "Tiny Model 1M",
        f"{model.architecture}.block_count": model.layers,
        f"{model.architecture}.context_length": model.settings["max_position_embeddings"],
        f"{model.architecture}.embedding_length": model.settings["hidden_size"],
        f"{model.architecture}.attention.head_count": model.settings["num_attention_heads"],
        f"{model.architecture}.attention.head_count_kv": model.settings["num_key_value_heads"],
        "tokenizer.ggml.model": "llama",
        **(facts or {}),
    }
    width, words = model.settings["hidden_size"], model.settings["vocab_size"]
    shapes = {"token_embd.weight": (width, words), "output.weight": (width, words)}
    for layer in range(model.layers):
        for module, extents in model.extents().items():
            shapes[f"blk.{layer}.{_GGUF_NAMES[module.rpartition('.')[2]]}.weight"] = extents
    tensors = [NewTensor(name, shape, _zeros(shape)) for name, shape in shapes.items() if name not in without]
    with path.open("wb") as stream:
        write_file(stream, file_head(known, tensors), tensors)
    return path


def _zeros(shape: tuple[int, ...]) -> Callable[[], bytes]:
    return lambda: bytes(4 * prod(shape))


def settings_of(rank: int, modules: Sequence[str]) -> dict[str, Any]:
    """As PEFT saves them."""
    return {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": "nobody/Tiny-Model-1M",
        "bias": "none",
        "fan_in_fan_out": False,
        "inference_mode": True,
        "init_lora_weights": True,
        "lora_alpha": 16,
        "lora_bias": False,
        "lora_dropout": 0.0,
        "modules_to_save": None,
        "r": rank,
        "rank_pattern": {},
        "alpha_pattern": {},
        "target_modules": [name.rpartition(".")[2] for name in modules],
        "use_dora": False,
        "use_rslora": False,
    }


def pair(module: str, took: int, gave: int, rank: int, kind: str) -> dict[str, tuple[str, tuple[int, ...], bytes]]:
    """The two matrices that change one module."""
    a, b = (f"base_model.model.{module}.lora_{part}.weight" for part in "AB")
    first = (kind, (rank, took), numbers(a, rank * took, kind))
    return {a: first, b: (kind, (gave, rank), numbers(b, gave * rank, kind))}


def numbers(name: str, count: int, kind: str) -> bytes:
    """Values between -1 and 1 whose every bit comes from `name`; as bytes of that kind."""
    data = np.frombuffer(hashlib.shake_256(name.encode()).digest(4 * count), "<u4")
    if kind == "BF16":
        # sign and fraction at will, the exponent from 2^-15 to 2^-1
        bits = (data & 0x807F) | ((112 + (data >> 16) % 15) << 7)
        return bits.astype("<u2").tobytes()
    values = (data >> 8).astype(np.float64) / (1 << 23) - 1
    return values.astype("<f2" if kind == "F16" else "<f4").tobytes()


def write_safetensors(path: Path, tensors: Mapping[str, tuple[str, tuple[int, ...], bytes]]) -> Path:
    """`tensors` are (kind, shape, bytes) by name."""
    head: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    at = 0
    for name, (kind, shape, data) in tensors.items():
        assert len(data) == prod(shape) * WIDTHS.get(kind, 4), name
        head[name] = {"dtype": kind, "shape": list(shape), "data_offsets": [at, at + len(data)]}
        at += len(data)
    text = json.dumps(head).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(data for _, _, data in tensors.values()))
    return path
