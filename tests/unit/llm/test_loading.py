"""How a model is loaded on this computer: beside its weights there is room for so much context, and cards take so many
layers; what memory is too small for is said.
"""

from pathlib import Path

import pytest

from desktop.domain.errors import UserError
from desktop.gguf.header import read_header
from desktop.llm import loading, runner
from desktop.llm.devices import Device
from desktop.llm.fitting import Machine, Weights, fit_of
from desktop.llm.hardware import BESIDE, USEFUL_CONTEXT, cache_bytes_a_token, card_memory, cards_in_use
from desktop.llm.loading import load_options
from desktop.llm.runner import Runner
from desktop.protocol.runner_messages import Generate, LoadModel, Turn
from tests.support.model_parts import GB, passing_model

OWN = Device("Vulkan0", "A card", 4 * GB, 4 * GB)
SHARING = Device("Vulkan1", "Its processor's", 12 * GB, 12 * GB, shared=True)


def test_a_card_that_shares_memory_adds_nothing_to_one_of_its_own(tmp_path: Path) -> None:
    path = passing_model(tmp_path / "m.gguf", 8 * GB)
    header, request = read_header(path), LoadModel(str(path), 1024, 1, -1, "")
    both, alone = (load_options(request, header, gpus).gpu_layers for gpus in ((SHARING, OWN), (OWN,)))
    assert both == alone < 3
    assert cards_in_use((SHARING, OWN)) == [OWN]
    assert card_memory((SHARING, OWN)) == OWN.free
    # where there is no other it takes layers, and its memory is the computer's
    assert load_options(request, header, (SHARING,)).gpu_layers == 3
    assert card_memory((SHARING,)) == 0


def test_what_fits_gets_its_whole_context_and_a_card_holds_weights_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = passing_model(tmp_path / "m.gguf", 3 * GB)
    header, request = read_header(path), LoadModel(str(path), 0, 1, -1, "")
    fit = fit_of(Weights(3 * GB, cache_bytes_a_token(header), 8192), Machine(64 * GB, 64 * GB, None))
    monkeypatch.setattr(loading, "free_memory", lambda: fit.needs)
    assert load_options(request, header, ()).context == 8192
    monkeypatch.setattr(loading, "free_memory", lambda: fit.needs - 3 * GB)
    assert load_options(request, header, ()).context == USEFUL_CONTEXT
    assert load_options(request, header, (OWN,)).context == 8192


def test_too_little_memory_is_said_with_what_to_do(small_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    size, cache = small_model.stat().st_size, cache_bytes_a_token(read_header(small_model))
    monkeypatch.setattr(loading, "free_memory", lambda: size + BESIDE + 2100 * cache)
    here = Runner(lambda _event: None)
    loaded = here.load(LoadModel(str(small_model), 0, 1, 0, ""))
    told = (
        "There is too little free memory: the model holds 2,100 tokens in view instead of 8,192. Close other programs"
    )
    assert loaded.context == 2100
    assert loaded.note.startswith(told)
    with pytest.raises(UserError) as caught:
        here.generate(Generate(1, (Turn("user", "word " * 3000),), 50, 0.0, 0, ()))
    assert told in caught.value.hint
    monkeypatch.undo()
    assert here.load(LoadModel(str(small_model), 1024, 1, 0, "")).note == ""
    with pytest.raises(UserError) as caught:
        here.generate(Generate(1, (Turn("user", "word " * 3000),), 50, 0.0, 0, ()))
    assert caught.value.hint.endswith("fit beside the answer.")
    here.unload(runner.Nothing())
