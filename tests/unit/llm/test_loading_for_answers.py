"""How the engine has a model loaded: with what a person set, not one that is too large, and never again by itself one
that ended the runner.
"""

import os
import signal
from pathlib import Path
from typing import Any

import pytest
from llama_cpp import llama_cpp as native

from desktop.domain.errors import UserError
from desktop.domain.models import ModelDetails
from desktop.engine.answer_jobs import LoadedModel
from desktop.llm.client import ModelLoadKilled
from desktop.llm.loaded_model import CONVERSATION
from desktop.llm.runner import Runner
from desktop.llm.stopping import never
from desktop.protocol.common_messages import Nothing, PathOnly
from desktop.protocol.engine_messages import ModelsChanged
from desktop.protocol.runner_messages import Generate, LoadModel, Turn
from tests.support.model_parts import GB, ModelParts, WatchedStart, model_parts, passing_model

SEA = (Turn("user", "Tell me about the sea."),)


@pytest.fixture
def home(tmp_path: Path, small_model: Path) -> Path:
    (tmp_path / "models").mkdir()
    (tmp_path / "models/tiny.gguf").symlink_to(small_model)
    return tmp_path


def test_a_model_whose_load_kills_the_runner_is_not_tried_again_by_itself(home: Path) -> None:
    def kill(name: str) -> None:
        if name == "load_model" and parts.runner.pid is not None:
            os.kill(parts.runner.pid, signal.SIGKILL)

    path = str(home / "models/tiny.gguf")
    with model_parts(home, WatchedStart(before=kill)) as parts:
        with pytest.raises(ModelLoadKilled):
            parts.models.load(parts.models.model_for(None), ())
        told = parts.heard.next()
        assert isinstance(told, ModelsChanged)
        assert [(model.path, model.stopped) for model in told.models.models] == [(path, True)]
    watch = WatchedStart()
    with model_parts(home, watch) as parts:  # after a restart of the engine
        with pytest.raises(UserError, match="ended the model runner"):
            parts.models.load(parts.models.model_for(None), ())
        assert watch.asked == [], "nothing was started for it"
        passing_model(home / "models/other.gguf", 5000)
        assert parts.models.model_for(None) == str(home / "models/other.gguf")
        parts.models.choose_model(PathOnly(path))
        assert parts.models.load(parts.models.model_for(None), ()) > 0
        assert not any(model.stopped for model in parts.chosen.shelf())


def test_a_model_larger_than_all_memory_is_refused_before_anything_starts(tmp_path: Path) -> None:
    passing_model(tmp_path / "models/large.gguf", 40 * GB)
    watch = WatchedStart()
    with model_parts(tmp_path, watch, total=32 * GB) as parts:
        with pytest.raises(UserError, match=r"40\.0 GB of memory, and there are 32\.0 GB"):
            parts.models.load(parts.models.model_for(None), ())
        assert watch.asked == []
        assert not parts.chosen.shelf()[0].stopped


def said(parts: ModelParts, **choices: Any) -> str:
    return parts.runner.generate(SEA, max_tokens=12, **choices).text


def test_what_a_person_set_is_what_is_loaded_and_sampled_with(home: Path) -> None:
    with model_parts(home) as parts:
        path = parts.models.model_for(None)
        parts.models.details.set(path, ModelDetails(context=1024, threads=1, kv_type="q8_0", temperature=1.2, seed=11))
        context = parts.models.load(path, ())
        loaded = parts.runner.loaded
        assert loaded is not None
        assert (context, loaded.context, loaded.threads, loaded.kv_type) == (1024, 1024, 1, "q8_0")
        generator = LoadedModel(parts.models, context, never)
        made = generator.generate(SEA, max_tokens=12, on_text=lambda _: None).text
        assert made == said(parts, temperature=1.2, seed=11)
        assert len({made, said(parts), said(parts, temperature=1.2, seed=12)}) == 3
        aside = generator.generate(SEA, max_tokens=12, aside=True, on_text=lambda _: None).text
        assert aside == said(parts, aside=True), "asides are the same every time"


def test_the_runner_gives_llama_what_it_was_asked_for(small_model: Path) -> None:
    runner, sizes = Runner(lambda _event: None), {}
    for threads, kv_type in ((1, "f16"), (2, "q8_0")):
        runner.load(LoadModel(str(small_model), 1024, threads, 0, kv_type))
        runner.generate(Generate(1, SEA, 1, 0.0, 0, ()))
        assert runner._loaded is not None
        model = runner._loaded.model
        assert native.llama_n_threads(model._context) == threads
        assert native.llama_n_ctx(model._context) == 1024 + model.aside_size
        sizes[kv_type] = len(model.copy_state(CONVERSATION))
    runner.unload(Nothing())
    # 32 numbers in 34 bytes, not in 64
    assert sizes["q8_0"] / sizes["f16"] == pytest.approx(34 / 64, rel=0.01)
