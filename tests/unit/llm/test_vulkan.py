"""The real Vulkan build on lavapipe, a graphics card made of software. Skipped where either is missing: building takes
a quarter of an hour (`python3 -m installer setup --gpu vulkan`; on Debian lavapipe is in mesa-vulkan-drivers).
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from desktop.llm.build_choice import MEMORY, BuildChoice
from desktop.llm.client import ModelRunner
from desktop.llm.native_builds import LIBRARY_VARIABLE, NativeBuild, gpu_builds
from desktop.llm.probe import probe_build
from desktop.llm.runner_process import start_runner
from desktop.platform_support.paths import data_folders
from desktop.protocol.child import ChildProcess
from desktop.protocol.lines import Event
from desktop.protocol.runner_messages import ModelLoaded, Turn

LAVAPIPE = ("/usr/share/vulkan/icd.d/lvp_icd.x86_64.json", "/usr/share/vulkan/icd.d/lvp_icd.json")
QUESTION = (Turn("user", "Tell me about the sea."),)
# copying leaves no close choices: the card adds numbers up in another order, and one bit decides between two of those
TEXT = (
    "The harbour of Lowmere was built in 1871 by the engineer Samuel Holt. It has two basins and a lighthouse of "
    "granite. The eastern basin freezes in hard winters. Boats wait in the outer roads until the ice is gone. "
    "In spring the boats come back with herring, and the market opens on the quay beside the old mill."
)
COPYING = (Turn("user", f"Repeat this text word for word: {TEXT} Now repeat it: {TEXT} And once more:"),)


class DyingOn:
    """Starts runners; those with the libraries of `build` die at their first request."""

    def __init__(self, build: NativeBuild) -> None:
        self._build = build

    def __call__(self, on_event: Callable[[Event], None], environment: Mapping[str, str]) -> ChildProcess:
        if environment.get(LIBRARY_VARIABLE) != str(self._build.folder):
            return start_runner(on_event, environment)
        here = {**environment, "PYTHONPATH": str(Path(__file__).parent)}
        return ChildProcess(("dying_runner",), here, on_event=on_event)


@pytest.fixture
def builds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BuildChoice:
    """With the Vulkan build alone, on lavapipe alone, and nothing remembered."""
    made = [build for build in gpu_builds(data_folders().native) if build.gpu == "vulkan"]
    driver = next((path for path in LAVAPIPE if Path(path).is_file()), None)
    if not made or made[0].folder is None or driver is None:
        pytest.skip("no Vulkan build here, or no lavapipe: python3 -m installer setup --gpu vulkan")
    monkeypatch.setenv("VK_ICD_FILENAMES", driver)
    monkeypatch.setenv("VK_DRIVER_FILES", driver)
    # llama.cpp leaves cards that are processors out unless they are named
    monkeypatch.setenv("GGML_VK_VISIBLE_DEVICES", "0")
    (tmp_path / "vulkan").symlink_to(made[0].folder)
    return BuildChoice(tmp_path)


@pytest.fixture
def gpu_runner(builds: BuildChoice) -> Iterator[ModelRunner]:
    runner = ModelRunner(builds=builds)
    yield runner
    runner.close()


def load(runner: ModelRunner, model: Path, layers: int) -> ModelLoaded:
    return runner.ensure_loaded(str(model), context=512, gpu_layers=layers)


@pytest.mark.timeout(1200)  # minutes where others compute too
def test_the_card_gives_the_processors_answer_with_as_many_layers_as_asked(
    gpu_runner: ModelRunner, small_model: Path
) -> None:
    answers = {}
    for layers in (0, 12, -1):
        loaded = load(gpu_runner, small_model, layers)
        assert loaded.gpu_layers == (loaded.layers + 1 if layers < 0 else layers)
        assert ("llvmpipe" in loaded.device) == (layers != 0)
        assert loaded.note == ""
        # lavapipe 22.3 crashes in itself at llama.cpp's fused steps where several tokens follow one: no guesses
        answers[layers] = gpu_runner.generate(COPYING, max_tokens=64, guess=False)
    assert answers[0].tokens == 64
    assert {answer.text for answer in answers.values()} == {answers[0].text}


def test_without_its_driver_the_processor_is_used_and_it_is_said(
    builds: BuildChoice, small_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert builds.choose().build.gpu == "vulkan"
    monkeypatch.setenv("VK_ICD_FILENAMES", "/nowhere.json")
    monkeypatch.setenv("VK_DRIVER_FILES", "/nowhere.json")
    runner = ModelRunner(builds=builds)
    try:
        loaded = load(runner, small_model, -1)
        assert (loaded.device, loaded.gpu_layers) == ("", 0)
        assert loaded.note == "The graphics card is not used. No graphics card was found."
        assert runner.generate(QUESTION, max_tokens=4).text
    finally:
        runner.close()


def test_a_card_that_ends_the_runner_at_work_is_left_for_the_processor(
    builds: BuildChoice, small_model: Path, tmp_path: Path
) -> None:
    build = builds.choose().build
    runner = ModelRunner(DyingOn(build), builds)
    try:
        loaded = load(runner, small_model, -1)
        assert (loaded.device, loaded.note) == ("", "The graphics card is not used. Loading a model ended its driver.")
        assert runner.generate(QUESTION, max_tokens=4).text
    finally:
        runner.close()
    assert "ended its driver" in (tmp_path / MEMORY).read_text(encoding="utf-8")


def test_a_library_of_nothing_fails_its_probe(builds: BuildChoice, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "libllama.so").write_bytes(b"\x7fELF" + bytes(60))
    assert probe_build(NativeBuild("vulkan", broken)).problem == "Its driver could not be loaded."
    assert builds.choose().build.gpu == "vulkan"
