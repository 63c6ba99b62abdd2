"""Reads the head of a GGUF file strictly: its facts and where its tensors lie, never their numbers.

llama.cpp ends its process on some malformed files, so nothing reaches it that did not pass here. Time and memory are
bounded whatever a file claims.
"""

import os
import stat
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from desktop.domain.errors import UserError
from desktop.gguf.cursor import BadGguf, Cursor
from desktop.gguf.facts import ARRAY, BOOL, FLOAT32, INTEGERS, SCALARS, TEXT, WIDTHS, Fact
from desktop.gguf.key_kinds import check_kinds
from desktop.gguf.tensor_types import TENSOR_TYPES

MOST_FACTS = 4096
MOST_TENSORS = 65536
LONGEST_KEY = 256
LONGEST_NAME = 63  # llama.cpp keeps tensor names in 64 bytes
LONGEST_TEXT = 1 << 20
MOST_ITEMS = 1 << 23
MOST_DIMENSIONS = 4
# torch.save writes a zip archive, before that a pickle
_PYTORCH = frozenset({b"PK\3\4", b"\x80\2\x8a\n"})


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """`shape` is in GGUF's order, the fastest dimension first: a weight of (out, in) reads (in, out).

    `start` and `size` are bytes in the file.
    """

    name: str
    shape: tuple[int, ...]
    type: str
    start: int
    size: int


@dataclass(frozen=True, slots=True)
class GgufHeader:
    version: int
    facts: Mapping[str, Fact]
    tensors: Mapping[str, TensorInfo]

    @property
    def architecture(self) -> str:
        return self.text("general.architecture")

    @property
    def kind(self) -> str:
        """model, adapter, mmproj …; files from before the key existed are models."""
        return self.text("general.type") or "model"

    def text(self, key: str) -> str:
        """The text at `key`, empty where there is none."""
        fact = self.facts.get(key)
        return fact.value if fact is not None and isinstance(fact.value, str) else ""

    def integer(self, key: str) -> int:
        """The whole number at `key`, 0 where there is none."""
        fact = self.facts.get(key)
        return int(fact.value) if fact is not None and fact.kind in INTEGERS else 0

    def float32(self, key: str) -> float | None:
        """The number at `key` if it is stored as float32, the only form that llama.cpp takes without aborting."""
        fact = self.facts.get(key)
        return float(fact.value) if fact is not None and fact.kind == FLOAT32 else None


