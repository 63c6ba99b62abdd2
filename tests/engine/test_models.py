"""Models through a real engine: what fits, getting one from a hub, details that reach the runner, removal."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.domain.answers import AnswerState
from desktop.domain.downloads import DownloadState
from desktop.domain.errors import UserError
from desktop.domain.models import MachineVerdict, ModelDetails
from desktop.protocol import engine_messages as m
from desktop.protocol.codec import decode
from desktop.protocol.common_messages import Nothing
from tests.support.hub_server import HubServer, hub_server
from tests.support.running_engine import RunningEngine, small_model_path
from tests.unit.download.conftest import gguf_of

REPOSITORY, FILE = "HuggingFaceTB/SmolLM2-360M-Instruct-GGUF", "smollm2-360m-instruct-q8_0.gguf"

SMALL = small_model_path()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's folder of its own, with the small model in it; nobody else's programs are looked at."""
    if not SMALL.exists():
        pytest.skip("the small test model is not installed: python3 -m installer setup --model tiny")
    models = tmp_path / "home/models"
    models.mkdir(parents=True)
    (models / "tiny.gguf").symlink_to(SMALL.resolve())
    monkeypatch.setenv("FOOTNOTE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    return tmp_path


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    with hub_server() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        yield hub


def tiny(home: Path) -> str:
    return str(home / "home/models/tiny.gguf")


def next_downloads(engine: RunningEngine) -> m.Downloads:
    return decode(m.DownloadsChanged, engine.first_event((m.DownloadsChanged,)).params).downloads


def wait_for(engine: RunningEngine, state: DownloadState) -> m.Downloads:
    while True:
        downloads = next_downloads(engine)
        if any(download.state is state for download in downloads.downloads):
            return downloads


def test_lists_say_how_models_fit_this_computer(home: Path) -> None:
    with RunningEngine(home / "library") as engine:
        offers = engine.call(m.LIST_OFFERS, Nothing())
        assert len(offers.offers) >= 10
        assert offers.free_disk > 0
        assert offers.speed.bytes_per_second > 0
        (model,) = engine.call(m.LIST_MODELS, Nothing()).models
        assert model.fit is not None
        assert model.fit.verdict is not MachineVerdict.TOO_BIG
        assert model.fit.tokens_per_second > 0
        assert engine.call(m.FIND_MODELS, Nothing()).models == ()
        # it writes for ten seconds at most, and what it says is kept
        measured = engine.call(m.MEASURE_SPEED, Nothing()).speed
        assert measured.model == tiny(home)
        assert measured.tokens_per_second > 0
    assert (home / "home/speed.json").exists()


def test_a_model_of_another_program_is_used_where_it_lies(home: Path) -> None:
    folder = home / "user/.lmstudio/models/makers"
    folder.mkdir(parents=True)
    there = folder / "small.gguf"
    there.write_bytes(SMALL.read_bytes())
    named = home / "shared"
    named.mkdir()
    with RunningEngine(home / "library") as engine:
        engine.call(m.CHANGE_SETTING, m.Setting("model_folders", json.dumps([str(named)])))
        (named / "other.gguf").write_bytes(SMALL.read_bytes())
        other = next(each for each in engine.call(m.FIND_MODELS, Nothing()).models if each.name == "other")
        assert (other.path, other.program) == (str(named / "other.gguf"), str(named))
        (named / "other.gguf").unlink()
        (found,) = engine.call(m.FIND_MODELS, Nothing()).models
        assert (found.path, found.program) == (str(there), "LM Studio")
        added = engine.call(m.ADD_MODEL, m.PathOnly(found.path))
        assert [model.linked for model in added.models if model.path == found.path] == [True]
        assert engine.call(m.FIND_MODELS, Nothing()).models == ()
        left = engine.call(m.REMOVE_MODEL, m.RemoveModel(found.path, True))
        assert [model.path for model in left.models] == [tiny(home)]
    assert there.exists()


def test_a_model_is_got_paused_by_a_restart_and_gone_on_with(home: Path, hub: HubServer) -> None:
    content = gguf_of("model", 3_000_000)
    sha256 = hub.add(REPOSITORY, FILE, content)
    hub.cuts = [1_000_000, 0, 0, 0]
    with RunningEngine(home / "library") as engine:
        engine.call(m.GET_MODEL, m.ModelId("smollm2-360m"))
        wait_for(engine, DownloadState.RUNNING)
    # the engine ended in the middle: nothing that looks like a model, and what came is kept
    assert sorted(path.name for path in (home / "home/models").glob("*.gguf")) == ["tiny.gguf"]
    hub.cuts.clear()
    with RunningEngine(home / "library") as engine:
        (waiting,) = engine.call(m.LIST_DOWNLOADS, Nothing()).downloads
        assert waiting.state is DownloadState.PAUSED
        before = len(hub.requests)
        engine.call(m.LIST_OFFERS, Nothing())
        assert len(hub.requests) == before, "only Get connects"
        engine.call(m.GET_MODEL, m.ModelId("smollm2-360m"))
        while next_downloads(engine).downloads:
            pass
        models = engine.call(m.LIST_MODELS, Nothing())
        got = next(model for model in models.models if model.path.endswith(FILE))
        assert got.origin is not None
        assert got.origin.sha256 == sha256
        assert models.chosen == tiny(home), "what was chosen stays"
        offer = next(o for o in engine.call(m.LIST_OFFERS, Nothing()).offers if o.id == "smollm2-360m")
        assert offer.path == got.path
        engine.call(m.REMOVE_MODEL, m.RemoveModel(got.path, True))
    assert not Path(got.path).exists()


def test_a_failed_download_says_why_and_is_discarded(home: Path, hub: HubServer) -> None:
    hub.add(REPOSITORY, FILE, b"<html>no model</html>")
    with RunningEngine(home / "library") as engine:
        engine.call(m.GET_MODEL, m.ModelId("smollm2-360m"))
        failed = wait_for(engine, DownloadState.FAILED)
        assert "not a GGUF file" in failed.downloads[0].problem
        assert engine.call(m.DISCARD_DOWNLOAD, m.ModelId("smollm2-360m")).downloads == ()
        with pytest.raises(UserError, match="no model “none”"):
            engine.call(m.GET_MODEL, m.ModelId("none"))


def test_a_download_into_a_folder_that_can_not_be_written_to_ends_with_the_reason(home: Path, hub: HubServer) -> None:
    hub.add(REPOSITORY, FILE, gguf_of("model"))
    in_the_way = home / "home/models/.downloads"
    in_the_way.write_text("", "utf-8")
    with RunningEngine(home / "library") as engine:
        engine.call(m.GET_MODEL, m.ModelId("smollm2-360m"))
        failed = wait_for(engine, DownloadState.FAILED)
        assert "can't be written to" in failed.downloads[0].problem
        assert engine.call(m.DISCARD_DOWNLOAD, m.ModelId("smollm2-360m")).downloads == ()
        in_the_way.unlink()
        engine.call(m.GET_MODEL, m.ModelId("smollm2-360m"))
        while next_downloads(engine).downloads:
            pass
    assert (home / "home/models" / FILE).exists()


def test_what_was_set_for_a_model_reaches_the_runner(home: Path) -> None:
    with RunningEngine(home / "library") as engine:
        sheet = engine.call(m.READ_MODEL_DETAILS, m.PathOnly(tiny(home)))
        assert sheet.details == ModelDetails()
        assert sheet.chosen.context == sheet.trained == 8192
        assert sheet.chosen.threads == sheet.cores > 0
        wanted = ModelDetails(context=1024, threads=1, kv_type="q8_0", temperature=0.5, seed=11)
        engine.call(m.CHANGE_MODEL_DETAILS, m.ChangeModelDetails(tiny(home), wanted))
        engine.call(m.MEASURE_SPEED, Nothing())  # loads it
        sheet = engine.call(m.READ_MODEL_DETAILS, m.PathOnly(tiny(home)))
        assert sheet.details == wanted
        (model,) = engine.call(m.LIST_MODELS, Nothing()).models
        assert model.fit is not None
        assert model.fit.context == 1024
        with pytest.raises(UserError):
            wrong = replace(wanted, context=7)
            engine.call(m.CHANGE_MODEL_DETAILS, m.ChangeModelDetails(tiny(home), wrong))


def test_a_file_is_copied_in_when_asked(home: Path) -> None:
    stick = home / "stick"
    stick.mkdir()
    (stick / "carried.gguf").write_bytes(SMALL.read_bytes())
    with RunningEngine(home / "library") as engine:
        engine.call(m.COPY_MODEL, m.PathOnly(str(stick / "carried.gguf")))
        while next_downloads(engine).downloads:
            pass
        paths = [model.path for model in engine.call(m.LIST_MODELS, Nothing()).models]
        assert str(home / "home/models/carried.gguf") in paths
        assert os.listdir(stick) == ["carried.gguf"]


def test_stopped_while_its_model_loads_an_answer_ends_without_a_word(home: Path) -> None:
    with RunningEngine(home / "library") as engine:
        (home / "notes").mkdir()
        (home / "notes/lease.md").write_text("The lease ends with three months notice.\n", encoding="utf-8")
        engine.add(home / "notes")
        asked = engine.start_asking("How long is the notice of the lease?")
        while decode(m.AnswerStage, engine.event(m.AnswerStage, asked.answer_id).params).stage != "loading":
            pass
        engine.call(m.CANCEL_ANSWER, m.AnswerId(asked.answer_id))
        answer = decode(m.AnswerFinished, engine.event(m.AnswerFinished, asked.answer_id).params).answer
        assert (answer.state, answer.text) == (AnswerState.STOPPED, "")
        (model,) = engine.call(m.LIST_MODELS, Nothing()).models
        assert not model.stopped
