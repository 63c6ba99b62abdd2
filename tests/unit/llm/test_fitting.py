"""What fits a computer, in plain words; and how its speed is measured and kept."""

import os
from pathlib import Path

import pytest

from desktop.cli.json_output import model_object
from desktop.cli.machine_fits import with_fits
from desktop.cli.text_output import model_lines
from desktop.domain.errors import UserError
from desktop.domain.models import MachineVerdict, Model, Speed
from desktop.download.catalogue import read_catalogue
from desktop.engine import model_fits
from desktop.engine.model_fits import ModelFits
from desktop.llm.build_choice import BuildChoice
from desktop.llm.devices import Device
from desktop.llm.fitting import Machine, Weights, estimated_size, fit_of
from desktop.llm.native_builds import llama_version, write_manifest
from desktop.llm.probe import ProbeResult
from desktop.llm.speed import SpeedFile, copying_speed, speed_of_run
from desktop.platform_support.paths import DataFolders

GB = 10**9
FAST = Speed(20e9, "m.gguf", 20.0)
SMALL, LARGE = Weights(1 * GB, 28_672, 32_768), Weights(9 * GB, 163_840, 40_960)


def test_a_small_model_on_a_usual_laptop_fits_and_is_fast() -> None:
    fit = fit_of(SMALL, Machine(8 * GB, 5 * GB, FAST))
    assert fit.verdict is MachineVerdict.FAST
    assert fit.tokens_per_second == 20.0
    assert fit.needs == 1 * GB + 28_672 * 8192 + (300 << 20)
    assert fit.reason == ""


def test_a_large_one_is_too_big_or_slow_and_says_why() -> None:
    too_big = fit_of(LARGE, Machine(8 * GB, 5 * GB, FAST))
    assert too_big.verdict is MachineVerdict.TOO_BIG
    assert "10.7 GB" in too_big.reason
    assert "8.0 GB" in too_big.reason
    slow = fit_of(LARGE, Machine(32 * GB, 20 * GB, FAST))
    assert (slow.verdict, slow.reason) == (MachineVerdict.SLOW, "")
    crowded = fit_of(LARGE, Machine(32 * GB, 6 * GB, Speed(900e9, "", 0.0)))
    assert crowded.verdict is MachineVerdict.SLOW
    assert "Close other programs first." in crowded.reason


