"""PEFT folders become the adapters that llama.cpp's own converter makes of them, with the strengths that PEFT gives."""

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest

from desktop.domain.errors import UserError
from desktop.gguf.header import GgufHeader, read_header
from desktop.tones.conversion import convert, permuted
from desktop.tones.naming import FAMILIES, tensor_name
from desktop.tones.peft_adapter import read_peft
from desktop.tones.peft_config import read_config
from desktop.tones.shelf import add_tone, convert_tone
from tests.support.peft import TINY_MODELS, TinyModel, write_base, write_peft
from tests.unit.tones.oracle_cases import CASES, PATTERN_CASES, RECORD, Case, digest

ORACLE: dict[str, Any] = json.loads(Path(__file__).with_name(RECORD).read_text("utf-8"))
BY_FAMILY = {model.family: model for model in TINY_MODELS}
LLAMA = BY_FAMILY["llama"]


def base_of(model: TinyModel, folder: Path) -> GgufHeader:
    return read_header(write_base(folder / f"{model.family}.gguf", model))


def tensors_of(path: Path) -> dict[str, np.ndarray]:
    return {tensor.name: np.array(tensor.data) for tensor in gguf.GGUFReader(path).tensors}


@pytest.mark.parametrize("name", CASES)
def test_every_tensor_is_what_llama_cpp_makes_of_it(name: str, tmp_path: Path) -> None:
    case: Case = CASES[name]
    folder, target = write_peft(tmp_path / "adapter", case.model, **case.options), tmp_path / "tone.gguf"
    convert_tone(folder, target, base_of(case.model, tmp_path))
    expected = ORACLE["converted"][name]
    header = read_header(target)
    assert header.architecture == expected["architecture"]
    assert (header.kind, header.text("adapter.type")) == ("adapter", "lora")
    assert header.float32("adapter.lora.alpha") == expected["alpha"]
    assert {name: digest(values) for name, values in tensors_of(target).items()} == expected["tensors"]


