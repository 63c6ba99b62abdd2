"""Writes GGUF files of short facts and float32 tensors, which is all that an adapter needs. Decides nothing about
what they mean; `desktop.gguf.header` is the reader, and what is written here must pass it.
"""

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import BinaryIO

from desktop.gguf.facts import FLOAT32, TEXT, UINT32

VERSION = 3
ALIGNMENT = 32
_FLOATS = 0  # GGUF's number for tensors of float32


@dataclass(frozen=True, slots=True)
class NewTensor:
    """A tensor to be written. `shape` is in GGUF's order, the fastest dimension first; `load` gives its float32
    values as little-endian bytes, and is called once, when they are written.
    """

    name: str
    shape: tuple[int, ...]
    load: Callable[[], bytes]

    @property
    def size(self) -> int:
        return 4 * prod(self.shape)


def file_head(facts: Mapping[str, str | int | float], tensors: Sequence[NewTensor]) -> bytes:
    """All that stands before the numbers. An int is written as uint32, a float as float32."""
    head = bytearray(b"GGUF" + struct.pack("<IQQ", VERSION, len(tensors), len(facts)))
    for key, value in facts.items():
        head += _text(key) + _fact(value)
    offset = 0
    for tensor in tensors:
        head += _text(tensor.name) + struct.pack("<I", len(tensor.shape))
        head += struct.pack(f"<{len(tensor.shape)}Q", *tensor.shape) + struct.pack("<IQ", _FLOATS, offset)
        offset += _padded(tensor.size)
    return bytes(head.ljust(_padded(len(head)), b"\0"))


def file_size(head: bytes, tensors: Sequence[NewTensor]) -> int:
    """Bytes of the whole file."""
    return len(head) + sum(_padded(tensor.size) for tensor in tensors)


def write_file(stream: BinaryIO, head: bytes, tensors: Sequence[NewTensor]) -> None:
    """`head` is what `file_head` made for the same tensors. Holds one tensor in memory at a time."""
    stream.write(head)
    for tensor in tensors:
        data = tensor.load()
        if len(data) != tensor.size:
            raise ValueError(f"{tensor.name} gave {len(data)} bytes, not {tensor.size}")
        stream.write(data)
        stream.write(b"\0" * (_padded(len(data)) - len(data)))


def _fact(value: str | int | float) -> bytes:
    if isinstance(value, str):
        return struct.pack("<I", TEXT) + _text(value)
    if isinstance(value, int):
        return struct.pack("<II", UINT32, value)
    return struct.pack("<If", FLOAT32, value)


def _text(value: str) -> bytes:
    data = value.encode("utf-8", "replace")
    return struct.pack("<Q", len(data)) + data


def _padded(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT
