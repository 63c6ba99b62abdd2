"""The workshop's export of a real embedder, by torch. Skips where the workshop is not installed."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.embedding.embedder import load_embedder
from desktop.embedding.identity import compute_identity, read_identity
from desktop.platform_support.environment import child_environment


@pytest.fixture
def folder(embedder_folder: Path, tmp_path: Path) -> Path:
    if any(importlib.util.find_spec(name) is None for name in ("torch", "sentence_transformers", "onnxscript")):
        pytest.skip("the workshop (torch, sentence-transformers) is not installed")
    copy = tmp_path / embedder_folder.name
    shutil.copytree(embedder_folder, copy, ignore=shutil.ignore_patterns("fast", ".fast-*"))
    return copy


def workshop(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "desktop.workshop", *map(str, arguments)]
    return subprocess.run(command, env=child_environment(), capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_the_workshop_exports_a_fast_form_that_is_checked(folder: Path) -> None:
    done = workshop("export-embedder", folder)
    assert done.returncode == 0, done.stderr
    assert "is prepared" in done.stdout
    assert read_identity(folder) == compute_identity(folder)
    assert load_embedder(folder).embed(["words"]).shape == (1, 384)
    graph = (folder / "fast" / "graph.onnx").read_bytes()
    assert len(graph) < 500_000
    assert str(folder.parent).encode() not in graph and b"site-packages" not in graph


@pytest.mark.slow
def test_an_embedder_that_cannot_be_loaded_leaves_nothing(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"not weights")
    done = workshop("export-embedder", folder)
    assert done.returncode == 1
    assert "can't be exported" in done.stderr.splitlines()[-1]
    assert not (folder / "fast").exists()


def test_commands_are_explained() -> None:
    done = workshop("--help")
    assert done.returncode == 0
    assert "export-embedder" in done.stdout
