"""Making the fast form: checked before it is put in place, and never half there."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.embedding.embedder import load_embedder
from desktop.embedding.identity import compute_identity, read_identity
from desktop.embedding.prepare import main, prepare
from desktop.platform_support.paths import project_data

GRAPHS = "all-MiniLM-L6-v2"


@pytest.fixture
def folder(embedder_folder: Path, tmp_path: Path) -> Path:
    """The installed embedder without its fast form."""
    copy = tmp_path / embedder_folder.name
    shutil.copytree(embedder_folder, copy, ignore=shutil.ignore_patterns("fast", ".fast-*"))
    return copy


@pytest.fixture
def graphs(tmp_path: Path) -> Path:
    return Path(shutil.copytree(project_data("resources", "embedders", GRAPHS), tmp_path / "graphs"))


def test_the_graph_of_the_project_makes_a_fast_form_without_torch(folder: Path) -> None:
    code = "import sys; from desktop.embedding.prepare import main; main(sys.argv[1:]); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"
    assert read_identity(folder) == compute_identity(folder)
    assert load_embedder(folder).embed(["words"]).shape == (1, 384)


def test_preparing_again_replaces_the_fast_form_and_sweeps_up(folder: Path) -> None:
    (folder / ".fast-left").mkdir()
    for _ in range(2):
        assert prepare(folder) >= 0.999
    assert [path.name for path in folder.iterdir() if "fast" in path.name] == ["fast"]


def test_weights_that_nobody_knows_are_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (folder / "model.safetensors").open("ab") as file:
        file.write(b"\0")
    assert main([str(folder)]) == 1
    assert "no ready graph" in capsys.readouterr().err
    assert not (folder / "fast").exists()


def test_other_vectors_than_recorded_are_refused_and_the_old_form_stays(
    folder: Path, graphs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prepare(folder)
    record = json.loads((graphs / "check.json").read_text(encoding="utf-8"))
    rows = record["texts"]
    rows[0]["vector"], rows[1]["vector"] = rows[1]["vector"], rows[0]["vector"]
    (graphs / "check.json").write_text(json.dumps(record), encoding="utf-8")
    assert main([str(folder), "--graph", str(graphs)]) == 1
    assert "computes other vectors" in capsys.readouterr().err
    assert [path.name for path in folder.iterdir() if "fast" in path.name] == ["fast"]
    assert load_embedder(folder).embed(["words"]).shape == (1, 384)


@pytest.mark.parametrize("content", [b"", b"not a graph"])
def test_a_broken_graph_is_refused(
    folder: Path, graphs: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    (graphs / "graph.onnx").write_bytes(content)
    assert main([str(folder), "--graph", str(graphs)]) == 1
    assert "fast form can't be loaded" in capsys.readouterr().err
    assert not (folder / "fast").exists()


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "none")]) == 1
    assert "embedder none" in capsys.readouterr().err


def test_no_weights_are_kept_with_the_project() -> None:
    files = [path for path in project_data("resources", "embedders").rglob("*") if path.is_file()]
    assert files and sum(path.stat().st_size for path in files) < 500_000
