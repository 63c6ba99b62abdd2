"""A PEFT folder dropped on the window becomes a tone of the chosen model, or is refused with the reason."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.domain.errors import UserError
from desktop.protocol import engine_messages as m
from desktop.protocol.common_messages import Nothing
from tests.support.peft import TINY_MODELS, write_base, write_peft
from tests.support.running_engine import RunningEngine

LLAMA = TINY_MODELS[0]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[RunningEngine]:
    """An engine with one model on its shelf."""
    home = tmp_path / "home"
    (home / "models").mkdir(parents=True)
    write_base(home / "models" / "tiny.gguf", LLAMA)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FOOTNOTE_HOME", str(home))
        running = RunningEngine(home / "library")
    with running:
        yield running


def test_a_peft_folder_is_offered_converted_and_chosen(engine: RunningEngine, tmp_path: Path) -> None:
    folder = write_peft(tmp_path / "letters", LLAMA)
    for dropped in (folder, folder / "adapter_model.safetensors", folder / "adapter_config.json"):
        (item,) = engine.call(m.PREVIEW_ADD, m.Paths((str(dropped),))).items
        assert (item.kind, item.reason) == ("tone", "")
        assert item.size > 1_000
    before = {path: path.read_bytes() for path in folder.iterdir()}
    tones = engine.call(m.ADD_TONE, m.PathOnly(str(folder)))
    (tone,) = tones.tones
    assert (Path(tone.path).name, tone.problem) == ("letters.gguf", "")
    assert [(chosen.path, chosen.strength) for chosen in tones.chosen] == [(tone.path, 1.0)]
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_one_for_another_model_is_refused(engine: RunningEngine, tmp_path: Path) -> None:
    wider = dataclasses.replace(LLAMA, settings={**LLAMA.settings, "hidden_size": 2 * LLAMA.settings["hidden_size"]})
    folder = write_peft(tmp_path / "stranger", wider)
    with pytest.raises(UserError, match="size"):
        engine.call(m.ADD_TONE, m.PathOnly(str(folder)))
    assert engine.call(m.LIST_TONES, Nothing()).tones == ()
