"""The catalogue's models: free to use, of families that the runner can spell, and from tiny to large."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from desktop.download.catalogue import CatalogueModel, HuggingFaceSource, read_catalogue
from desktop.llm import templates
from desktop.llm.fitting import BITS, estimated_size
from desktop.platform_support.paths import project_data

MODELS = read_catalogue().models
FAMILIES = {value.family for value in vars(templates).values() if isinstance(value, templates.Template)}


def test_there_is_something_for_every_computer() -> None:
    sizes = sorted(model.facts.weights for model in MODELS)
    assert len(MODELS) >= 12
    assert sizes[0] <= 140e6
    assert sizes[-1] >= 14e9
    assert all(after <= 3.5 * before for before, after in pairwise(sizes))
    assert len({model.id for model in MODELS}) == len({model.file.path for model in MODELS}) == len(MODELS)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_an_entry_says_all_that_a_person_wants_to_know(model: CatalogueModel) -> None:
    facts = model.facts
    assert project_data("models", "licences", f"{facts.licence}.txt").read_text(encoding="utf-8")
    assert facts.template in FAMILIES
    assert facts.quantisation in BITS
    assert facts.about.endswith(".")
    assert facts.languages
    assert facts.context >= 4096
    assert 10_000 < facts.cache < 400_000
    assert model.sources
    assert re.fullmatch(r"[\w.-]+\.gguf", model.file.path)
    assert Path(model.file.path).name == model.file.path
    for source in model.sources:
        if isinstance(source, HuggingFaceSource):
            assert re.fullmatch(r"[\w-]+/[\w.-]+", source.repository)


def test_estimated_sizes_are_near_the_known_ones() -> None:
    for model in MODELS:
        if model.file.size:
            ratio = estimated_size(model.facts.weights, model.facts.quantisation) / model.file.size
            assert 0.6 < ratio < 1.2, model.id
