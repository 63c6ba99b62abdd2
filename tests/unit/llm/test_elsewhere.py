"""Models in the folders of other programs: found by those programs' names, never touched, and bad ones left out."""

import json
import os
from pathlib import Path

import pytest

from desktop.llm import elsewhere
from desktop.llm.elsewhere import FoundFile, find_elsewhere

DIGEST = "ab" * 32


def put(path: Path, model: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    os.link(model, path) if model.stat().st_dev == path.parent.stat().st_dev else path.symlink_to(model)
    return path


def manifest(root: Path, place: str, digest: object) -> None:
    path = root / "manifests" / place
    path.parent.mkdir(parents=True, exist_ok=True)
    layers = [
        {"mediaType": "application/vnd.ollama.image.template", "digest": "sha256:" + "0" * 64},
        {"mediaType": "application/vnd.ollama.image.model", "digest": digest},
    ]
    path.write_text(json.dumps({"layers": layers}))


def found(home: Path, **environment: str) -> list[tuple[str, str]]:
    return [(file.program, file.name) for file in find_elsewhere(home, environment)]


def test_models_of_known_programs_are_named_as_they_name_them(small_model: Path, tmp_path: Path) -> None:
    model = small_model.resolve()
    lm_studio = put(tmp_path / ".lmstudio/models/makers/Small-GGUF/small-q4.gguf", model)
    manifest(tmp_path / ".ollama/models", "registry.ollama.ai/library/llama3.2/3b", f"sha256:{DIGEST}")
    blob = tmp_path / f".ollama/models/blobs/sha256-{DIGEST}"
    blob.parent.mkdir(parents=True)
    blob.write_bytes(model.read_bytes())
    files = find_elsewhere(tmp_path, {})
    assert [(file.program, file.name) for file in files] == [("LM Studio", "small-q4"), ("Ollama", "llama3.2:3b")]
    assert [file.path for file in files] == [str(lm_studio), str(blob)]


@pytest.mark.skipif(os.name != "posix", reason="folders are elsewhere there")
@pytest.mark.parametrize(
    ("program", "folder"),
    [("LM Studio", ".cache/lm-studio/models/a"), ("GPT4All", ".local/share/nomic.ai/GPT4All"), ("Jan", "jan/models/x"),
     ("Jan", ".local/share/Jan/data/models/x"), ("llama.cpp", ".cache/llama.cpp"),
     ("Hugging Face", ".cache/huggingface/hub/models--a--b/snapshots/1")],
)  # fmt: skip
def test_each_program_has_its_folders(small_model: Path, tmp_path: Path, program: str, folder: str) -> None:
    if elsewhere.sys.platform != "linux":
        pytest.skip("folders are elsewhere there")
    put(tmp_path / folder / "m.gguf", small_model.resolve())
    assert found(tmp_path) == [(program, "m")]


def test_one_file_is_offered_once_and_what_is_no_model_not_at_all(
    small_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elsewhere, "SMALLEST", 0)
    folder = tmp_path / ".lmstudio/models"
    model = put(folder / "a/m.gguf", small_model.resolve())
    (folder / "a/n.gguf").symlink_to(model)
    (folder / "a/text.gguf").write_text("no model")
    (folder / "a/cut.gguf").write_bytes(small_model.read_bytes()[:10_000])
    assert found(tmp_path) == [("LM Studio", "m")]


@pytest.mark.parametrize(
    "digest", ["sha256:../../../etc/passwd", "sha256:" + "g" * 64, "", 7, None, f"sha256:{'cd' * 32}"]
)
def test_a_manifest_can_name_nothing_but_a_blob_that_is_there(tmp_path: Path, digest: object) -> None:
    root = tmp_path / "elsewhere"
    manifest(root, "registry.ollama.ai/somebody/tuned/latest", digest)
    assert found(tmp_path, OLLAMA_MODELS=str(root)) == []


def test_a_damaged_manifest_and_missing_folders_are_passed_over(tmp_path: Path) -> None:
    assert found(tmp_path) == []
    for number, text in enumerate(("{", "[]", '{"layers": 3}', '{"layers": [{}]}')):
        path = tmp_path / f".ollama/models/manifests/r/library/m/{number}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert found(tmp_path) == []


def test_a_folder_that_the_user_names_is_looked_into(small_model: Path, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    model = put(shared / "deep/er/own.gguf", small_model.resolve())
    (shared / "notes.gguf").write_text("no model")
    assert find_elsewhere(tmp_path, {}) == ()
    assert find_elsewhere(tmp_path, {}, [shared, tmp_path / "gone"]) == (FoundFile(str(model), "own", str(shared)),)
    model.unlink()
    put(tmp_path / ".lmstudio/models/again.gguf", small_model.resolve())
    assert [file.program for file in find_elsewhere(tmp_path, {}, [str(tmp_path)])] == ["LM Studio"]
