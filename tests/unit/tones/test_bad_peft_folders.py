"""PEFT folders that are no plain LoRA, or damaged: each is refused with its reason, at once, and nothing is left."""

import json
import pickle
import re
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.domain.errors import UserError
from desktop.gguf.header import GgufHeader, read_header
from desktop.tones.peft_config import BadPeftConfig, read_config
from desktop.tones.safetensors_file import BadSafetensors, read_tensors
from desktop.tones.shelf import add_tone, convert_tone
from tests.support.peft import TINY_MODELS, pair, settings_of, write_base, write_peft, write_safetensors

LLAMA = TINY_MODELS[0]
Q = "model.layers.0.self_attn.q_proj"
A = f"base_model.model.{Q}.lora_A.weight"
WEIGHTS, CONFIG = "adapter_model.safetensors", "adapter_config.json"


@pytest.fixture
def base(tmp_path: Path) -> GgufHeader:
    return read_header(write_base(tmp_path / "base.gguf", LLAMA))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_peft(tmp_path / "adapter", LLAMA)


def reason(folder: Path, base: GgufHeader, tmp_path: Path) -> str:
    shelf = tmp_path / "tones"
    with pytest.raises(UserError) as caught:
        add_tone(folder, shelf, base)
    assert not shelf.exists() or not list(shelf.iterdir())
    assert caught.value.hint.endswith(".")
    return caught.value.hint


SETTINGS: dict[str, tuple[Any, str]] = {
    "peft_type": ("LOHA", "no LoRA"),
    "r": (0, "Its r is 0"),
    "lora_alpha": ("16", "Its lora_alpha is “16”"),
    "use_dora": (True, "DoRA"),
    "use_qalora": (True, "QA-LoRA"),
    "use_bdlora": ({"nblocks": 2}, "BD-LoRA"),
    "kasa_config": ({"beta": 1}, "KaSA"),
    "monteclora_config": ({"a": 1}, "MonteCLoRA"),
    "arrow_config": ({"top_k": 3}, "Arrow"),
    "alora_invocation_tokens": ([1, 2], "activated LoRA"),
    "modules_to_save": (["lm_head"], "modules_to_save"),
    "trainable_token_indices": ([5], "embeddings"),
    "layer_replication": ([[0, 2]], "layers repeated"),
    "target_parameters": (["mlp.experts.up"], "target_parameters"),
    "bias": ("lora_only", "biases"),
    "lora_bias": (True, "biases"),
    "init_lora_weights": ("pissa_niter_16", "pissa_niter_16"),
    "rank_pattern": ({"q_proj": 2}, "has rank 4, but adapter_config.json says 2"),
    "alpha_pattern": ({"q_proj": -1}, "Its q_proj is -1"),
}


@pytest.mark.parametrize("key", SETTINGS)
def test_settings_beyond_a_plain_lora(key: str, base: GgufHeader, tmp_path: Path) -> None:
    value, expected = SETTINGS[key]
    folder = write_peft(tmp_path / "adapter", LLAMA, change={key: value})
    assert expected in reason(folder, base, tmp_path)


@pytest.mark.parametrize("alpha", [0, -4, True, None, [16], "x" * 500, float("nan"), float("inf"), 1e9])
def test_a_strength_that_is_none(alpha: Any, base: GgufHeader, tmp_path: Path) -> None:
    folder = write_peft(tmp_path / "adapter", LLAMA, change={"lora_alpha": alpha})
    assert reason(folder, base, tmp_path).startswith("Its lora_alpha is ")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[1]", "not a list of settings"),
        ('"LORA"', "not a list of settings"),
        ("{}", "no LoRA"),
        ('{"r": ' + "9" * 5000 + "}", "not JSON"),
        ('{"x": "' + "y" * (5 << 20) + '"}', "too large"),
    ],
    ids=["empty", "cut", "deep", "a list", "a text", "nothing", "a long number", "long"],
)
def test_a_config_that_is_none(text: str, expected: str, folder: Path, base: GgufHeader, tmp_path: Path) -> None:
    (folder / CONFIG).write_text(text)
    assert expected in reason(folder, base, tmp_path)


def test_a_config_with_odd_bytes(folder: Path, base: GgufHeader, tmp_path: Path) -> None:
    (folder / CONFIG).write_bytes(b"\xff\xfe{}")
    assert "not JSON" in reason(folder, base, tmp_path)


