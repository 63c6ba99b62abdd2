"""What was set for single models: kept by path, checked, and forgotten."""

from pathlib import Path

import pytest

from desktop.domain.errors import UserError
from desktop.domain.models import ModelDetails
from desktop.engine.model_details import DetailsOfModels
from desktop.settings.store import SettingsFile


@pytest.fixture
def details(tmp_path: Path) -> DetailsOfModels:
    return DetailsOfModels(SettingsFile(tmp_path / "settings.json"))


def test_only_what_differs_is_kept_and_survives(details: DetailsOfModels, tmp_path: Path) -> None:
    assert details.of("/a.gguf") == ModelDetails()
    details.set("/a.gguf", ModelDetails(context=4096, kv_type="q8_0", temperature=0.7, seed=3))
    again = DetailsOfModels(SettingsFile(tmp_path / "settings.json"))
    assert again.of("/a.gguf") == ModelDetails(context=4096, kv_type="q8_0", temperature=0.7, seed=3)
    assert again.of("/b.gguf") == ModelDetails()
    assert SettingsFile(tmp_path / "settings.json").get("model_details") == {
        "/a.gguf": {"context": 4096, "kv_type": "q8_0", "temperature": 0.7, "seed": 3}
    }
    again.forget("/a.gguf")
    assert SettingsFile(tmp_path / "settings.json").get("model_details") == {}


def test_a_model_s_own_setting_comes_before_that_of_all(tmp_path: Path) -> None:
    settings = SettingsFile(tmp_path / "settings.json")
    details = DetailsOfModels(settings)
    settings.set_all({"context_tokens": 2048, "threads": 3})
    details.set("/a.gguf", ModelDetails(context=1024))
    assert (details.context_of("/a.gguf"), details.context_of("/b.gguf")) == (1024, 2048)
    assert details.threads_of("/a.gguf") == 3


@pytest.mark.parametrize(
    "wrong",
    [ModelDetails(context=100), ModelDetails(threads=-1), ModelDetails(gpu_layers=-2), ModelDetails(kv_type="q4_0"),
     ModelDetails(temperature=2.1), ModelDetails(temperature=float("nan")), ModelDetails(seed=-1)],
)  # fmt: skip
def test_values_out_of_their_limits_are_refused(details: DetailsOfModels, wrong: ModelDetails) -> None:
    with pytest.raises(UserError):
        details.set("/a.gguf", wrong)
    assert details.of("/a.gguf") == ModelDetails()


@pytest.mark.parametrize("value", [[], {"/a": 1}, {"/a": {"context": "x"}}, {"/a": {"colour": 1}}])
def test_a_damaged_entry_is_not_taken(tmp_path: Path, value: object) -> None:
    settings = SettingsFile(tmp_path / "settings.json")
    with pytest.raises(UserError):
        settings.set("model_details", value)
