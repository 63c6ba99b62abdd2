"""A graphics card whose driver fails at work, or whose memory is too small: what else can answers instead, and it is
said.
"""

import os
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from desktop.domain.models import ModelDetails, ModelPlace
from desktop.engine import speed_requests
from desktop.llm.build_choice import BuildChoice
from desktop.llm.client import ModelRunner
from desktop.llm.devices import Device
from desktop.llm.native_builds import LIBRARY_VARIABLE, NativeBuild, llama_version, write_manifest
from desktop.llm.probe import ProbeResult
from desktop.llm.runner_process import RunnerDied, start_runner
from desktop.llm.stopping import Stopped
from desktop.protocol.child import ChildProcess
from desktop.protocol.common_messages import Nothing
from desktop.protocol.lines import Event
from desktop.protocol.runner_messages import Turn
from tests.support.model_parts import model_parts

QUESTION = (Turn("user", "Tell me about the sea."),)


def works(_build: NativeBuild, _stopped: Stopped) -> ProbeResult:
    return ProbeResult((Device("Vulkan0", "A card", 1 << 33, 1 << 33),), "")


def start(on_event: Callable[[Event], None], environment: Mapping[str, str]) -> ChildProcess:
    if LIBRARY_VARIABLE not in environment:
        return start_runner(on_event, environment)
    here = {**environment, "PYTHONPATH": os.pathsep.join((str(Path(__file__).parent), environment["PYTHONPATH"]))}
    # the build's folder is empty
    del here[LIBRARY_VARIABLE]
    return ChildProcess((os.environ.get("CARD", "failing_card"),), here, on_event=on_event)


@pytest.fixture
def builds(tmp_path: Path) -> BuildChoice:
    (tmp_path / "vulkan").mkdir()
    write_manifest(tmp_path / "vulkan", "vulkan", llama_version())
    return BuildChoice(tmp_path, works)


def test_before_the_first_word_the_processor_answers_instead(builds: BuildChoice, small_model: Path) -> None:
    told: list[str] = []
    runner = ModelRunner(start, builds, lambda: told.append(runner.loaded.note if runner.loaded else ""))
    try:
        assert runner.ensure_loaded(str(small_model), context=512).device == "A card"
        heard: list[str] = []
        assert runner.generate(QUESTION, max_tokens=8, on_text=heard.append).text == "".join(heard) != ""
        assert told == ["The graphics card is not used. It ended in the middle of an answer."]
        again = runner.ensure_loaded(str(small_model), context=512)
        assert (again.device, again.gpu_layers) == ("", 0)
        assert again.note == "The graphics card is not used. It ended in the middle of an answer."
    finally:
        runner.close()


def test_a_card_that_is_closed_in_the_middle_of_an_answer_is_not_blamed(
    builds: BuildChoice, small_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKS_ON", str(tmp_path / "works"))
    runner = ModelRunner(start, builds)
    runner.ensure_loaded(str(small_model), context=512)
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(runner.generate, QUESTION, max_tokens=8)
        while not (tmp_path / "works").exists():
            time.sleep(0.01)
        runner.close()
        with pytest.raises(RunnerDied):
            answer.result(60)
    try:
        assert runner.ensure_loaded(str(small_model), context=512).device == "A card"
    finally:
        runner.close()


def test_after_the_first_words_the_answer_fails_and_the_next_comes_from_the_processor(
    builds: BuildChoice, small_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAILS_LATE", "1")
    runner = ModelRunner(start, builds)
    try:
        runner.ensure_loaded(str(small_model), context=512)
        with pytest.raises(RunnerDied):
            runner.generate(QUESTION, max_tokens=8)
        assert runner.generate(QUESTION, max_tokens=8).text
    finally:
        runner.close()


def test_as_many_layers_as_a_person_set_reach_the_card(
    builds: BuildChoice, small_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARD", "small_card")
    monkeypatch.setenv("CARD_TAKES", "31")
    monkeypatch.setenv("CARD_NOTES", str(tmp_path / "tried"))
    (tmp_path / "models").mkdir()
    (tmp_path / "models/tiny.gguf").symlink_to(small_model)
    with model_parts(tmp_path, start, builds=builds) as parts:
        path = parts.models.model_for(None)
        parts.models.details.set(path, ModelDetails(gpu_layers=12))
        parts.models.load(path, ())
        assert (tmp_path / "tried").read_text().split() == ["12"]
        place = parts.models.list_models(Nothing()).place
        assert place is not None
        assert (place.device, place.gpu_layers) == ("A card", 12)


def test_measuring_tries_a_card_that_failed_once_more(
    builds: BuildChoice, small_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speed_requests, "TOKENS", 12)
    (tmp_path / "models").mkdir()
    (tmp_path / "models/tiny.gguf").symlink_to(small_model)
    with model_parts(tmp_path, start, builds=builds) as parts:
        path = parts.models.model_for(None)
        builds.failed(builds.choose().build, "It ended.")
        parts.models.load(path, ())
        assert parts.models.list_models(Nothing()).place == ModelPlace(
            path, "", 0, 31, "The graphics card is not used. It ended."
        )
        assert parts.speeds.measure_speed(Nothing()).speed.model == path
        place = parts.models.list_models(Nothing()).place
        # it was loaded on the card, which failed again at its first word
        assert place is not None
        assert place.note == "The graphics card is not used. It ended in the middle of an answer."


@pytest.mark.parametrize(
    ("takes", "tried", "note"),
    [
        (8, [31, 15, 7], "The graphics card has too little memory for this model: 7 of its layers are on it."),
        (0, [31, 15, 7, 3, 1, 0], "The graphics card has too little memory for this model: nothing of it is on it."),
    ],
)
def test_a_card_out_of_memory_gets_half_as_many_layers_until_they_fit(
    builds: BuildChoice, small_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    takes: int, tried: list[int], note: str,
) -> None:  # fmt: skip
    monkeypatch.setenv("CARD", "small_card")
    monkeypatch.setenv("CARD_TAKES", str(takes))
    monkeypatch.setenv("CARD_NOTES", str(tmp_path / "tried"))
    runner = ModelRunner(start, builds)
    try:
        loaded = runner.ensure_loaded(str(small_model), context=512)
        assert list(map(int, (tmp_path / "tried").read_text().split())) == tried
        assert (loaded.gpu_layers, loaded.device) == (tried[-1], "A card" if tried[-1] else "")
        assert loaded.note == note
        assert runner.generate(QUESTION, max_tokens=4).text
    finally:
        runner.close()
