"""The portable build runs on the oldest processors that it is made for: shown by an emulated Nehalem (x86-64-v2), which
ends a program at its first newer instruction. Skipped where build or emulator is missing.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.llm.devices import PROCESSOR_LIBRARIES
from desktop.llm.native_builds import LIBRARY_VARIABLE
from desktop.platform_support.environment import child_environment
from desktop.platform_support.paths import data_folders

ANSWER = """
import sys
from desktop.llm.llama import LlamaLibrary, LoadOptions
model = LlamaLibrary().load(sys.argv[1], LoadOptions(256, 1, 0, "f16"), lambda: False)
model.decode(model.tokenize("The capital of France is", special=False), 0, watch=False)
sampler = model.sampler(0.0, 0)
token = sampler.sample()
sys.stdout.buffer.write(model.piece(token))
"""
# numpy's OpenBLAS looks for itself what a processor can do, and takes the emulated one for more than it is
ENVIRONMENT = {"OPENBLAS_CORETYPE": "Nehalem", "PYTHONPATH": os.environ.get("PYTHONPATH", "")}


@pytest.fixture
def portable() -> Path:
    folders = (path for path in data_folders().native.glob("portable-*") if any(path.glob(PROCESSOR_LIBRARIES)))
    folder = next(folders, None)
    if folder is None:
        pytest.skip("no portable build here: python3 -m installer native portable")
    return folder


@pytest.mark.timeout(900)
def test_it_runs_on_a_processor_of_2008(portable: Path, small_model: Path) -> None:
    emulator = shutil.which("qemu-x86_64")
    if emulator is None:
        pytest.skip("qemu-x86_64 is not installed (Debian: qemu-user)")
    done = subprocess.run(
        [emulator, "-cpu", "Nehalem", sys.executable, "-c", ANSWER, str(small_model)],
        env={**child_environment(), **ENVIRONMENT, LIBRARY_VARIABLE: str(portable)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-500:]
    assert done.stdout == b" Paris"


def test_here_it_gives_the_answer_too(portable: Path, small_model: Path) -> None:
    environment = {**child_environment(), LIBRARY_VARIABLE: str(portable)}
    done = subprocess.run(
        [sys.executable, "-c", ANSWER, str(small_model)], env=environment, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, b" Paris")
