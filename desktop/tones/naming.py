"""What GGUF calls the modules of the model families whose adapters can be converted, and which rows change places.

Source: llama.cpp's converter from Hugging Face; the tests compare with it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_USUAL: Mapping[str, str] = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
# one matrix for query, key and value, one for gate and up
_JOINED: Mapping[str, str] = {
    "self_attn.qkv_proj": "attn_qkv",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


@dataclass(frozen=True, slots=True)
class Family:
    """`interleaved`: GGUF keeps the two halves of each head's rows of query and key in turns."""

    modules: Mapping[str, str]
    interleaved: bool = False


# by GGUF's name of the architecture; Mistral's models before Ministral 3 are of the architecture llama
FAMILIES: Mapping[str, Family] = {
    "llama": Family(_USUAL, interleaved=True),
    "mistral3": Family(_USUAL, interleaved=True),
    "qwen2": Family(_USUAL),
    "qwen3": Family(_USUAL),
    "gemma": Family(_USUAL),
    "gemma2": Family(_USUAL),
    "gemma3": Family(_USUAL),
    "phi3": Family(_JOINED),
}
# models that also see wrap the one that speaks; layers of their eyes are never used here
_LAYER = re.compile(r"(?:model\.|language_model\.|text_model\.)*layers\.(\d{1,4})\.([a-z_.]+)")
_HEAD = re.compile(r"(?:model\.|language_model\.)*lm_head")
_EYES = re.compile(r"\b(?:vision_tower|vision_model|visual|multi_modal_projector|audio_tower)\b")


def tensor_name(family: Family, module: str) -> str | None:
    """The GGUF tensor of a module as PEFT names it, or None when this family has no such module."""
    if _HEAD.fullmatch(module):
        return "output.weight"
    layer = _LAYER.fullmatch(module)
    part = family.modules.get(layer[2]) if layer else None
    return f"blk.{int(layer[1])}.{part}.weight" if layer and part else None


def is_for_pictures(module: str) -> bool:
    """Whether the module takes in pictures or sound, and so never touches words."""
    return _EYES.search(module) is not None