def test_the_record_tells_a_wrong_order_of_rows(tmp_path: Path) -> None:
    """Else it could not guard against the one mistake that nothing else shows."""
    folder, target = write_peft(tmp_path / "adapter", LLAMA), tmp_path / "tone.gguf"
    convert_tone(folder, target, base_of(LLAMA, tmp_path))
    record = ORACLE["converted"]["llama"]["tensors"]
    for layer in range(LLAMA.layers):
        for part, heads in (("attn_q", 4), ("attn_k", 2)):
            name = f"blk.{layer}.{part}.weight.lora_b"
            turned = tensors_of(target)[name]
            unturned = turned.reshape(heads, -1, 2, turned.shape[1]).swapaxes(1, 2).reshape(turned.shape)
            assert np.array_equal(permuted(unturned, heads), turned)
            assert digest(unturned) != record[name]
            wrong_heads = permuted(unturned, heads // 2)
            assert digest(wrong_heads) != record[name]


def test_a_family_that_is_not_known_is_refused_by_its_name(tmp_path: Path) -> None:
    base = base_of(replace(LLAMA, family="falcon", architecture="falcon"), tmp_path)
    with pytest.raises(UserError) as refused:
        convert_tone(write_peft(tmp_path / "adapter", LLAMA), tmp_path / "tone.gguf", base)
    assert "Adapters for falcon models can't be converted here; those for gemma, " in refused.value.hint
    assert "mistral3" in refused.value.hint and not (tmp_path / "tone.gguf").exists()


@pytest.mark.parametrize("name", PATTERN_CASES)
def test_strengths_are_those_of_peft(name: str, tmp_path: Path) -> None:
    """What the runner multiplies B·A with, alpha / rank, together with what was folded into B, is PEFT's scale."""
    case = PATTERN_CASES[name]
    folder = write_peft(tmp_path / "adapter", LLAMA, ranks=case.ranks, change=case.settings)
    target = tmp_path / "tone.gguf"
    base = base_of(LLAMA, tmp_path)
    convert_tone(folder, target, base)
    found, alpha = tensors_of(target), read_header(target).float32("adapter.lora.alpha")
    assert alpha is not None
    for pair in read_peft(folder).pairs:
        place = tensor_name(FAMILIES["llama"], pair.module)
        a, b = found[f"{place}.lora_a"], found[f"{place}.lora_b"]
        plain = pair.b.values()
        if pair.module.endswith(("q_proj", "k_proj")):
            plain = permuted(plain, 4 if pair.module.endswith("q_proj") else 2)
        scale = ORACLE["scales"][name][pair.module]
        np.testing.assert_array_equal(a, pair.a.values())
        np.testing.assert_allclose(b * alpha / b.shape[1], plain * scale, rtol=3e-7)
    assert len(found) == 2 * len(ORACLE["scales"][name])


def test_names_are_those_of_the_gguf_library() -> None:
    kinds = {value: key for key, value in gguf.MODEL_ARCH_NAMES.items()}
    for architecture, family in FAMILIES.items():
        names = gguf.get_tensor_name_map(kinds[architecture], 12)
        for module in family.modules:
            expected = names.get_name(f"model.layers.11.{module}", try_suffixes=(".weight",))
            assert tensor_name(family, f"model.layers.11.{module}") == f"{expected}.weight"
        assert tensor_name(family, "lm_head") == "output.weight"


def test_the_header_names_the_base_and_the_folder(tmp_path: Path) -> None:
    base = base_of(LLAMA, tmp_path)
    for named, expected in (
        ("nobody/Tiny-Model-1M", ("Tiny-Model-1M", "nobody", "https://huggingface.co/nobody/Tiny-Model-1M")),
        ("/home/ann/models/Tiny-Model-1M", ("Tiny-Model-1M", "", "")),
        ("C:\\models\\Tiny Model", ("Tiny Model", "", "")),
        ("/x/models--nobody--Tiny/snapshots/0a1b", ("Tiny", "nobody", "https://huggingface.co/nobody/Tiny")),
        ("", ("", "", "")),
        (None, ("", "", "")),
    ):
        folder = write_peft(tmp_path / "My letters", LLAMA, change={"base_model_name_or_path": named})
        convert_tone(folder, tmp_path / "tone.gguf", base)
        header = read_header(tmp_path / "tone.gguf")
        assert header.text("general.name") == "My letters"
        keys = ("name", "organization", "repo_url")
        assert tuple(header.text(f"general.base_model.0.{key}") for key in keys) == expected


def test_adding_a_folder_converts_it_once(tmp_path: Path) -> None:
    base, shelf = base_of(LLAMA, tmp_path), tmp_path / "tones"
    folder = write_peft(tmp_path / "letters", LLAMA)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    tone = add_tone(folder, shelf, base)
    assert (Path(tone.path).name, tone.name, tone.rank, tone.problem) == ("letters.gguf", "letters", 4, "")
    # its files stand for the folder
    assert add_tone(folder / "adapter_model.safetensors", shelf, base) == tone
    assert add_tone(folder / "adapter_config.json", shelf, base) == tone
    other = write_peft(tmp_path / "others" / "letters", LLAMA, rank=2)
    assert Path(add_tone(other, shelf, base).path).name == "letters-2.gguf"
    assert {path.name for path in shelf.glob("*.gguf")} == {"letters.gguf", "letters-2.gguf"}
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_layers_for_pictures_are_left_out(tmp_path: Path) -> None:
    """They take no part in words; llama.cpp's converter leaves them out too."""
    model = BY_FAMILY["gemma3_text"]
    eyes = ("model.vision_tower.layers.0.q",)
    folder = write_peft(tmp_path / "adapter", model, prefix="model.language_model.", also=eyes)
    stream = io.BytesIO()
    convert(read_peft(folder), base_of(model, tmp_path), stream)
    assert b"vision" not in stream.getvalue()
    assert stream.getvalue().count(b".lora_a") == 7 * model.layers


@pytest.mark.parametrize(
    ("family", "other", "reason"),
    [
        ("llama", "phi3", "phi3 models don't have"),
        ("phi3", "llama", "llama models don't have"),
        ("llama", "mistral", "another size"),
    ],
)
def test_a_folder_for_another_model_is_refused(family: str, other: str, reason: str, tmp_path: Path) -> None:
    folder = write_peft(tmp_path / "adapter", BY_FAMILY[family])
    with pytest.raises(UserError) as caught:
        convert_tone(folder, tmp_path / "out" / "tone.gguf", base_of(BY_FAMILY[other], tmp_path))
    assert reason in caught.value.hint
    assert not list((tmp_path / "out").iterdir())


def test_what_can_not_be_laid_out_is_refused(tmp_path: Path) -> None:
    folder = write_peft(tmp_path / "adapter", LLAMA)
    with pytest.raises(UserError, match="no model to convert it for"):
        convert_tone(folder, tmp_path / "tone.gguf", None)
    for facts, reason in (
        ({"general.architecture": "falcon"}, "falcon models can't be converted"),
        ({"llama.attention.head_count": 0}, "heads of this model"),
        ({"llama.attention.head_count": 5}, "heads of this model"),
    ):
        base = read_header(write_base(tmp_path / "base.gguf", LLAMA, facts))
        with pytest.raises(UserError) as caught:
            convert_tone(folder, tmp_path / "tone.gguf", base)
        assert reason in caught.value.hint
    head = write_peft(tmp_path / "head", LLAMA, modules=("none",), also=("lm_head",))
    tied = read_header(write_base(tmp_path / "tied.gguf", LLAMA, without=("output.weight",)))
    with pytest.raises(UserError) as caught:
        convert_tone(head, tmp_path / "tone.gguf", tied)
    assert "output.weight, which this model does not have" in caught.value.hint
    convert_tone(head, tmp_path / "tone.gguf", base_of(LLAMA, tmp_path))
    assert set(tensors_of(tmp_path / "tone.gguf")) == {"output.weight.lora_a", "output.weight.lora_b"}


def test_patterns_are_matched_as_peft_matches_them(tmp_path: Path) -> None:
    patterns = {"q_proj": 2, "^layers.0.self_attn.k_proj": 3, "model.layers.0": 4, r"layers\.\d": 5}
    with pytest.raises(UserError, match="a pattern that is not followed"):
        read_config(write_peft(tmp_path / "a", LLAMA, change={"rank_pattern": {r"(q|k)*_proj": 2}}))
    config = read_config(write_peft(tmp_path / "b", LLAMA, change={"rank_pattern": patterns}))
    assert config.rank_of("model.layers.7.self_attn.q_proj") == 2
    assert config.rank_of("model.layers.7.self_attn.qq_proj") == 4
    assert config.rank_of("model.layers.0.self_attn.k_proj") == config.rank
    assert config.rank_of("layers.0.self_attn.k_proj") == 3
    assert config.rank_of("model.layers.1") == 5
