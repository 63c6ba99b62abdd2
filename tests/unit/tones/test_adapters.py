"""Adapters that fit and adapters that don't: each bad one has its reason, found in Python."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import gguf
import numpy as np
import pytest

from desktop.domain.errors import UserError
from desktop.domain.tones import ToneCard, ToneSample, TruthMeasures, TruthReport
from desktop.gguf.adapter import adapter_problem, shape_problem
from desktop.gguf.facts import ARRAY, UINT32, Fact
from desktop.gguf.header import GgufHeader, read_header
from desktop.tones.adapter import AdapterReader, describe_tone, read_adapter
from desktop.tones.cards import card_path, read_card, with_report, write_card
from desktop.tones.shelf import add_tone, bring_back, forget_aside, list_tones, remove_tone, rename_tone, set_aside
from tests.support.lora import PROJECTIONS, make_lora
from tests.support.peft import TINY_MODELS, write_base, write_peft

FIRST = "blk.0.attn_q.weight"


@pytest.fixture
def base(small_model: Path) -> GgufHeader:
    return read_header(small_model)


def one_bad_number(value: float, dtype: type) -> Callable[[np.ndarray], np.ndarray]:
    def change(values: np.ndarray) -> np.ndarray:
        changed = values.astype(dtype)
        changed[-1, -1] = value
        return changed

    return change


# (what is wrong, a word of the reason, the tensor that changes, how)
BAD_MATRICES = (
    ("not a number", "not numbers", f"{FIRST}.lora_b", one_bad_number(np.nan, np.float32)),
    ("not a number, short", "not numbers", f"{FIRST}.lora_b", one_bad_number(np.nan, np.float16)),
    ("infinite", "not numbers", f"{FIRST}.lora_a", one_bad_number(-np.inf, np.float32)),
    ("infinite, short", "not numbers", f"{FIRST}.lora_a", one_bad_number(np.inf, np.float16)),
    ("another width", "another size", f"{FIRST}.lora_a", lambda values: values[:, :-32]),
    ("another height", "another size", f"{FIRST}.lora_b", lambda values: values[:-32]),
    ("another rank", "do not fit each other", f"{FIRST}.lora_a", lambda values: values[:2]),
    ("one dimension", "two matrices", f"{FIRST}.lora_a", lambda values: values[0].copy()),
    ("whole numbers", "stored as i32", f"{FIRST}.lora_a", lambda values: values.astype(np.int32)),
    ("doubles", "stored as f64", f"{FIRST}.lora_a", lambda values: values.astype(np.float64)),
)


@pytest.mark.parametrize(("reason", "bad", "make"), [row[1:] for row in BAD_MATRICES], ids=[r[0] for r in BAD_MATRICES])
def test_bad_matrices(
    reason: str,
    bad: str,
    make: Callable[[np.ndarray], np.ndarray],
    small_model: Path,
    base: GgufHeader,
    tmp_path: Path,
) -> None:
    def change(name: str, values: np.ndarray) -> np.ndarray:
        return make(values) if name == bad else values

    path = make_lora(small_model, tmp_path / "tone.gguf", change=change)
    assert reason in adapter_problem(path, base)


def test_an_adapter_of_rank_0_is_refused(small_model: Path, base: GgufHeader, tmp_path: Path) -> None:
    def nothing(name: str, values: np.ndarray) -> np.ndarray:
        return values[:0] if name.endswith("lora_a") else values[:, :0]

    path = make_lora(small_model, tmp_path / "tone.gguf", change=nothing)
    assert adapter_problem(path, base)
    with pytest.raises(UserError):
        add_tone(path, tmp_path / "tones", base)


def test_cards_are_kept_beside_the_adapter(small_model: Path, base: GgufHeader, tmp_path: Path) -> None:
    shelf = tmp_path / "tones"
    tone = add_tone(make_lora(small_model, tmp_path / "firm.gguf"), shelf, base)
    assert (tone.name, tone.card.origin) == ("firm", str(tmp_path / "firm.gguf"))
    assert tone.card.added_at > 1_700_000_000
    rename_tone(tone.path, shelf, "  Our \n firm’s\u202e voice ")
    assert list_tones(shelf, base)[0].name == "Our firm’s voice"
    with pytest.raises(UserError):
        rename_tone(tone.path, shelf, " \u202e ")
    for damaged in ("", "{", "[]", '{"name": 4}', "[" * 100_000):
        card_path(Path(tone.path)).write_text(damaged)
        assert read_card(Path(tone.path)) == ToneCard()
        assert list_tones(shelf, base)[0].name == "firm"


def test_what_was_removed_can_be_brought_back(small_model: Path, base: GgufHeader, tmp_path: Path) -> None:
    shelf = tmp_path / "tones"
    tone = add_tone(make_lora(small_model, tmp_path / "firm.gguf"), shelf, base)
    rename_tone(tone.path, shelf, "Ours")
    set_aside(tone.path, shelf)
    assert list_tones(shelf, base) == ()
    bring_back(tone.path, shelf)
    assert [found.name for found in list_tones(shelf, base)] == ["Ours"]
    with pytest.raises(UserError):
        bring_back(tone.path, shelf)
    set_aside(tone.path, shelf)
    forget_aside(shelf)
    with pytest.raises(UserError):
        bring_back(tone.path, shelf)
    assert [path.name for path in shelf.iterdir()] == []


def test_a_readme_beside_the_adapter_tells_licence_and_sample(tmp_path: Path) -> None:
    base = read_header(write_base(tmp_path / "base.gguf", TINY_MODELS[0]))
    folder = write_peft(tmp_path / "letters", TINY_MODELS[0])
    (folder / "README.md").write_text(
        '---\nlicense: mit\nwidget:\n- text: Hello?\n  output:\n    text: "Dear client, hello."\n---\n# Letters\n'
    )
    card = add_tone(folder, tmp_path / "tones", base).card
    assert (card.licence, card.origin) == ("mit", str(folder))
    assert card.sample == ToneSample("", 1.0, "Dear client, hello.")


def test_reports_are_kept_one_a_strength_newest_first() -> None:
    none = TruthMeasures(0, 0, 0, 0)
    card = ToneCard(name="x")
    for at, strength in enumerate((1.0, 1.2, 1.0, *(0.1 * n for n in range(8)))):
        card = with_report(card, TruthReport("m", strength, 1, none, none, float(at)))
        if at == 2:
            assert [(report.strength, report.made_at) for report in card.truth] == [(1.0, 2.0), (1.2, 1.0)]
    assert len(card.truth) == 6 and card.name == "x"


def test_a_card_of_an_older_footnote_keeps_its_report(tmp_path: Path) -> None:
    none = TruthMeasures(0, 0, 0, 0)
    report = TruthReport("m", 1.0, 1, none, none, 1.0, ("What is the rent?",))
    write_card(tmp_path / "x.gguf", ToneCard(name="X", truth=(report,)))
    assert read_card(tmp_path / "x.gguf").truth == (report,)
    kept = json.loads((tmp_path / "x.json").read_text("utf-8"))
    del kept["truth"][0]["asked"]
    (tmp_path / "x.json").write_text(json.dumps(kept), "utf-8")
    assert read_card(tmp_path / "x.gguf").truth == (replace(report, asked=()),)
    for broken in ([], {"truth": 5}, {"truth": [5]}, {}):
        (tmp_path / "x.json").write_text(json.dumps(broken), "utf-8")
        assert read_card(tmp_path / "x.gguf") == ToneCard()


def test_a_file_is_read_once_until_it_changes(small_model: Path, tmp_path: Path) -> None:
    path = make_lora(small_model, tmp_path / "tone.gguf")
    reader = AdapterReader()
    assert reader.read(path) is reader.read(path)
    path.write_bytes(b"x")
    with pytest.raises(UserError):
        reader.read(path)


def test_a_good_adapter_fits(small_model: Path, base: GgufHeader, tmp_path: Path) -> None:
    path = make_lora(small_model, tmp_path / "tone.gguf", rank=4)
    tone = describe_tone(path, base)
    assert (tone.problem, tone.rank, tone.architecture, tone.name) == ("", 4, "llama", "tone")
    assert describe_tone(path, None).problem == ""
    half = make_lora(small_model, tmp_path / "half.gguf", change=lambda _name, values: values.astype(np.float16))
    assert describe_tone(half, base).problem == ""


def test_adapters_of_another_kind_are_refused(small_model: Path, base: GgufHeader, tmp_path: Path) -> None:
    place = tmp_path / "tone.gguf"
    assert "qwen2 model" in adapter_problem(make_lora(small_model, place, architecture="qwen2"), base)
    assert "not of the LoRA kind" in adapter_problem(make_lora(small_model, place, kind="control_vector"), base)
    for alpha in (8, "8", float("nan"), float("inf"), 0.0, -1.0):
        assert "adapter.lora.alpha" in adapter_problem(make_lora(small_model, place, alpha=alpha), base)
    assert "holds no numbers" in adapter_problem(make_lora(small_model, place, projections=()), base)
    assert "not a tone" in adapter_problem(small_model, base)


def test_an_activated_adapter_is_refused(small_model: Path, base: GgufHeader, tmp_path: Path) -> None:
    """It works after certain words only; laid over a whole conversation it is another adapter."""
    whole = read_header(make_lora(small_model, tmp_path / "tone.gguf"))
    facts = {**whole.facts, "adapter.alora.invocation_tokens": Fact(ARRAY, 2, UINT32)}
    assert "activated LoRA" in shape_problem(replace(whole, facts=facts), base)


def test_a_rank_beyond_reason_is_refused(base: GgufHeader, tmp_path: Path) -> None:
    writer = gguf.GGUFWriter(str(tmp_path / "tone.gguf"), "llama")
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", 8.0)
    writer.add_tensor(f"{FIRST}.lora_a", np.zeros((8193, 576), np.float16))
    writer.add_tensor(f"{FIRST}.lora_b", np.zeros((576, 8193), np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    assert "Its rank is 8193" in adapter_problem(tmp_path / "tone.gguf", base)


def test_an_adapter_for_a_model_of_another_size_is_refused(base: GgufHeader, tmp_path: Path) -> None:
    larger = tmp_path / "larger.gguf"
    make_base(larger, width=640)
    path = make_lora(larger, tmp_path / "tone.gguf", projections=PROJECTIONS)
    assert "another size" in adapter_problem(path, base)


def test_an_adapter_for_layers_that_the_model_lacks_is_refused(base: GgufHeader, tmp_path: Path) -> None:
    deeper = tmp_path / "deeper.gguf"
    make_base(deeper, width=576, layer=99)
    path = make_lora(deeper, tmp_path / "tone.gguf", projections=PROJECTIONS)
    assert "does not have" in adapter_problem(path, base)


def make_base(path: Path, width: int, layer: int = 0) -> None:
    """A file with one projection, enough to make adapters from."""
    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_tensor(f"blk.{layer}.attn_q.weight", np.zeros((width, width), np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def test_an_adapter_cut_off_anywhere_is_refused(small_model: Path, base: GgufHeader, tmp_path: Path) -> None:
    data = make_lora(small_model, tmp_path / "whole.gguf").read_bytes()
    cut = tmp_path / "cut.gguf"
    for tenth in range(10):
        cut.write_bytes(data[: len(data) * tenth // 10])
        assert adapter_problem(cut, base)
        assert describe_tone(cut, None).problem
        with pytest.raises(UserError):
            read_adapter(cut)


def test_half_a_pair_is_refused(small_model: Path, base: GgufHeader, tmp_path: Path) -> None:
    path = make_lora(small_model, tmp_path / "tone.gguf", projections=("attn_q",))
    data = path.read_bytes()
    # the same length, so that every offset stays right
    path.write_bytes(data.replace(b"blk.7.attn_q.weight.lora_a", b"blk.7.attn_q.weight.lora_x"))
    assert "no part of a LoRA" in adapter_problem(path, base)
    path.write_bytes(data.replace(b"blk.7.attn_q.weight.lora_a", b"blk.7.attn_z.weight.lora_a"))
    assert "missing" in adapter_problem(path, base)


def test_adding_copies_once_and_touches_nothing(small_model: Path, base: GgufHeader, tmp_path: Path) -> None:
    source = make_lora(small_model, tmp_path / "warm.gguf", seed=1)
    before = source.read_bytes()
    shelf = tmp_path / "tones"
    tone = add_tone(source, shelf)
    assert Path(tone.path).parent == shelf
    assert add_tone(source, shelf) == tone
    assert Path(tone.path).read_bytes() == before == source.read_bytes()
    (tmp_path / "other").mkdir()
    other = make_lora(small_model, tmp_path / "other" / "warm.gguf", seed=2)
    assert Path(add_tone(other, shelf).path).name == "warm-2.gguf"
    assert [Path(tone.path).name for tone in list_tones(shelf, base)] == ["warm-2.gguf", "warm.gguf"]


@pytest.mark.parametrize(
    ("name", "listed"),
    [("sha256-0a1b", "sha256-0a1b.gguf"), ("warm.bin", "warm.gguf"), ("warm-v1.5", "warm-v1.5.gguf"),
     ("Warm.GGUF", "Warm.GGUF")],
)  # fmt: skip
def test_an_adapter_by_any_name_is_listed(small_model: Path, tmp_path: Path, name: str, listed: str) -> None:
    source = make_lora(small_model, tmp_path / name)
    shelf = tmp_path / "tones"
    assert Path(add_tone(source, shelf).path).name == listed
    assert [Path(tone.path).name for tone in list_tones(shelf)] == [listed]


def test_removing_deletes_the_copy_alone(small_model: Path, tmp_path: Path) -> None:
    source = make_lora(small_model, tmp_path / "warm.gguf")
    shelf = tmp_path / "tones"
    for name in ("warm", "warm.gguf", str(shelf / "warm.gguf")):
        tone = add_tone(source, shelf)
        assert remove_tone(name, shelf) == Path(tone.path)
        assert list_tones(shelf) == ()
        with pytest.raises(UserError, match="no tone"):
            remove_tone(name, shelf)
    assert source.is_file()
    with pytest.raises(UserError, match="no tone"):
        remove_tone(source, shelf)


def test_a_tone_that_does_not_fit_the_model_is_not_added(small_model: Path, base: GgufHeader, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="qwen2 model"):
        add_tone(make_lora(small_model, tmp_path / "tone.gguf", architecture="qwen2"), tmp_path / "tones", base)
    assert not (tmp_path / "tones").exists()
    assert add_tone(make_lora(small_model, tmp_path / "tone.gguf"), tmp_path / "tones", base).problem == ""


def test_adding_what_is_no_tone_is_refused_and_leaves_nothing(small_model: Path, tmp_path: Path) -> None:
    shelf = tmp_path / "tones"
    text = tmp_path / "text.gguf"
    text.write_text("no tone")
    for bad in (small_model, text, tmp_path / "none.gguf"):
        with pytest.raises(UserError):
            add_tone(bad, shelf)
    assert list_tones(shelf) == ()


def test_a_damaged_file_on_the_shelf_says_so(tmp_path: Path) -> None:
    (tmp_path / "bad.gguf").write_bytes(b"GGUF")
    (tmp_path / "notes.txt").write_text("not looked at")
    (tone,) = list_tones(tmp_path)
    assert (tone.name, tone.rank) == ("bad", 0)
    assert tone.problem