def read_header(path: str | Path) -> GgufHeader:
    """The header of the regular file at `path`. Raises UserError; `hint` is the reason."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:
        raise UserError("This file can't be opened.", _reason(error)) from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise BadGguf("It is not a file.")
        with open(descriptor, "rb", buffering=0, closefd=False) as stream:
            return parse_header(stream, status.st_size)
    except OSError as error:
        raise UserError("This file can't be read.", _reason(error)) from None
    finally:
        os.close(descriptor)


def parse_header(stream: BinaryIO, size: int) -> GgufHeader:
    """The header of a file of `size` bytes that `stream` stands at the beginning of. Raises BadGguf."""
    cursor = Cursor(stream, size)
    version = _read_version(cursor)
    tensor_count, fact_count = cursor.u64(), cursor.u64()
    # the smallest tensor entry takes 25 bytes, the smallest fact 13
    if tensor_count > min(MOST_TENSORS, cursor.rest // 25) or fact_count > min(MOST_FACTS, cursor.rest // 13):
        raise BadGguf("It claims more parts than it can hold.")
    facts = _read_facts(cursor, fact_count)
    check_kinds(facts)
    tensors = _read_tensors(cursor, tensor_count)
    return GgufHeader(version, MappingProxyType(facts), MappingProxyType(_place(tensors, cursor, facts, size)))


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return "It is not there any more."
    if isinstance(error, PermissionError):
        return "You don't have permission to open it."
    return (error.strerror if isinstance(error, OSError) else None) or "The path is not usable."


def _read_version(cursor: Cursor) -> int:
    magic = cursor.take(min(4, cursor.rest))
    if magic in _PYTORCH:
        raise BadGguf("It is a PyTorch file or another archive, not a GGUF file.")
    if magic != b"GGUF":
        raise BadGguf("It is not a GGUF file.")
    if cursor.rest < 20:
        raise BadGguf("The file is cut off: it ends in its first line.")
    version = cursor.u32()
    if version in (2, 3):
        return version
    if version in (2 << 24, 3 << 24):
        raise BadGguf("It was made for computers with the other byte order.")
    raise BadGguf(f"Its GGUF version ({version}) is not one that can be read (2 or 3).")


def _read_facts(cursor: Cursor, count: int) -> dict[str, Fact]:
    facts: dict[str, Fact] = {}
    for _ in range(count):
        key = _name(cursor, LONGEST_KEY)
        if key in facts:
            raise BadGguf(f"It says {key} twice.")
        facts[key] = _read_fact(cursor, cursor.u32())
    return facts


def _name(cursor: Cursor, longest: int) -> str:
    try:
        name = cursor.text(longest).decode("utf-8")
    except UnicodeDecodeError:
        raise BadGguf("One of its names is not text.") from None
    # C reads a name up to its first NUL: two names could become one
    if not name or not name.isprintable():
        raise BadGguf("One of its names is empty or not text.")
    return name


def _read_fact(cursor: Cursor, kind: int) -> Fact:
    if kind == TEXT:
        return Fact(kind, cursor.text(LONGEST_TEXT).decode("utf-8", "replace"))
    if kind == ARRAY:
        return _skip_array(cursor)
    if kind not in SCALARS:
        raise BadGguf(f"It holds a value of an unknown kind ({kind}).")
    raw = cursor.take(WIDTHS[kind])
    if kind == BOOL and raw not in (b"\0", b"\1"):
        raise BadGguf("It holds a yes-or-no value that is neither.")
    return Fact(kind, struct.unpack(SCALARS[kind], raw)[0])


def _skip_array(cursor: Cursor) -> Fact:
    kind, count = cursor.u32(), cursor.u64()
    width = 8 if kind == TEXT else WIDTHS.get(kind, 0)
    if not width:
        raise BadGguf(f"It holds a list of an unknown kind ({kind}).")
    if count > min(MOST_ITEMS, cursor.rest // width):
        raise BadGguf(f"It claims a list of {count} items, more than it can hold.")
    if kind == TEXT:
        cursor.skip_texts(count)
    else:
        cursor.skip(count * width)
    return Fact(ARRAY, count, kind)


def _read_tensors(cursor: Cursor, count: int) -> dict[str, TensorInfo]:
    tensors: dict[str, TensorInfo] = {}
    for _ in range(count):
        tensor = _read_tensor(cursor)
        if tensor.name in tensors:
            raise BadGguf(f"It holds {tensor.name} twice.")
        tensors[tensor.name] = tensor
    return tensors


def _read_tensor(cursor: Cursor) -> TensorInfo:
    """A tensor whose `start` still counts from the beginning of the data."""
    name = _name(cursor, LONGEST_NAME)
    dimensions = cursor.u32()
    if not 1 <= dimensions <= MOST_DIMENSIONS:
        raise BadGguf(f"{name} has {dimensions} dimensions.")
    shape = tuple(cursor.u64() for _ in range(dimensions))
    number = cursor.u32()
    form = TENSOR_TYPES.get(number)
    if form is None:
        raise BadGguf(f"{name} is stored in a form that this version does not know ({number}).")
    count = 1
    for extent in shape:
        count *= extent
        if not 0 < extent < 1 << 40 or count >= 1 << 48:
            raise BadGguf(f"{name} has an impossible shape.")
    if shape[0] % form.block:
        raise BadGguf(f"{name} has rows that are not whole blocks of {form.name}.")
    return TensorInfo(name, shape, form.name, cursor.u64(), count // form.block * form.size)


def _place(
    tensors: dict[str, TensorInfo], cursor: Cursor, facts: Mapping[str, Fact], size: int
) -> dict[str, TensorInfo]:
    """The tensors with `start` in the file, each known to lie inside it and to follow the one before."""
    alignment = _alignment(facts)
    data = _round_up(cursor.position, alignment)
    placed: dict[str, TensorInfo] = {}
    expected = 0
    for name, tensor in tensors.items():
        if tensor.start != expected:
            raise BadGguf(f"{name} does not lie where it should.")
        if data + tensor.start + tensor.size > size:
            raise BadGguf("The file is cut off: some of its numbers are missing.")
        placed[name] = TensorInfo(name, tensor.shape, tensor.type, data + tensor.start, tensor.size)
        expected = _round_up(tensor.start + tensor.size, alignment)
    return placed


def _alignment(facts: Mapping[str, Fact]) -> int:
    fact = facts.get("general.alignment")
    if fact is None:
        return 32
    if not isinstance(fact.value, int) or fact.value.bit_count() != 1:
        raise BadGguf("Its alignment is not a power of two.")
    if not 8 <= fact.value <= 1 << 20:
        raise BadGguf("Its alignment is out of bounds.")
    return fact.value


def _round_up(value: int, step: int) -> int:
    return -(-value // step) * step
