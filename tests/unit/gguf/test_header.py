"""The GGUF header reader on real models and on every kind of bad file: a reason each, in bounded time."""

import os
import struct
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.domain.errors import UserError
from desktop.gguf.cursor import BadGguf
from desktop.gguf.header import read_header
from desktop.gguf.kind import kind_of_gguf
from desktop.platform_support.paths import data_folders

U32, TEXT, ARRAY = 4, 8, 9


def text(value: str) -> bytes:
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def fact(key: str, kind: int, value: bytes) -> bytes:
    return text(key) + struct.pack("<I", kind) + value


def tensor(name: str, shape: tuple[int, ...], kind: int = 0, offset: int = 0) -> bytes:
    extents = b"".join(struct.pack("<Q", extent) for extent in shape)
    return text(name) + struct.pack("<I", len(shape)) + extents + struct.pack("<IQ", kind, offset)


def gguf(facts: list[bytes], tensors: list[bytes], data: int, version: int = 3) -> bytes:
    head = b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(facts)) + b"".join(facts) + b"".join(tensors)
    return head + b"\0" * (-len(head) % 32) + b"\0" * data


ARCHITECTURE = fact("general.architecture", TEXT, text("llama"))
GOOD = gguf(
    [ARCHITECTURE, fact("llama.block_count", U32, struct.pack("<I", 2)),
     fact("words", ARRAY, struct.pack("<IQ", TEXT, 2) + text("a") + text("bc")),
     fact("rate", 6, struct.pack("<f", 0.5)), fact("flag", 7, b"\1"),
     fact("numbers", ARRAY, struct.pack("<IQ", 5, 3) + b"\0" * 12)],
    [tensor("a", (4, 2)), tensor("b", (32,), 8, 32)],
    32 + 34,
)  # fmt: skip


def written(folder: Path, data: bytes) -> Path:
    path = folder / "file.gguf"
    path.write_bytes(data)
    return path


def test_a_good_file_is_read(tmp_path: Path) -> None:
    header = read_header(written(tmp_path, GOOD))
    assert (header.architecture, header.kind, header.version) == ("llama", "model", 3)
    assert header.integer("llama.block_count") == 2
    assert header.float32("rate") == 0.5
    assert header.facts["words"].value == 2
    assert header.tensors["a"].shape == (4, 2)
    assert (header.tensors["b"].type, header.tensors["b"].size) == ("q8_0", 34)
    assert header.tensors["b"].start + 34 == len(GOOD)
    # the wrong type is as good as nothing
    assert header.float32("llama.block_count") is None
    assert header.integer("rate") == 0
    assert header.text("llama.block_count") == ""


def test_every_cut_off_file_is_refused(tmp_path: Path) -> None:
    for end in range(len(GOOD)):
        with pytest.raises(BadGguf) as caught:
            read_header(written(tmp_path, GOOD[:end]))
        assert caught.value.hint


