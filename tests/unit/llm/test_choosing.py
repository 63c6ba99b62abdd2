"""Which model answers where none was chosen: the largest that fits, and that one stays while it is loaded."""

import os
from pathlib import Path

import pytest

from desktop.domain.errors import UserError
from desktop.domain.models import MachineVerdict, Model
from desktop.engine.model_fits import ModelFits
from desktop.gguf.remembered import RememberedHeaders
from desktop.llm.shelf import default_model
from desktop.llm.speed import SpeedFile
from desktop.platform_support.memory import held_memory
from desktop.protocol.engine_messages import ModelsChanged
from tests.support.model_parts import GB, WatchedStart, model_parts, passing_model


def test_the_model_that_is_loaded_stays_though_its_memory_is_gone(tmp_path: Path, small_model: Path) -> None:
    shelf = tmp_path / "models"
    passing_model(shelf / "less.gguf", 10_000_000)
    loadable = shelf / "more.gguf"
    loadable.symlink_to(small_model)
    seen: list[str] = []
    start = WatchedStart(before=lambda _: seen.append(parts.chosen.path()))
    with model_parts(tmp_path, start) as parts:
        for _ in range(2):
            parts.models.load(parts.models.model_for(None), ())
            assert parts.runner.loaded_path == str(loadable)
            # what is free beside it now would be too little for it
            parts.memory = 800_000_000
        assert start.asked.count("load_model") == 1
        assert set(seen[1:]) == {str(loadable)}, "who lists models meanwhile is told the same"
        assert parts.runner.rest(0)
        assert parts.models.model_for(None) == str(shelf / "less.gguf"), "it is chosen anew once it was put away"


def test_one_that_is_gone_from_the_shelf_is_not_kept(tmp_path: Path, small_model: Path) -> None:
    shelf = tmp_path / "models"
    passing_model(shelf / "less.gguf", 10_000_000)
    (shelf / "more.gguf").symlink_to(small_model)
    with model_parts(tmp_path) as parts:
        parts.models.load(parts.models.model_for(None), ())
        (shelf / "more.gguf").unlink()
        assert parts.models.model_for(None) == str(shelf / "less.gguf")


def model(name: str, size: int, *, stopped: bool = False) -> Model:
    return Model(f"/{name}.gguf", name, "llama", size, 8192, "", stopped=stopped)


def test_a_model_that_ended_the_runner_is_passed_over(tmp_path: Path) -> None:
    small, crashed = model("small", GB), model("large", 4 * GB, stopped=True)
    assert default_model((small, crashed), 32 * GB) == small
    assert default_model((crashed,), 32 * GB) == crashed, "alone it stays, so that the reason is told"


def test_what_the_loaded_model_holds_counts_as_free_for_the_others(tmp_path: Path) -> None:
    here = SpeedFile(tmp_path / "speed.json"), lambda _: (0, "")
    crowded = ModelFits(*here, memory=lambda: (16 * GB, 2 * GB))
    (fits,) = crowded.with_fits((model("other", 4 * GB),), loaded="/large.gguf")
    assert fits.fit is not None
    assert "Close other programs first." in fits.fit.reason
    switching = ModelFits(*here, memory=lambda: (16 * GB, 2 * GB), held=lambda: 6 * GB)
    (fits,) = switching.with_fits((model("other", 4 * GB),), loaded="/large.gguf")
    assert fits.fit is not None
    assert (fits.fit.verdict, fits.fit.reason) == (MachineVerdict.FAST, "")


def test_what_a_process_holds_is_what_its_end_gives_back() -> None:
    before = held_memory(os.getpid())
    block = bytes(range(256)) * (1 << 18)
    assert held_memory(os.getpid()) - before > len(block) // 2
    assert held_memory(None) == 0
    assert held_memory(1 << 30) == 0


def test_a_header_is_read_again_only_when_the_file_is_another(tmp_path: Path) -> None:
    headers, path = RememberedHeaders(), passing_model(tmp_path / "m.gguf", 5000, context=1024)
    status = path.stat()
    first = headers.read(path)
    passing_model(path, 5000, context=2048)  # in place: the same size and inode
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert headers.read(path) is first
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    assert headers.read(path).integer("llama.context_length") == 2048
    path.write_bytes(b"no model")
    for _ in range(2):
        with pytest.raises(UserError, match="GGUF"):
            headers.read(path)
    path.unlink()
    with pytest.raises(UserError, match="not there"):
        headers.read(path)
    passing_model(path, 5000, context=512)
    assert headers.read(path).integer("llama.context_length") == 512


def test_models_are_told_when_another_is_loaded_and_not_at_every_question(tmp_path: Path, small_model: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models/tiny.gguf").symlink_to(small_model)
    with model_parts(tmp_path) as parts:
        for _ in range(3):
            parts.models.load(parts.models.model_for(None), ())
        parts.runner.rest(0)
        parts.models.load(parts.models.model_for(None), ())
        parts.models.announce()
        told = [parts.heard.next() for _ in range(3)]
        assert [type(event) for event in told] == [ModelsChanged] * 3
        assert parts.heard.events.empty()
