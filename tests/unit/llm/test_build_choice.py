"""Which native build the runner loads: tried once for a driver and a build, remembered, and the processor after a
failure.
"""

import json
import os
from pathlib import Path

import pytest

from desktop.llm import build_choice, native_builds
from desktop.llm.build_choice import MEMORY, BuildChoice
from desktop.llm.devices import Device
from desktop.llm.hardware import room_on_card
from desktop.llm.native_builds import PROCESSOR, NativeBuild, driver_stamp, gpu_builds, llama_version, write_manifest
from desktop.llm.probe import ProbeResult, probe_build
from desktop.llm.stopping import ModelLoadStopped, Stopped

CARD = Device("Vulkan0", "A card", 6 << 30, 8 << 30)
WORKS, FAILS = ProbeResult((CARD,), ""), ProbeResult((), "Its driver crashed.")


class Probes:
    """Answers with what was put in, by kind of GPU, and notes what was tried."""

    def __init__(self, **results: ProbeResult) -> None:
        self._results = results
        self.tried: list[str] = []

    def __call__(self, build: NativeBuild, _stopped: Stopped) -> ProbeResult:
        self.tried.append(build.gpu)
        return self._results[build.gpu]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with a build for Vulkan and one for CUDA, and one of another version."""
    for name, gpu, version in (
        ("vulkan-1", "vulkan", llama_version()),
        ("cuda-1", "cuda", llama_version()),
        ("cuda-0", "cuda", "0.0.1"),
    ):
        (tmp_path / name).mkdir()
        write_manifest(tmp_path / name, gpu, version)
    (tmp_path / "half-copied").mkdir()
    return tmp_path


def test_the_best_that_works_is_chosen_and_is_tried_once(root: Path) -> None:
    probes = Probes(cuda=WORKS, vulkan=WORKS)
    choices = [BuildChoice(root, probes).choose() for _ in range(3)]
    assert {(choice.build, choice.note) for choice in choices} == {(NativeBuild("cuda", root / "cuda-1"), "")}
    assert probes.tried == ["cuda"]
    assert choices[0].build.environment() == {"LLAMA_CPP_LIB_PATH": str(root / "cuda-1")}


def test_after_the_best_comes_the_next_and_at_last_the_processor_with_the_reason(root: Path) -> None:
    assert BuildChoice(root, Probes(cuda=FAILS, vulkan=WORKS)).choose().build.gpu == "vulkan"
    (root / MEMORY).unlink()
    choice = BuildChoice(root, Probes(cuda=FAILS, vulkan=FAILS)).choose()
    assert choice.build == PROCESSOR
    assert choice.note == "The graphics card is not used. Its driver crashed."
    assert PROCESSOR.environment() == {}


def test_what_is_free_on_the_card_is_known_once_it_was_tried(root: Path) -> None:
    sharing = Device("Vulkan1", "Its processor's", 9 << 30, 9 << 30, shared=True)
    builds = BuildChoice(root, Probes(cuda=ProbeResult((CARD, sharing), ""), vulkan=FAILS))
    assert builds.card_memory() is None
    builds.failed(builds.choose().build, "It ended.")
    assert builds.card_memory() is None  # Vulkan's was not tried yet
    builds.choose()
    assert builds.card_memory() == 0
    (root / MEMORY).unlink()
    builds.choose()
    assert builds.card_memory() == CARD.free
    assert BuildChoice(root / "none").card_memory() == 0


def test_a_models_room_is_memory_and_card_together(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build_choice, "free_memory", lambda: 4 << 30)
    builds = BuildChoice(root, Probes(cuda=WORKS, vulkan=FAILS))
    assert builds.memory_for_models() == 4 << 30  # nothing was tried yet
    builds.choose()
    assert builds.memory_for_models() == (4 << 30) + room_on_card(CARD.free) > 4 << 30


def test_one_that_failed_at_work_is_not_chosen_again(root: Path) -> None:
    probes = Probes(cuda=WORKS, vulkan=FAILS)
    builds = BuildChoice(root, probes)
    builds.failed(builds.choose().build, "It ended.")
    assert builds.choose().note == "The graphics card is not used. It ended."


def test_after_a_week_it_gets_another_chance(root: Path) -> None:
    now = [1000.0]
    builds = BuildChoice(root, Probes(cuda=WORKS, vulkan=FAILS), lambda: now[0])
    builds.failed(builds.choose().build, "It ended.")
    now[0] += 6 * 24 * 3600
    assert builds.choose().build == PROCESSOR
    now[0] += 2 * 24 * 3600
    assert builds.choose().build.gpu == "cuda"


def test_a_probe_that_failed_is_tried_again_after_a_day(root: Path) -> None:
    now, probes = [1000.0], Probes(cuda=FAILS, vulkan=FAILS)
    builds = BuildChoice(root, probes, lambda: now[0])
    builds.choose()
    now[0] += 23 * 3600
    assert builds.choose().build == PROCESSOR
    assert probes.tried == ["cuda", "vulkan"]
    now[0] += 2 * 3600
    later = BuildChoice(root, Probes(cuda=FAILS, vulkan=WORKS), lambda: now[0])
    assert later.choose().build.gpu == "vulkan"


def test_who_wishes_it_has_what_failed_tried_again(root: Path) -> None:
    probes = Probes(cuda=FAILS, vulkan=WORKS)
    builds = BuildChoice(root, probes)
    assert not builds.try_again()
    builds.failed(builds.choose().build, "It ended.")
    assert builds.choose().build == PROCESSOR
    assert builds.try_again()
    assert builds.choose().build.gpu == "vulkan"
    assert probes.tried == ["cuda", "vulkan"] * 2
    builds.try_again()
    assert probes.tried == ["cuda", "vulkan"] * 2, "a card that works is not tried anew"
    assert not builds.try_again()


def test_nvidias_driver_is_known_by_what_it_says_after_a_restart_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = tmp_path / "version"
    monkeypatch.setattr(native_builds, "NVIDIA_DRIVER", version)
    without = driver_stamp()
    version.write_text("NVRM version: 580.95")
    first = driver_stamp()
    os.utime(version, (1, 1))
    assert driver_stamp() == first != without
    version.write_text("NVRM version: 590.44")
    os.utime(version, (1, 1))
    assert driver_stamp() != first


def test_another_driver_or_another_build_is_tried_anew(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    probes = Probes(cuda=FAILS, vulkan=WORKS)
    BuildChoice(root, probes).choose()
    monkeypatch.setenv("VK_DRIVER_FILES", "/nowhere.json")
    BuildChoice(root, probes).choose()
    assert probes.tried == ["cuda", "vulkan"] * 2
    write_manifest(root / "cuda-1", "cuda", llama_version())
    BuildChoice(root, probes).choose()
    assert probes.tried == [*["cuda", "vulkan"] * 2, "cuda"]


@pytest.mark.parametrize("damage", ["", "[]", "{", '{"x": 1}'])
def test_a_damaged_memory_is_tried_anew(root: Path, damage: str) -> None:
    BuildChoice(root, Probes(cuda=WORKS)).choose()
    told = json.loads((root / MEMORY).read_text(encoding="utf-8"))
    (root / MEMORY).write_text(damage or json.dumps({key: {"devices": 3} for key in told}), encoding="utf-8")
    assert BuildChoice(root, Probes(cuda=WORKS)).choose().build.gpu == "cuda"


def test_without_builds_nothing_is_tried(tmp_path: Path) -> None:
    assert gpu_builds(tmp_path, "linux") == ()
    # the package itself is built for Metal there
    assert gpu_builds(tmp_path, "darwin") == (NativeBuild("metal", None),)


def test_a_build_that_cannot_be_loaded_is_a_sentence(tmp_path: Path) -> None:
    assert probe_build(NativeBuild("vulkan", tmp_path)).problem == "Its driver could not be loaded."
    assert probe_build(NativeBuild("vulkan", tmp_path), seconds=0.001).problem.startswith("It did not answer")


def test_a_probe_ends_when_it_is_stopped_and_nothing_is_remembered_of_it(root: Path) -> None:
    builds = BuildChoice(root)
    with pytest.raises(ModelLoadStopped):
        builds.choose(lambda: True)
    assert builds.card_memory() is None
    assert not (root / MEMORY).exists()


def test_the_packages_own_build_has_no_card() -> None:
    assert probe_build(PROCESSOR).problem in ("No graphics card was found.", "")
