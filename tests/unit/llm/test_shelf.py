"""The list of models: what is in the folder, what is linked, what can't be used, and which is taken by default."""

import dataclasses
from pathlib import Path

import pytest

from desktop.domain.errors import UserError
from desktop.domain.models import Model
from desktop.gguf.header import read_header
from desktop.llm.description import describe_model
from desktop.llm.hardware import BESIDE, USEFUL_CONTEXT, cache_bytes_a_token, choose_context, physical_cores
from desktop.llm.shelf import add_model, default_model, list_models, read_links, remove_link
from tests.support.lora import make_lora


def test_a_model_elsewhere_is_linked_not_copied(small_model: Path, tmp_path: Path) -> None:
    shelf = tmp_path / "models"
    added = add_model(small_model, shelf)
    assert added.problem == ""
    assert add_model(small_model, shelf) == added
    assert list_models(shelf) == (dataclasses.replace(added, linked=True),)
    assert [path.name for path in shelf.iterdir()] == ["linked.json"]
    remove_link(small_model, shelf)
    assert list_models(shelf) == ()
    assert small_model.is_file()


def test_a_model_in_the_folder_needs_no_link(small_model: Path, tmp_path: Path) -> None:
    inside = tmp_path / "inside.gguf"
    inside.symlink_to(small_model)
    assert add_model(inside, tmp_path).path == str(inside)
    assert read_links(tmp_path) == []
    assert [model.path for model in list_models(tmp_path)] == [str(inside)]


def test_what_is_no_model_is_refused_or_says_so(small_model: Path, tmp_path: Path) -> None:
    shelf = tmp_path / "models"
    tone = make_lora(small_model, tmp_path / "tone.gguf")
    text = tmp_path / "text.gguf"
    text.write_text("no model")
    for bad in (tone, text, tmp_path / "none.gguf", tmp_path):
        with pytest.raises(UserError) as caught:
            add_model(bad, shelf)
        assert caught.value.hint
    assert list_models(shelf) == ()
    # a tone in the folder is no model; a damaged file is listed with its reason
    (model,) = list_models(tmp_path)
    assert (model.path, bool(model.problem)) == (str(text), True)
    assert "tone" in describe_model(tone).problem


def test_a_linked_file_that_is_gone_says_so(tmp_path: Path) -> None:
    (tmp_path / "linked.json").write_text('["/nowhere/at/all.gguf", 7]')
    (model,) = list_models(tmp_path)
    assert (model.size, bool(model.problem)) == (0, True)
    for broken in ("{", '{"a": 1}', "[" * 100_000):
        (tmp_path / "linked.json").write_text(broken)
        assert list_models(tmp_path) == ()


def model(name: str, gigabytes: float, problem: str = "") -> Model:
    return Model(f"/{name}.gguf", name, "llama", int(gigabytes * (1 << 30)), 8192, problem)


def test_the_default_is_the_largest_that_fits() -> None:
    models = (model("small", 0.1), model("middle", 1), model("large", 8), model("broken", 2, "It is cut off."))
    assert default_model(models, 4 << 30) == models[1]
    assert default_model(models, 64 << 30) == models[2]
    assert default_model(models, 1 << 20) == models[0]
    assert default_model(models[3:], 64 << 30) is None
    assert default_model((), 64 << 30) is None


def test_the_context_stays_within_training_and_memory(small_model: Path) -> None:
    header = read_header(small_model)
    # 30 layers, 3 heads of 64, keys and values, 2 bytes each
    assert cache_bytes_a_token(header) == 30 * 3 * 64 * 2 * 2
    cache, weights = 30 * 3 * 64 * 2 * 2, 1 << 30
    assert choose_context(header, 0, 64 << 30, weights) == 8192
    assert choose_context(header, 2048, 64 << 30, weights) == 2048
    assert choose_context(header, 100_000, 64 << 30, weights) == 8192
    # what is left beside the weights, and what computing takes
    assert choose_context(header, 0, weights + BESIDE + 5000 * cache, weights) == 5000
    assert choose_context(header, 0, 0, weights) == USEFUL_CONTEXT
    assert choose_context(header, 1024, 0, weights) == 1024


def test_the_computer_is_asked() -> None:
    assert physical_cores() >= 1
