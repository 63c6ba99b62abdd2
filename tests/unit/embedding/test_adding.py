"""Folders that can't be added: each is refused with the reason and what to do, and nothing is left of it."""

import json
import os
import struct
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.domain.errors import EngineProblem, FootnoteError, UserError
from desktop.embedding.adding import AddingStopped, ModelAdder, add_embedder, workshop_is_installed
from desktop.embedding.foreign_folder import ModelCopy, check_weights, name_for
from tests.unit.embedding.test_identity import PARTS, write_folder


def write_weights(file: Path, values: bytes = b"\0" * 64) -> None:
    header = json.dumps({"w": {"dtype": "F32", "shape": [len(values) // 4], "data_offsets": [0, len(values)]}}).encode()
    file.write_bytes(struct.pack("<Q", len(header)) + header + values)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "found"
    folder.mkdir()
    write_folder(folder)
    write_weights(folder / "model.safetensors")
    return folder


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    return tmp_path / "embedders"


def remove(*names: str) -> Callable[[Path], None]:
    return lambda folder: [(folder / name).unlink() for name in names] and None


def rename(old: str, new: str) -> Callable[[Path], None]:
    return lambda folder: (folder / old).rename(folder / new) and None


def write(name: str, text: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_text(text, encoding="utf-8") and None


def cut_weights(folder: Path) -> None:
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-10])


OWN_CODE = json.dumps({"model_type": "bert", "auto_map": {"AutoModel": "modeling_own.OwnModel"}})


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (remove("config.json"), "no config.json"),
        (remove("tokenizer.json"), "no tokenizer"),
        (remove("model.safetensors"), "not complete"),
        (remove("modules.json"), "nothing Footnote knows"),
        (remove("1_Pooling/config.json"), "1_Pooling/config.json"),
        (rename("model.safetensors", "pytorch_model.bin"), "pickle"),
        (rename("model.safetensors", "model.pt"), "pickle"),
        (rename("model.safetensors", "model.onnx"), "ONNX"),
        (rename("model.safetensors", "model.safetensors.index.json"), "several files"),
        (write("config.json", OWN_CODE), "Python code of its own"),
        (write("tokenizer_config.json", OWN_CODE), "Python code of its own"),
        (write("modules.json", json.dumps([PARTS[0], {"type": "own_pooling.Pooler"}])), "own_pooling.Pooler"),
        (write("modules.json", "[" * 100_000), "modules.json"),
        (write("config.json", "{"), "config.json"),
    ],
)
def test_what_cannot_be_added_is_refused_and_leaves_nothing(
    source: Path, shelf: Path, spoil: Callable[[Path], None], said: str
) -> None:
    spoil(source)
    with pytest.raises(FootnoteError, match=said) as caught:
        add_embedder(source, shelf, lambda _: None)
    assert caught.value.hint or caught.value.title
    assert not shelf.exists() or not list(shelf.iterdir())


@pytest.mark.parametrize("place", ["nowhere", "found/config.json"])
def test_what_is_no_folder_is_refused(source: Path, shelf: Path, place: str) -> None:
    with pytest.raises(UserError, match="not a folder"):
        add_embedder(source.parent / place, shelf, lambda _: None)


def test_a_hub_cache_is_explained_and_named_after_its_repository(tmp_path: Path, shelf: Path) -> None:
    snapshot = tmp_path / "models--owner--some-embedder" / "snapshots" / "0123abcd"
    snapshot.mkdir(parents=True)
    with pytest.raises(UserError, match="inside snapshots"):
        add_embedder(tmp_path / "models--owner--some-embedder", shelf, lambda _: None)
    assert name_for(snapshot) == "some-embedder"
    assert name_for(tmp_path / ".odd name?") == "odd-name"


def test_a_name_that_is_taken_is_refused(source: Path, shelf: Path) -> None:
    (shelf / "found").mkdir(parents=True)
    with pytest.raises(UserError, match="already"):
        add_embedder(source, shelf, lambda _: None)


@pytest.mark.skipif(workshop_is_installed(), reason="the workshop is installed here")
def test_without_the_workshop_it_says_how_to_get_it(source: Path, shelf: Path) -> None:
    with pytest.raises(EngineProblem, match="installer setup --workshop"):
        add_embedder(source, shelf, lambda _: None)


def test_only_known_files_are_copied(source: Path, tmp_path: Path) -> None:
    (source / "fast").mkdir()
    for name in ("train_script.py", "fast/graph.onnx", "fast/form.json", "README.md", "extra.bin", "notes.txt"):
        (source / name).write_text("foreign", encoding="utf-8")
    copy = ModelCopy(source, tmp_path / "copy", lambda: None)
    copy.settings()
    copy.weights(())
    found = {str(path.relative_to(tmp_path / "copy")) for path in (tmp_path / "copy").rglob("*") if path.is_file()}
    assert found == {
        "config.json",
        "modules.json",
        "sentence_bert_config.json",
        "config_sentence_transformers.json",
        "tokenizer.json",
        os.path.join("1_Pooling", "config.json"),
        "model.safetensors",
    }


@pytest.mark.parametrize(
    "content",
    [b"", b"\0\0", b"\xff" * 40, struct.pack("<Q", 2) + b"{}x", struct.pack("<Q", 9) + b'{"w": []}'],
    ids=["empty", "short", "long header", "more than told", "no places"],
)
def test_damaged_weights_are_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "model.safetensors").write_bytes(content)
    with pytest.raises(UserError, match="damaged"):
        check_weights(tmp_path / "model.safetensors")


def test_cut_weights_are_refused(source: Path) -> None:
    check_weights(source / "model.safetensors")
    cut_weights(source)
    with pytest.raises(UserError, match=r"bytes where .* should be"):
        check_weights(source / "model.safetensors")


def test_stopping_leaves_nothing(source: Path, shelf: Path) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(AddingStopped):
        ModelAdder(shelf, lambda _: None, stop).add_embedder(source)
    assert not list(shelf.iterdir())


def test_what_a_crash_left_is_swept_up_after_a_day(source: Path, shelf: Path) -> None:
    for name, age in ((".adding-old", 2 * 86400), (".adding-new", 60)):
        (shelf / name).mkdir(parents=True)
        then = (shelf / name).stat().st_mtime - age
        os.utime(shelf / name, (then, then))
    (source / "modules.json").unlink()
    with pytest.raises(EngineProblem):
        add_embedder(source, shelf, lambda _: None)
    assert [path.name for path in shelf.iterdir()] == [".adding-new"]