def test_what_is_missing_is_named(folder: Path, base: GgufHeader, tmp_path: Path) -> None:
    config = (folder / CONFIG).read_bytes()
    (folder / CONFIG).unlink()
    assert "adapter_config.json is missing" in reason(folder, base, tmp_path)
    (folder / CONFIG).write_bytes(config)
    (folder / WEIGHTS).unlink()
    assert "adapter_model.safetensors is missing" in reason(folder, base, tmp_path)


class _Bomb:
    """Unpickling it would leave a file behind."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.place,)


def test_pickles_are_refused_and_never_opened(folder: Path, base: GgufHeader, tmp_path: Path) -> None:
    bomb = pickle.dumps(_Bomb(tmp_path / "exploded"), protocol=2)
    pickle.loads(bomb)
    assert (tmp_path / "exploded").exists()
    (tmp_path / "exploded").unlink()
    (folder / WEIGHTS).unlink()
    (folder / "adapter_model.bin").write_bytes(bomb)
    for meant in (folder, folder / "adapter_model.bin", folder / CONFIG):
        assert "PyTorch" in reason(meant, base, tmp_path)
    for name in ("tone.pt", "tone.pth", "tone.bin", "tone.ckpt"):
        (tmp_path / name).write_bytes(bomb)
        assert "can run programs" in reason(tmp_path / name, base, tmp_path)
    # under a name that is not its own
    for magic in (b"PK\3\4", b"\x80\2\x8a\n"):
        (tmp_path / "tone.gguf").write_bytes(magic + bomb)
        assert "PyTorch" in reason(tmp_path / "tone.gguf", base, tmp_path)
        (folder / WEIGHTS).write_bytes(magic + bomb)
        assert "PyTorch" in reason(folder, base, tmp_path)
    assert not (tmp_path / "exploded").exists()


STRANGE_TENSORS = {
    f"base_model.model.{Q}.lora_magnitude_vector": "DoRA",
    "base_model.model.model.embed_tokens.lora_embedding_A": "embeddings",
    "base_model.model.model.embed_tokens.weight": "embeddings",
    "base_model.model.lm_head.modules_to_save.weight": "modules_to_save",
    "base_model.model.lm_head.weight": "replaces lm_head.weight as a whole",
    f"base_model.model.{Q}.lora_B.bias": "biases",
    "base_model.model.model.layers.0.input_layernorm.weight": "norms",
    "base_model.model.model.layers.0.self_attn.q_proj.ia3_l": "no part of a LoRA",
    "base_model.model.model.layers.0.block_sparse_moe.experts.0.w1.lora_A.weight": "missing",
}


@pytest.mark.parametrize("name", STRANGE_TENSORS)
def test_tensors_beyond_a_plain_lora(name: str, folder: Path, base: GgufHeader, tmp_path: Path) -> None:
    tensors = {**pair(Q, 32, 32, 4, "F32"), name: ("F32", (4, 32), bytes(512))}
    write_safetensors(folder / WEIGHTS, tensors)
    assert STRANGE_TENSORS[name] in reason(folder, base, tmp_path)


BAD_PAIRS: dict[str, tuple[str, Callable[[], dict[str, Any]]]] = {
    "nothing": ("changes nothing", dict),
    "half a pair": ("Half of the change", lambda: {A: pair(Q, 32, 32, 4, "F32")[A]}),
    "rank 0": ("rank 0", lambda: pair(Q, 32, 32, 0, "F32")),
    "another rank": ("do not fit each other", lambda: {**pair(Q, 32, 32, 4, "F32"), A: ("F32", (2, 32), bytes(256))}),
    "three dimensions": ("two matrices", lambda: {**pair(Q, 32, 32, 4, "F32"), A: ("F32", (1, 4, 32), bytes(512))}),
    "another kind": ("stored as F8_E4M3", lambda: {**pair(Q, 32, 32, 4, "F32"), A: ("F8_E4M3", (2, 16), bytes(128))}),
    "not a number": ("not numbers", lambda: {**pair(Q, 32, 32, 4, "F32"), A: ("F32", (4, 32), b"\xff" * 512)}),
    "not a number, short": ("not numbers", lambda: {**pair(Q, 32, 32, 4, "F16"), A: ("F16", (4, 32), b"\xff" * 256)}),
    "infinite, bfloat16": (
        "not numbers",
        lambda: {**pair(Q, 32, 32, 4, "BF16"), A: ("BF16", (4, 32), b"\0" * 254 + b"\x80\x7f")},
    ),
    "an unknown module": ("llama models don't have", lambda: pair("model.layers.0.mixer.in_proj", 32, 32, 4, "F32")),
    "a layer too many": ("does not have", lambda: pair(Q.replace(".0.", ".2."), 32, 32, 4, "F32")),
    "another size": ("another size", lambda: pair(Q, 48, 32, 4, "F32")),
    "rows that divide badly": ("heads of this model", lambda: pair(Q, 32, 33, 4, "F32")),
    "the same twice": ("twice", lambda: {**pair(Q, 32, 32, 4, "F32"), **pair(Q[6:], 32, 32, 4, "F32")}),
}


@pytest.mark.parametrize("name", BAD_PAIRS)
def test_matrices_that_can_not_be_laid(name: str, folder: Path, base: GgufHeader, tmp_path: Path) -> None:
    expected, make = BAD_PAIRS[name]
    write_safetensors(folder / WEIGHTS, make())
    assert expected in reason(folder, base, tmp_path)


def test_a_rank_beyond_reason(folder: Path, base: GgufHeader, tmp_path: Path) -> None:
    write_safetensors(folder / WEIGHTS, pair(Q, 32, 32, 9000, "F16"))
    (folder / CONFIG).write_text(json.dumps(settings_of(9000, ["q_proj"])))
    assert "Its rank is 9000" in reason(folder, base, tmp_path)


def test_a_strength_that_overflows(base: GgufHeader, tmp_path: Path) -> None:
    change = {"lora_alpha": 1e-5, "alpha_pattern": {"q_proj": 999_999}}
    folder = write_peft(tmp_path / "adapter", LLAMA, change=change)
    large = np.full((32, 4), 1e30, np.float32).tobytes()
    tensors = {**pair(Q, 32, 32, 4, "F32"), A.replace("lora_A", "lora_B"): ("F32", (32, 4), large)}
    write_safetensors(folder / WEIGHTS, tensors)
    assert "too large" in reason(folder, base, tmp_path)


def test_a_file_cut_off_anywhere(folder: Path, base: GgufHeader, tmp_path: Path) -> None:
    data = (folder / WEIGHTS).read_bytes()
    for end in [*range(10), *(len(data) * tenth // 10 for tenth in range(10)), len(data) - 1]:
        (folder / WEIGHTS).write_bytes(data[:end])
        assert reason(folder, base, tmp_path)
    (folder / WEIGHTS).write_bytes(data + b"\0")
    assert "more than its list" in reason(folder, base, tmp_path)


def safetensors(head: bytes, data: int = 0, length: int | None = None) -> bytes:
    return struct.pack("<Q", len(head) if length is None else length) + head + bytes(data)


BAD_HEADS = {
    "a count of 2^60": safetensors(b"{}", length=1 << 60),
    "a count of 2^64 - 1": safetensors(b"{}", length=(1 << 64) - 1),
    "no JSON": safetensors(b"not json"),
    "a list": safetensors(b"[]"),
    "nesting": safetensors(b'{"a":' * 50_000),
    "text that is none": safetensors(b'{"\xff\xff": 1}'),
    "an entry that is none": safetensors(b'{"a": 1}'),
    "no shape": safetensors(b'{"a": {"dtype": "F32", "data_offsets": [0, 4]}}', 4),
    "a shape of floats": safetensors(b'{"a": {"dtype": "F32", "shape": [1.0], "data_offsets": [0, 4]}}', 4),
    "a shape of truth": safetensors(b'{"a": {"dtype": "F32", "shape": [true], "data_offsets": [0, 4]}}', 4),
    "a negative shape": safetensors(b'{"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}', 4),
    "a huge shape": safetensors(
        b'{"a": {"dtype": "F32", "shape": [281474976710655, 281474976710655], "data_offsets": [0, 4]}}', 4
    ),
    "backwards": safetensors(b'{"a": {"dtype": "F32", "shape": [1], "data_offsets": [4, 0]}}', 4),
    "three offsets": safetensors(b'{"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4, 8]}}', 4),
    "an unknown kind": safetensors(b'{"a": {"dtype": ["F32"], "shape": [1], "data_offsets": [0, 4]}}', 4),
    "outside": safetensors(b'{"a": {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}}', 4),
    "the same twice": safetensors(
        b'{"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]},'
        b' "a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}',
        4,
    ),
    "on one another": safetensors(
        b'{"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]},'
        b' "b": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}',
        4,
    ),
    "a name that draws": safetensors(b'{"\\u001b[31m": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}', 4),
}


@pytest.mark.parametrize("data", BAD_HEADS.values(), ids=BAD_HEADS.keys())
def test_a_bad_list_of_tensors_is_refused_at_once(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / WEIGHTS
    path.write_bytes(data)
    started = time.process_time()
    with pytest.raises(BadSafetensors) as caught:
        read_tensors(path)
    assert time.process_time() - started < 0.5
    assert caught.value.hint.isprintable()


GOOD = safetensors(b'{"a": {"dtype": "F16", "shape": [2, 3], "data_offsets": [0, 12]}, "__metadata__": {"b": "c"}}', 12)


@settings(max_examples=1000, deadline=1000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.lists(
        st.tuples(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=5)), min_size=1, max_size=4
    ),
    end=st.integers(0, len(GOOD)),
)
def test_a_damaged_file_is_read_or_refused_and_nothing_else(
    tmp_path: Path, changes: list[tuple[int, bytes]], end: int
) -> None:
    data = bytearray(GOOD)
    for at, piece in changes:
        data[at : at + len(piece)] = piece
    path = tmp_path / WEIGHTS
    path.write_bytes(data[: end or len(data)])
    try:
        tensors = read_tensors(path)
        for tensor in tensors.values():
            assert tensor.values().shape == tensor.shape
    except BadSafetensors as error:
        assert error.hint


EVIL = (
    "(a|a)" * 30 + "b",
    "(a+)+b",
    "(.*)*x",
    ".*.*.*.*.*b",
    "a{1000}{1000}",
    "(?i)q",
    "(",
    "[",
    "\\",
    "a" * 500,
    "**",
)


@pytest.mark.parametrize("pattern", EVIL)
def test_patterns_that_could_take_for_ever_are_refused(pattern: str, base: GgufHeader, tmp_path: Path) -> None:
    folder = write_peft(tmp_path / "adapter", LLAMA, change={"alpha_pattern": {pattern: 2}})
    started = time.process_time()
    assert "pattern" in reason(folder, base, tmp_path)
    assert time.process_time() - started < 1


def test_patterns_that_are_too_many_are_refused(base: GgufHeader, tmp_path: Path) -> None:
    patterns = {f"(.*a|.*b)x{number}": 2 for number in range(3000)}
    folder = write_peft(tmp_path / "adapter", LLAMA, change={"alpha_pattern": patterns})
    assert "too many patterns" in reason(folder, base, tmp_path)


def test_the_slowest_patterns_that_are_followed_take_seconds(tmp_path: Path) -> None:
    patterns = {f"(.*b)(.*.)x{number}": 2 for number in range(4)}
    config = read_config(write_peft(tmp_path / "adapter", LLAMA, change={"rank_pattern": patterns}))
    modules = ["b." * 100] * 5
    config.check_effort(modules)
    with pytest.raises(BadPeftConfig):
        config.check_effort(modules * 10)
    started = time.process_time()
    assert {config.rank_of(module) for module in modules} == {4}
    assert time.process_time() - started < 10


def test_a_file_that_shrinks_while_it_is_read(folder: Path, base: GgufHeader, tmp_path: Path) -> None:
    tensors = read_tensors(folder / WEIGHTS)
    last = max(tensors.values(), key=lambda tensor: tensor.start)
    data = (folder / WEIGHTS).read_bytes()
    (folder / WEIGHTS).write_bytes(data[:-1])
    with pytest.raises(BadSafetensors, match="became shorter"):
        last.values()
    (folder / WEIGHTS).unlink()
    with pytest.raises(BadSafetensors):
        last.values()


def test_nothing_is_written_over(folder: Path, base: GgufHeader, tmp_path: Path) -> None:
    """A conversion that fails half-way leaves the file that stood there."""
    target = tmp_path / "tone.gguf"
    convert_tone(folder, target, base)
    before = target.read_bytes()
    bad = bytearray((folder / WEIGHTS).read_bytes())
    bad[-4:] = b"\xff\xff\xff\xff"
    (folder / WEIGHTS).write_bytes(bad)
    with pytest.raises(UserError, match=re.escape("not numbers")):
        convert_tone(folder, target, base)
    assert target.read_bytes() == before
    assert not list(tmp_path.glob(".adding-*"))
