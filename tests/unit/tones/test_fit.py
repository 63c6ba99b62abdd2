"""The three verdicts on a tone and a model, by their headers and by the names that both go by."""

from pathlib import Path
from typing import Any

import pytest

from desktop.domain.fits import Fit, Verdict
from desktop.gguf.header import read_header
from desktop.gguf.writer import NewTensor, file_head, write_file
from desktop.tones.adapter import examine_tone
from tests.support.lora import make_lora
from tests.support.peft import TINY_MODELS, write_base

LLAMA = TINY_MODELS[0]
BASE = "general.base_model.0."


def write_tone(path: Path, facts: dict[str, Any], width: int = 32) -> Path:
    known = {
        "general.architecture": "llama",
        "general.type": "adapter",
        "adapter.type": "lora",
        "adapter.lora.alpha": 8.0,
        **facts,
    }
    tensors = [
        NewTensor("blk.0.attn_q.weight.lora_a", (width, 2), lambda: bytes(8 * width)),
        NewTensor("blk.0.attn_q.weight.lora_b", (2, 32), lambda: bytes(256)),
    ]
    with path.open("wb") as stream:
        write_file(stream, file_head(known, tensors), tensors)
    return path


def fit(tmp_path: Path, tone: dict[str, Any], model: dict[str, Any], file: str = "file.gguf", width: int = 32) -> Fit:
    base = write_base(tmp_path / file, LLAMA, {"general.name": "", **model})
    path = write_tone(tmp_path / "tone.gguf", tone, width)
    described = examine_tone(path, read_header(base), base)
    found = described.fit
    assert found is not None
    assert described.problem == (found.reason if found.verdict is Verdict.MISFIT else "")
    return found


SAME = (
    ("SmolLM2-135M-Instruct", {"general.name": "Smollm2 135M Instruct"}, "x.gguf"),
    ("SmolLM2-135M-Instruct", {"general.name": "Smollm2 135M 8k Lc100K Mix1 Ep2"}, "smollm2-135m-instruct-q4_1.gguf"),
    ("SmolLM2-135M-Instruct", {}, "SmolLM2-135M-Instruct.Q4_K_M.gguf"),
    ("SmolLM2-135M-Instruct", {}, "SmolLM2-135M-Instruct-i1-IQ3_XXS.gguf"),
    ("SmolLM2-135M-Instruct", {}, "SmolLM2-135M-Instruct-F16.gguf"),
    ("SmolLM2-135M-Instruct", {}, "SmolLM2-135M-Instruct.i1-Q6_K.gguf"),
    ("Llama-3.2-1B-Instruct-unsloth-bnb-4bit", {"general.name": "Llama 3.2 1B Instruct"}, "x.gguf"),
    ("Meta-Llama-3.1-8B-Instruct", {"general.name": "Llama 3.1 8B Instruct"}, "x.gguf"),
    ("Llama-2-7b-hf", {"general.name": "Llama 2 7B"}, "x.gguf"),
    (
        "Qwen2.5-Coder-1.5B-Instruct",
        {"general.basename": "Qwen2.5-Coder", "general.size_label": "1.5B", "general.finetune": "Instruct"},
        "x.gguf",
    ),
    ("Tiny-GPTQ-Int4", {"general.repo_url": "https://huggingface.co/nobody/Tiny/"}, "x.gguf"),
)


@pytest.mark.parametrize(("named", "model", "file"), SAME)
def test_the_same_model_by_another_name_fits(named: str, model: dict[str, Any], file: str, tmp_path: Path) -> None:
    assert fit(tmp_path, {f"{BASE}name": named}, model, file) == Fit(Verdict.FITS, "", named)
    address = {f"{BASE}repo_url": f"https://huggingface.co/someone/{named}", f"{BASE}name": "else"}
    assert fit(tmp_path, address, model, file) == Fit(Verdict.FITS, "", named)


OTHER = (
    ("SmolLM2-135M", {"general.name": "Smollm2 135M Instruct"}),
    ("SmolLM2-360M-Instruct", {"general.name": "Smollm2 135M Instruct"}),
    ("Llama-3.1-8B-Instruct", {"general.name": "Llama 3 8B Instruct"}),
    ("Qwen2.5-7B", {"general.name": "Qwen2 7B"}),
    ("Q4", {"general.name": "Q8"}),
)


@pytest.mark.parametrize(("named", "model"), OTHER)
def test_another_model_of_the_same_shape_may_sound_wrong(named: str, model: dict[str, Any], tmp_path: Path) -> None:
    found = fit(tmp_path, {f"{BASE}name": named}, model)
    assert (found.verdict, found.base) == (Verdict.OTHER_BASE, named)
    assert found.reason == f"It was made for {named}, and this model is {model['general.name']}: it may sound wrong."


def test_a_tone_that_names_no_base_fits_by_its_shapes(tmp_path: Path) -> None:
    assert fit(tmp_path, {}, {"general.name": "Anything"}) == Fit(Verdict.FITS, "", "")


def test_what_does_not_fit_says_why(tmp_path: Path) -> None:
    for tone, width, reason in (
        ({"general.architecture": "qwen2"}, 32, "made for a qwen2 model; this is a llama model"),
        ({}, 48, "another size: blk.0.attn_q.weight is 32 × 32, not 48 × 32"),
        ({"adapter.type": "control_vector"}, 32, "not of the LoRA kind"),
    ):
        found = fit(tmp_path, tone, {}, width=width)
        assert found.verdict is Verdict.MISFIT
        assert reason in found.reason


def test_a_file_that_is_no_tone_has_no_base_to_compare(tmp_path: Path) -> None:
    (tmp_path / "text.gguf").write_text("no tone")
    tone = examine_tone(tmp_path / "text.gguf", None)
    found = tone.fit
    assert found == Fit(Verdict.MISFIT, tone.problem, "")
    good = examine_tone(write_tone(tmp_path / "tone.gguf", {}), None)
    nothing = good.fit
    assert (good.problem, good.rank, nothing) == ("", 2, None)


def test_names_from_strangers_are_harmless(tmp_path: Path) -> None:
    for name in ("\x1b[31mred", "-q4" * 5000, "-" * 5000, "\u202e", " "):
        found = fit(tmp_path, {f"{BASE}name": name}, {"general.name": name, "general.basename": name})
        assert found.base.isprintable()
        assert len(found.reason) < 1000


def test_a_tone_for_a_real_model(small_model: Path, tmp_path: Path) -> None:
    tone = make_lora(small_model, tmp_path / "tone.gguf")
    assert examine_tone(tone, read_header(small_model), small_model).fit == Fit(Verdict.FITS, "", "")
