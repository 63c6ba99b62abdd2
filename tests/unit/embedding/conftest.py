"""The installed embedder for tests that need real vectors; they skip where the set-up has not run."""

from pathlib import Path

import pytest

from desktop.domain.errors import EngineProblem
from desktop.embedding.embedder import Embedder, load_embedder
from desktop.embedding.identity import read_identity
from desktop.platform_support.paths import data_folders

NAME = "all-MiniLM-L6-v2"


@pytest.fixture(scope="session")
def embedder_folder() -> Path:
    folder = data_folders().embedders / NAME
    try:
        read_identity(folder)
    except EngineProblem as problem:
        pytest.skip(f"no embedder: {problem}")
    return folder


@pytest.fixture(scope="session")
def embedder(embedder_folder: Path) -> Embedder:
    return load_embedder(embedder_folder)
