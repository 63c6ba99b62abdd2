"""What the catalogue recommends: of families that were tried, free to use, multilingual first, and with its prompts."""

import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from desktop.domain.embedders import KnownModel
from desktop.embedding.known import give_prompts, known_embedders, known_rerankers
from desktop.embedding.layout import read_layout
from tests.unit.embedding.test_identity import write_folder


@pytest.mark.parametrize(
    ("read", "families"),
    [
        (known_embedders, {"bert", "xlm-roberta", "mpnet", "modernbert", "qwen3"}),
        (known_rerankers, {"bert", "xlm-roberta", "modernbert"}),
    ],
)
def test_what_is_recommended(read: Callable[[], tuple[KnownModel, ...]], families: set[str]) -> None:
    known = read()
    assert {model.family for model in known} == families, "those that tests/unit/workshop tries"
    assert len({model.name for model in known}) == len(known) >= 4
    for model in known:
        assert model.repository.endswith(f"/{model.name}")
        assert model.licence in {"Apache-2.0", "MIT"}
        assert model.tokens >= 128 and model.parameters.endswith("M") and model.about.endswith(".")
        assert (model.dimension == 0) == (read is known_rerankers)
        assert list(model.languages) == sorted(set(model.languages))
    multilingual = [model.languages != ("en",) for model in known]
    assert multilingual[0] and all(one >= after for one, after in pairwise(multilingual))


@pytest.mark.parametrize("settings", [None, {"__version__": {}}, {"prompts": {"query": "", "document": ""}}])
def test_prompts_that_a_known_folder_does_not_name_are_given(tmp_path: Path, settings: object) -> None:
    folder = tmp_path / "multilingual-e5-small"
    folder.mkdir()
    write_folder(folder, prompts=settings)
    known = give_prompts(folder)
    assert known is not None and known.name == folder.name
    layout = read_layout(folder)
    assert (layout.query_prompt, layout.passage_prompt) == ("query: ", "passage: ")
    assert give_prompts(folder) is None


def test_prompts_of_its_own_are_kept_and_unknown_folders_left_alone(tmp_path: Path) -> None:
    for name, prompts in (("multilingual-e5-small", {"query": "Q: "}), ("unknown", {})):
        folder = tmp_path / name
        folder.mkdir()
        write_folder(folder, prompts={"prompts": prompts})
        before = (folder / "config_sentence_transformers.json").read_bytes()
        assert give_prompts(folder) is None
        assert json.loads(before) == {"prompts": prompts}
        assert (folder / "config_sentence_transformers.json").read_bytes() == before