HUGE = 1 << 60
BAD_FILES = {
    "empty": b"",
    "text": b"this is a text, not a model\n" * 50,
    "version 1": gguf([ARCHITECTURE], [], 0, version=1),
    "version 99": gguf([ARCHITECTURE], [], 0, version=99),
    "other byte order": gguf([ARCHITECTURE], [], 0, version=3 << 24),
    "2^60 facts": b"GGUF" + struct.pack("<IQQ", 3, 0, HUGE) + b"\0" * 100,
    "2^60 tensors": b"GGUF" + struct.pack("<IQQ", 3, HUGE, 0) + b"\0" * 100,
    "2^60 words": gguf([fact("words", ARRAY, struct.pack("<IQ", TEXT, HUGE))], [], 0),
    "2^60 numbers": gguf([fact("numbers", ARRAY, struct.pack("<IQ", U32, HUGE))], [], 0),
    "2^64-1 letters": gguf([fact("word", TEXT, b"\xff" * 8)], [], 0),
    "a word of 2^63 in a list": gguf([fact("words", ARRAY, struct.pack("<IQQ", TEXT, 1, 1 << 63))], [], 64),
    "a list of lists": gguf([fact("lists", ARRAY, struct.pack("<IQ", ARRAY, 1) + b"\0" * 20)], [], 0),
    "an unknown kind": gguf([fact("key", 77, b"\0" * 8)], [], 0),
    "neither yes nor no": gguf([fact("flag", 7, b"\2")], [], 0),
    "a fact twice": gguf([ARCHITECTURE, ARCHITECTURE], [], 0),
    "a tensor twice": gguf([ARCHITECTURE], [tensor("a", (8,)), tensor("a", (8,), 0, 32)], 64),
    "a name that is no text": gguf([struct.pack("<Q", 2) + b"\xff\xfe" + struct.pack("<II", U32, 1)], [], 0),
    "a long tensor name": gguf([ARCHITECTURE], [tensor("a" * 64, (8,))], 32),
    "five dimensions": gguf([ARCHITECTURE], [tensor("a", (1, 1, 1, 1, 1))], 32),
    "no dimension": gguf([ARCHITECTURE], [tensor("a", ())], 32),
    "rank 0": gguf([ARCHITECTURE], [tensor("a", (8, 0))], 32),
    "a huge shape": gguf([ARCHITECTURE], [tensor("a", (1 << 39, 1 << 39))], 32),
    "an unknown form": gguf([ARCHITECTURE], [tensor("a", (32,), 4)], 32),
    "half a block": gguf([ARCHITECTURE], [tensor("a", (31,), 8)], 64),
    "a tensor outside": gguf([ARCHITECTURE], [tensor("a", (8,), 0, 1 << 40)], 32),
    "overlapping tensors": gguf([ARCHITECTURE], [tensor("a", (8,)), tensor("b", (8,), 0, 0)], 64),
    "odd alignment": gguf([fact("general.alignment", U32, struct.pack("<I", 24))], [tensor("a", (8,))], 64),
    "no alignment": gguf([fact("general.alignment", U32, struct.pack("<I", 0))], [tensor("a", (8,))], 64),
    "alignment of 8 bytes": gguf([fact("general.alignment", 10, struct.pack("<Q", 32))], [tensor("a", (8,))], 64),
    "a PyTorch archive": b"PK\3\4" + GOOD,
    "a PyTorch pickle": b"\x80\2\x8a\n" + GOOD,
    "an empty name": gguf([ARCHITECTURE], [tensor("", (8,))], 32),
    "two names in one": gguf([ARCHITECTURE], [tensor("a\0b", (8,))], 32),
    "an architecture in numbers": gguf([fact("general.architecture", U32, b"\1\0\0\0")], [], 0),
    "a strength in whole numbers": gguf([fact("adapter.lora.alpha", U32, b"\1\0\0\0")], [], 0),
    "a kind in numbers": gguf([fact("general.type", U32, b"\1\0\0\0")], [], 0),
    "layers in words": gguf([ARCHITECTURE, fact("llama.block_count", TEXT, text("2"))], [], 0),
    "a vocabulary in numbers": gguf([fact("tokenizer.ggml.tokens", ARRAY, struct.pack("<IQ", U32, 0))], [], 0),
    "a vocabulary of one word": gguf([fact("tokenizer.ggml.tokens", TEXT, text("a"))], [], 0),
    "fewer kinds than words": gguf(
        [fact("tokenizer.ggml.tokens", ARRAY, struct.pack("<IQ", TEXT, 2) + text("a") + text("b")),
         fact("tokenizer.ggml.token_type", ARRAY, struct.pack("<IQ", 5, 1) + b"\0" * 4)], [], 0),
    "a template of 2 MB": gguf([fact("tokenizer.chat_template", TEXT, text("x" * (2 << 20)))], [], 0),
    "a template in numbers": gguf([fact("tokenizer.chat_template", U32, b"\1\0\0\0")], [], 0),
    "alignment in words": gguf([fact("general.alignment", TEXT, text("32"))], [tensor("a", (8,))], 64),
}  # fmt: skip


@pytest.mark.parametrize("data", BAD_FILES.values(), ids=BAD_FILES.keys())
def test_a_bad_file_is_refused_with_a_reason_at_once(data: bytes, tmp_path: Path) -> None:
    path = written(tmp_path, data)
    started = time.perf_counter()
    with pytest.raises(BadGguf) as caught:
        read_header(path)
    assert time.perf_counter() - started < 0.5
    assert caught.value.hint.endswith(".")


def test_what_is_no_regular_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError):
        read_header(tmp_path)
    with pytest.raises(UserError):
        read_header(tmp_path / "none.gguf")
    with pytest.raises(UserError):
        read_header("nul\0byte.gguf")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.gguf")
        with pytest.raises(UserError):
            read_header(tmp_path / "pipe.gguf")


@settings(max_examples=400, deadline=1000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.lists(
        st.tuples(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=9)), min_size=1, max_size=4
    ),
    end=st.integers(0, len(GOOD)),
)
def test_a_damaged_file_is_read_or_refused_and_nothing_else(
    tmp_path: Path, changes: list[tuple[int, bytes]], end: int
) -> None:
    data = bytearray(GOOD)
    for at, piece in changes:
        data[at : at + len(piece)] = piece
    try:
        header = read_header(written(tmp_path, bytes(data[: end or len(data)])))
    except UserError as error:
        assert error.hint
        return
    assert all(tensor.start + tensor.size <= len(data) for tensor in header.tensors.values())


def test_kinds(tmp_path: Path) -> None:
    assert kind_of_gguf(written(tmp_path, GOOD)) == "model"
    for kind, expected in (("adapter", "tone"), ("model", "model")):
        data = gguf([ARCHITECTURE, fact("general.type", TEXT, text(kind))], [], 0)
        assert kind_of_gguf(written(tmp_path, data)) == expected
    with pytest.raises(UserError, match="mmproj"):
        kind_of_gguf(written(tmp_path, gguf([fact("general.type", TEXT, text("mmproj"))], [], 0)))


def test_installed_models_are_read_quickly() -> None:
    """The head of a model holds its whole vocabulary, 300,000 texts and more."""
    models = sorted(data_folders().models.glob("*.gguf"))
    if not models:
        pytest.skip("no model is installed: python3 -m installer setup")
    for path in models:
        started = time.process_time()
        header = read_header(path)
        assert time.process_time() - started < 0.3
        assert header.integer(f"{header.architecture}.block_count") > 0
        assert header.integer(f"{header.architecture}.context_length") >= 2048
        assert header.text("tokenizer.chat_template")
        assert "token_embd.weight" in header.tensors
