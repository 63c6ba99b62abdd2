"""Random-weight folders of every family with what the workshop makes of them, by one process for all tests here."""

import importlib.util
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from desktop.embedding.adding import workshop_is_installed
from desktop.platform_support.environment import child_environment


@dataclass(frozen=True)
class Made:
    """`expected[kind][name]`: what sentence-transformers itself makes, with its texts."""

    root: Path
    expected: dict[str, dict[str, Any]]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    if not workshop_is_installed() or importlib.util.find_spec("openvino") is None:
        pytest.skip("the workshop (torch, sentence-transformers) is not installed")
    root = tmp_path_factory.mktemp("forms")
    command = [sys.executable, str(Path(__file__).with_name("make_forms.py")), str(root)]
    done = subprocess.run(command, env=child_environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return Made(root, json.loads((root / "expected.json").read_text(encoding="utf-8")))


@pytest.fixture
def copy_of(made: Made, tmp_path: Path) -> Callable[[str, str], Path]:
    """A copy of the folder `kind`/`name`, as it was before its fast form was made."""

    def copy(kind: str, name: str) -> Path:
        return Path(shutil.copytree(made.root / kind / name, tmp_path / name, ignore=shutil.ignore_patterns("fast")))

    return copy
