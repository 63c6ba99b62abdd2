"""What this computer offers a model: its real cores, and how far its memory goes."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from desktop.gguf.header import GgufHeader
from desktop.llm.devices import Device

LARGEST_CONTEXT = 8192
SMALLEST_CONTEXT = 512
# given even where memory is short: in less there is no room for a question, its sources and the answer
USEFUL_CONTEXT = 2048
# llama.cpp's work buffers and the runner itself
BESIDE = 300 << 20
# of a GPU's free memory, what the model may take; and what computing takes on top of it
_GPU_SHARE, _GPU_BESIDE = 0.95, 400 << 20
# q8_0 keeps 32 numbers in 34 bytes
_BYTES_A_NUMBER = {"f16": 2.0, "q8_0": 34 / 32}


def physical_cores() -> int:
    """Cores that this process may use, counting two threads of one core once, within a container's limit."""
    if sys.platform == "linux":
        usable = os.sched_getaffinity(0)
        siblings = {_siblings(cpu) for cpu in usable}
        return max(1, min(len(siblings), _container_limit()))
    return os.cpu_count() or 1


def _siblings(cpu: int) -> str:
    try:
        return Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list").read_text()
    except OSError:
        return str(cpu)


def _container_limit() -> int:
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        return max(1, round(int(quota) / int(period)))
    except (OSError, ValueError):
        return sys.maxsize


def cache_bytes_a_token(header: GgufHeader, kv_type: str = "f16") -> int:
    """What one token takes in the attention cache, with keys and values kept as `kv_type`."""
    name = header.architecture
    heads = header.integer(f"{name}.attention.head_count") or 1
    kv_heads = header.integer(f"{name}.attention.head_count_kv") or heads
    width = header.integer(f"{name}.embedding_length") // heads
    key = header.integer(f"{name}.attention.key_length") or width
    value = header.integer(f"{name}.attention.value_length") or width
    numbers = header.integer(f"{name}.block_count") * kv_heads * (key + value)
    return max(1, int(numbers * _BYTES_A_NUMBER[kv_type]))


def cards_in_use(devices: Sequence[Device]) -> list[Device]:
    """Those that llama.cpp puts layers on: cards that share the computer's memory only where there is no other."""
    return [device for device in devices if not device.shared] or list(devices)


def card_memory(devices: Sequence[Device]) -> int:
    """Bytes that are free on cards on top of the computer's own memory."""
    return sum(device.free for device in devices if not device.shared)


def room_on_card(free: int) -> int:
    """Of `free` bytes of a GPU's memory, what weights and cache may take."""
    return max(0, round(free * _GPU_SHARE - _GPU_BESIDE))


def choose_layers(header: GgufHeader, size: int, context: int, kv_type: str, free: int) -> int:
    """How many layers, the output among them, `free` bytes of a GPU's memory hold beside what computing takes.

    `size` is the model file's; `context` in tokens.
    """
    layers = header.integer(f"{header.architecture}.block_count") + 1
    of_each = (size + cache_bytes_a_token(header, kv_type) * context) / layers
    return min(layers, int(room_on_card(free) / of_each))


def wanted_context(header: GgufHeader, asked: int) -> int:
    """Tokens of context where memory is no matter: as asked, or the usual for 0; never more than trained."""
    trained = header.integer(f"{header.architecture}.context_length") or LARGEST_CONTEXT
    return max(SMALLEST_CONTEXT, min(asked or LARGEST_CONTEXT, trained))


def choose_context(header: GgufHeader, asked: int, free: int, size: int, kv_type: str = "f16") -> int:
    """As wanted, or as many tokens as `free` bytes of memory hold beside `size` bytes of weights, if that is less."""
    affordable = (free - size - BESIDE) // cache_bytes_a_token(header, kv_type)
    return min(wanted_context(header, asked), max(USEFUL_CONTEXT, affordable))
