"""Reads safetensors files strictly: where each tensor lies, and the float32 values of one at a time.

Never maps a file, since a mapped file that shrinks ends the process, and knows bfloat16, which numpy lacks.
"""

import json
import math
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from desktop.domain.errors import UserError

WIDTHS: Mapping[str, int] = {"F32": 4, "F16": 2, "BF16": 2}
LONGEST_HEAD = 32 << 20
LONGEST_NAME = 400


class BadSafetensors(UserError):
    """The file is no safetensors file that can be used; `hint` is the reason."""

    def __init__(self, reason: str) -> None:
        super().__init__("This adapter can't be used.", reason)


@dataclass(frozen=True, slots=True)
class StoredTensor:
    """`shape` is in PyTorch's order, the slowest dimension first; `start` in bytes from the beginning of `file`."""

    file: Path
    name: str
    kind: str
    shape: tuple[int, ...]
    start: int

    def values(self) -> NDArray[np.float32]:
        """Its values. Raises BadSafetensors when the file has changed, or a value is no number."""
        size = math.prod(self.shape) * WIDTHS[self.kind]
        try:
            with self.file.open("rb") as stream:
                stream.seek(self.start)
                data = stream.read(size)
        except OSError as error:
            raise BadSafetensors(error.strerror or "It can't be read.") from None
        if len(data) != size:
            raise BadSafetensors("The file is cut off: it became shorter while it was read.")
        values = _decoded(data, self.kind).reshape(self.shape)
        if not np.isfinite(values).all():
            raise BadSafetensors(f"{self.name} holds values that are not numbers.")
        return values


def _decoded(data: bytes, kind: str) -> NDArray[np.float32]:
    if kind == "BF16":  # the upper half of a float32
        return (np.frombuffer(data, "<u2").astype(np.uint32) << 16).view(np.float32)
    return np.frombuffer(data, "<f2" if kind == "F16" else "<f4").astype(np.float32)


def read_tensors(file: Path) -> dict[str, StoredTensor]:
    """Every tensor of the file by name, known to lie inside it. Raises BadSafetensors with the reason."""
    try:
        with file.open("rb") as stream:
            size = stream.seek(0, 2)
            stream.seek(0)
            start, head = _read_head(stream, size)
    except OSError as error:
        raise BadSafetensors(error.strerror or "It can't be read.") from None
    tensors: dict[str, StoredTensor] = {}
    taken: list[tuple[int, int]] = []
    for name, entry in head.items():
        if name != "__metadata__":
            tensors[name], place = _tensor(file, name, entry, start)
            taken.append(place)
    _check_places(taken, size - start)
    return tensors


def _read_head(stream: BinaryIO, size: int) -> tuple[int, dict[str, Any]]:
    """Where the numbers begin, and what the head says."""
    length = stream.read(8)
    if length[:4] in (b"PK\3\4", b"\x80\2\x8a\n"):
        raise BadSafetensors("It is a PyTorch file under another name. Such files can run programs; none is opened.")
    if len(length) < 8:
        raise BadSafetensors("It is not a safetensors file.")
    (count,) = struct.unpack("<Q", length)
    if count > min(LONGEST_HEAD, size - 8):
        raise BadSafetensors("It is cut off, or not a safetensors file.")
    try:
        head = json.loads(stream.read(count).decode("utf-8"), object_pairs_hook=_without_doubles)
    except (ValueError, RecursionError):
        raise BadSafetensors("Its list of tensors can't be read.") from None
    if not isinstance(head, dict):
        raise BadSafetensors("Its list of tensors can't be read.")
    return 8 + count, cast("dict[str, Any]", head)


def _without_doubles(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"{key} stands there twice")
        found[key] = value
    return found


def _tensor(file: Path, name: str, entry: Any, start: int) -> tuple[StoredTensor, tuple[int, int]]:
    """The tensor, and its place from the beginning of the numbers."""
    if not name.isprintable() or len(name) > LONGEST_NAME:
        raise BadSafetensors("The name of one of its tensors is not a name.")
    if not isinstance(entry, dict):
        raise BadSafetensors(f"What it says about {name} can't be read.")
    fields = cast("dict[str, Any]", entry)
    kind, shape = fields.get("dtype"), _whole_numbers(fields.get("shape"))
    offsets = _whole_numbers(fields.get("data_offsets"))
    if not isinstance(kind, str) or shape is None or offsets is None or len(offsets) != 2:
        raise BadSafetensors(f"What it says about {name} can't be read.")
    if kind not in WIDTHS:
        raise BadSafetensors(f"{name} is stored as {kind}; F32, F16 and BF16 can be read.")
    begin, end = offsets
    if math.prod(shape) * WIDTHS[kind] != end - begin:
        raise BadSafetensors(f"{name} is not as large as its shape says.")
    return StoredTensor(file, name, kind, shape, start + begin), (begin, end)


def _whole_numbers(value: Any) -> tuple[int, ...] | None:
    if not isinstance(value, list):
        return None
    items = cast("list[Any]", value)
    fits = len(items) <= 8 and all(type(item) is int and 0 <= item < 1 << 48 for item in items)
    return tuple(items) if fits else None


def _check_places(taken: list[tuple[int, int]], size: int) -> None:
    """The tensors must fill the file without a gap: what is left over or shared is a sign of damage."""
    at = 0
    for begin, end in sorted(taken):
        if begin != at:
            raise BadSafetensors("Its tensors do not lie where they should.")
        at = end
    if at > size:
        raise BadSafetensors("The file is cut off: some of its numbers are missing.")
    if at < size:
        raise BadSafetensors("It holds more than its list of tensors says.")
