"""The header reader against chance: 10,000 damaged and invented files are read or refused, and nothing else happens."""

import io
import struct
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.domain.errors import UserError
from desktop.gguf.adapter import rank, shape_problem
from desktop.gguf.header import GgufHeader, parse_header
from desktop.gguf.writer import NewTensor, file_head, write_file


def small_adapter() -> bytes:
    """With a fact of most kinds."""
    facts = {
        "general.architecture": "llama",
        "general.type": "adapter",
        "adapter.type": "lora",
        "adapter.lora.alpha": 8.0,
        "llama.block_count": 2,
    }
    tensors = [
        NewTensor("blk.0.attn_q.weight.lora_a", (8, 2), lambda: bytes(64)),
        NewTensor("blk.0.attn_q.weight.lora_b", (2, 8), lambda: bytes(64)),
    ]
    stream = io.BytesIO()
    write_file(stream, file_head(facts, tensors), tensors)
    return stream.getvalue()


GOOD = small_adapter()
WORDS = (
    struct.pack("<Q", 21) + b"tokenizer.ggml.tokens" + struct.pack("<IIQ", 9, 8, 2) + (struct.pack("<Q", 1) + b"a") * 2
)
# numbers that readers of binary files fall over
EDGES = (0, 1, 2, 7, 31, 32, 255, 2**16, 2**31 - 1, 2**31, 2**32 - 1, 2**40, 2**48, 2**60, 2**63 - 1, 2**63, 2**64 - 1)
KEYS = (b"general.architecture", b"general.type", b"general.alignment", b"adapter.lora.alpha", b"tokenizer.ggml.scores",
        b"llama.block_count", b"a", b"", b"\xff", b"a\0b")  # fmt: skip


def look(data: bytes) -> GgufHeader | None:
    """What a caller does with a file: read it, ask whether it is an adapter, and by what right."""
    try:
        header = parse_header(io.BytesIO(data), len(data))
    except UserError as error:
        assert error.hint
        return None
    assert all(tensor.start > 0 and tensor.start + tensor.size <= len(data) for tensor in header.tensors.values())
    assert all(name.isprintable() for name in (*header.tensors, *header.facts))
    shape_problem(header, None)
    shape_problem(header, header)
    rank(header)
    return header


changes = st.lists(
    st.tuples(
        st.integers(0, len(GOOD) - 1),
        st.one_of(st.binary(max_size=9), st.sampled_from([struct.pack("<Q", edge) for edge in EDGES])),
    ),
    min_size=1,
    max_size=3,
)


@pytest.mark.slow
@settings(max_examples=6000, deadline=None)
@given(changes=changes, end=st.integers(0, 3 * len(GOOD)))
def test_damaged_files(changes: list[tuple[int, bytes]], end: int) -> None:
    data = bytearray(GOOD)
    for at, piece in changes:
        data[at : at + len(piece)] = piece
    look(bytes(data[:end]) if end < len(GOOD) else bytes(data))


def word(value: bytes, length: int | None = None) -> bytes:
    return struct.pack("<Q", len(value) if length is None else length) + value


edges = st.sampled_from(EDGES)
lengths = st.sampled_from((*(None,) * 40, *EDGES))  # None: the right one
names = st.builds(word, st.sampled_from((*KEYS[:7] * 6, *KEYS)), lengths)
scalars = st.tuples(st.sampled_from((0, 1, 4, 5, 6, 7, 8, 9, 10, 12, 13)), st.binary(max_size=12)).map(
    lambda pair: struct.pack("<I", pair[0]) + pair[1]
)
texts = st.builds(lambda value, length: struct.pack("<I", 8) + word(value, length), st.sampled_from(KEYS), lengths)
lists = st.builds(
    lambda kind, count, rest: struct.pack("<IIQ", 9, kind, count) + rest,
    st.sampled_from((0, 4, 5, 6, 8, 9, 99)),
    edges,
    st.binary(max_size=40),
)
facts = st.lists(
    st.one_of(st.just(WORDS), st.builds(lambda name, value: name + value, names, st.one_of(texts, scalars, lists))),
    max_size=4,
    unique_by=lambda fact: fact[8:20],
)
tensors = st.lists(
    st.builds(
        lambda name, shape, kind, offset: name + struct.pack("<I", len(shape)) + b"".join(shape) + kind + offset,
        names,
        st.lists(st.sampled_from((1, 2, 32) * 10 + EDGES).map(lambda edge: struct.pack("<Q", edge)), max_size=5),
        st.sampled_from((0, 1, 2, 8, 30, 99)).map(lambda kind: struct.pack("<I", kind)),
        st.sampled_from((0,) * 30 + EDGES).map(lambda edge: struct.pack("<Q", edge)),
    ),
    max_size=3,
)


@pytest.mark.slow
@settings(max_examples=4000, deadline=None)
@given(
    version=st.sampled_from((*(2, 3) * 15, 0, 1, 4, 3 << 24)),
    facts=facts,
    tensors=tensors,
    counts=st.tuples(lengths, lengths),
    rest=st.binary(max_size=80),
)
def test_invented_files(
    version: int, facts: list[bytes], tensors: list[bytes], counts: tuple[int | None, int | None], rest: bytes
) -> None:
    tensor_count = len(tensors) if counts[0] is None else counts[0]
    fact_count = len(facts) if counts[1] is None else counts[1]
    head = b"GGUF" + struct.pack("<IQQ", version, tensor_count, fact_count)
    look(head + b"".join(facts) + b"".join(tensors) + rest)


def test_the_undamaged_file_is_read() -> None:
    """Else the two above would try nothing."""
    header = look(GOOD)
    assert header is not None
    assert shape_problem(header, None) == ""
    with_words = GOOD[:16] + struct.pack("<Q", 6) + WORDS + GOOD[24:]
    longer = look(with_words + bytes(64))
    assert longer is not None
    assert longer.facts["tokenizer.ggml.tokens"].value == 2


def test_a_small_file_takes_little_memory_whatever_it_claims() -> None:
    tracemalloc.start()
    try:
        for edge in EDGES:
            for at in range(8, len(GOOD) - 8, 3):
                look(GOOD[:at] + struct.pack("<Q", edge) + GOOD[at + 8 :])
        assert tracemalloc.get_traced_memory()[1] < 20 << 20
    finally:
        tracemalloc.stop()
