"""What this computer offers a model: its real cores, and how far its memory goes."""

import os
import sys
from pathlib import Path

from desktop.gguf.header import GgufHeader

LARGEST_CONTEXT = 8192
SMALLEST_CONTEXT = 512
# of the free memory, what the attention cache may take
_CACHE_SHARE = 0.4
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


def choose_context(header: GgufHeader, asked: int, free: int, kv_type: str = "f16") -> int:
    """Tokens of context: as asked, or the default for 0; never more than trained or than memory allows."""
    trained = header.integer(f"{header.architecture}.context_length") or LARGEST_CONTEXT
    affordable = int(free * _CACHE_SHARE) // cache_bytes_a_token(header, kv_type)
    return max(SMALLEST_CONTEXT, min(asked or LARGEST_CONTEXT, trained, affordable))