def test_what_is_free_on_a_graphics_card_counts() -> None:
    """9 GB of weights and 1.3 GB of cache on a computer of 8 GB."""
    rough, ran = Speed(20e9, "", 0.0), Speed(200e9, "m.gguf", 200.0)
    whole = fit_of(LARGE, Machine(8 * GB, 5 * GB, rough, card=12 * GB))
    # how fast the computer's own memory is says nothing of it
    assert (whole.verdict, whole.tokens_per_second) == (MachineVerdict.FAST, 0.0)
    assert whole.reason == "10.3 GB of it are on the graphics card."
    assert fit_of(LARGE, Machine(8 * GB, 5 * GB, ran, card=12 * GB)).tokens_per_second == 22.2
    half = fit_of(LARGE, Machine(8 * GB, 7 * GB, rough, card=6 * GB))
    assert (half.verdict, half.tokens_per_second) == (MachineVerdict.SLOW, 2.2)
    assert half.reason == "5.3 GB of it are on the graphics card."
    assert "5.4 GB of memory; 5.0 GB are free" in fit_of(LARGE, Machine(8 * GB, 5 * GB, rough, card=6 * GB)).reason
    too_big = fit_of(LARGE, Machine(8 * GB, 5 * GB, rough, card=2 * GB))
    assert too_big.verdict is MachineVerdict.TOO_BIG
    assert too_big.reason.endswith("this computer has 8.0 GB, and 2.0 GB are free on its graphics card.")
    # a card too small for the buffers alone changes nothing
    assert fit_of(SMALL, Machine(8 * GB, 5 * GB, FAST, card=GB // 4)) == fit_of(SMALL, Machine(8 * GB, 5 * GB, FAST))


def test_the_chosen_context_counts_and_training_limits_it() -> None:
    machine = Machine(64 * GB, 60 * GB, FAST)
    assert fit_of(LARGE, machine, 32_768).needs - fit_of(LARGE, machine, 16_384).needs == 16_384 * 163_840
    assert fit_of(SMALL, machine, 131_072).context == 32_768


def test_without_a_measurement_nothing_is_said_of_speed() -> None:
    fit = fit_of(SMALL, Machine(8 * GB, 5 * GB, None))
    assert (fit.verdict, fit.tokens_per_second) == (MachineVerdict.FAST, 0.0)


@pytest.mark.parametrize(("weights", "quantisation", "size"), [(4.0e9, "Q4_K_M", 2.45e9), (1.7e9, "Q8_0", 1.8e9)])
def test_a_file_size_is_estimated_from_its_parameters(weights: float, quantisation: str, size: float) -> None:
    assert estimated_size(int(weights), quantisation) == pytest.approx(size, rel=0.03)


def test_a_measurement_is_kept_and_a_damaged_one_is_none(tmp_path: Path) -> None:
    kept = SpeedFile(tmp_path / "speed.json")
    assert kept.read() is None
    speed = kept.keep(speed_of_run("m.gguf", 1_000_000, 100, 4.0))
    assert (speed.bytes_per_second, speed.tokens_per_second) == (25_000_000, 25.0)
    assert kept.read() == speed
    (tmp_path / "speed.json").write_text("{")
    assert kept.read() is None


def test_copying_memory_gives_a_figure_of_this_world() -> None:
    speed = copying_speed(1)
    assert 2e8 < speed.bytes_per_second < 2e12
    assert speed.model == ""


def test_what_was_set_for_all_models_counts_for_those_that_are_offered(tmp_path: Path) -> None:
    entry = read_catalogue().models[0]
    here = SpeedFile(tmp_path / "speed.json")
    usual = ModelFits(here, lambda _: (0, ""), memory=lambda: (64 * GB, 64 * GB)).offered(entry, "")
    short = ModelFits(here, lambda _: (1024, "q8_0"), memory=lambda: (64 * GB, 64 * GB)).offered(entry, "")
    assert (usual.fit.context, short.fit.context) == (8192, 1024)
    assert usual.fit.needs - short.fit.needs == 8192 * entry.facts.cache - 1024 * round(entry.facts.cache * 34 / 64)


def test_the_command_line_counts_the_card_as_the_window_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folders = DataFolders(tmp_path / "library", tmp_path, tmp_path / "cache")
    (folders.native / "vulkan").mkdir(parents=True)
    write_manifest(folders.native / "vulkan", "vulkan", llama_version())
    monkeypatch.setattr(model_fits, "total_memory", lambda: 8 * GB)
    monkeypatch.setattr(model_fits, "free_memory", lambda: 5 * GB)
    SpeedFile(tmp_path / "speed.json").keep(FAST)
    large = Model("/large.gguf", "large", "llama", LARGE.size, LARGE.trained, "", LARGE.cache)
    (before,) = with_fits([large], folders)
    card = ProbeResult((Device("Vulkan0", "A card", 12 * GB, 12 * GB),), "")
    BuildChoice(folders.native, lambda *_: card).choose()
    (after,) = with_fits([large], folders)
    assert before.fit is not None
    assert after.fit is not None
    assert (before.fit.verdict, after.fit.verdict) == (MachineVerdict.TOO_BIG, MachineVerdict.SLOW)
    assert (
        model_lines(after)[1]
        == "  Fits, slow: about 2 tokens a second (estimated), 10.7 GB of memory. " + after.fit.reason
    )
    assert model_object(after)["fit"]["needs"] == after.fit.needs


def test_weights_larger_than_all_memory_are_refused_before_they_are_loaded(tmp_path: Path) -> None:
    path = tmp_path / "large.gguf"
    path.write_bytes(b"")
    os.truncate(path, 40 * GB)  # a file of holes
    here = SpeedFile(tmp_path / "speed.json"), lambda _: (0, "")
    small = ModelFits(*here, memory=lambda: (32 * GB, 20 * GB))
    with pytest.raises(UserError, match=r"40\.0 GB of memory, and there are 32\.0 GB"):
        small.refuse_larger_than_memory(str(path))
    ModelFits(*here, memory=lambda: (64 * GB, 20 * GB)).refuse_larger_than_memory(str(path))
    # a card holds the rest, or nobody knows yet what it holds
    ModelFits(*here, lambda: 10 * GB, lambda: (32 * GB, 20 * GB)).refuse_larger_than_memory(str(path))
    ModelFits(*here, lambda: None, lambda: (32 * GB, 20 * GB)).refuse_larger_than_memory(str(path))
    with pytest.raises(UserError):
        ModelFits(*here, lambda: 4 * GB, lambda: (32 * GB, 20 * GB)).refuse_larger_than_memory(str(path))
