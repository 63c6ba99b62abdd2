"""The portable build runs on the oldest processors that it is made for: shown by an emulated Nehalem (x86-64-v2), which
ends a program at its first newer instruction; and on a newer one it takes the part that is made for it. Skipped where
build or emulator is missing.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.llm.build_choice import BuildChoice
from desktop.llm.client import ModelRunner
from desktop.llm.devices import PROCESSOR_LIBRARIES
from desktop.llm.native_builds import (
    LIBRARY_VARIABLE,
    PORTABLE,
    PROCESSOR,
    NativeBuild,
    llama_version,
    processor_build,
    write_manifest,
)
from desktop.platform_support.environment import child_environment
from desktop.platform_support.paths import data_folders
from desktop.protocol.runner_messages import Turn

ANSWER = """
import sys
from desktop.llm.llama import LlamaLibrary
from desktop.llm.loaded_model import LoadOptions
model = LlamaLibrary().load(sys.argv[1], LoadOptions(256, 1, 0, "f16"), lambda: False)
model.decode(model.tokenize("The capital of France is", special=False), 0, watch=False)
sampler = model.sampler(0.0, 0)
token = sampler.sample()
sys.stdout.buffer.write(model.piece(token))
if sys.argv[2:]:
    open(sys.argv[2], "w").write(open("/proc/self/maps").read())
"""
# the parts that use AVX2
WIDE = frozenset(
    ("haswell", "skylakex", "cannonlake", "cascadelake", "cooperlake", "icelake", "alderlake", "sapphirerapids", "zen4")
)
AVX2 = {"avx2", "fma", "f16c", "bmi2"}
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
def test_it_runs_on_a_processor_of_2008(portable: Path, small_model: Path, tmp_path: Path) -> None:
    emulator = shutil.which("qemu-x86_64")
    if emulator is None:
        pytest.skip("qemu-x86_64 is not installed (Debian: qemu-user)")
    done = subprocess.run(
        [emulator, "-cpu", "Nehalem", sys.executable, "-c", ANSWER, str(small_model), str(tmp_path / "maps")],
        env={**child_environment(), **ENVIRONMENT, LIBRARY_VARIABLE: str(portable)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-500:]
    assert done.stdout == b" Paris"
    assert parts_in((tmp_path / "maps").read_text(), portable) == {"sse42"}


def test_here_it_gives_the_answer_too(portable: Path, small_model: Path) -> None:
    environment = {**child_environment(), LIBRARY_VARIABLE: str(portable)}
    done = subprocess.run(
        [sys.executable, "-c", ANSWER, str(small_model)], env=environment, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, b" Paris")


def test_the_app_finds_the_build_that_a_package_brings_and_takes_the_part_for_avx2(
    portable: Path, small_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not set(Path("/proc/cpuinfo").read_text().split()) >= AVX2:
        pytest.skip("this processor has no AVX2")
    (tmp_path / "native").mkdir()
    (tmp_path / "native/portable").symlink_to(portable)
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    build = processor_build()
    assert build == NativeBuild("", tmp_path / "native/portable")
    runner = ModelRunner(builds=BuildChoice(tmp_path / "cards", processor=build))
    try:
        assert runner.ensure_loaded(str(small_model), context=512).note == ""
        assert runner.generate((Turn("user", "Hello"),), max_tokens=4).text
        (part,) = parts_in(Path(f"/proc/{runner.pid}/maps").read_text(), portable)
        assert part in WIDE
    finally:
        runner.close()


def test_a_build_of_another_version_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "native/portable"
    folder.mkdir(parents=True)
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert processor_build() == PROCESSOR
    write_manifest(folder, PORTABLE, "0.0.1")
    assert processor_build() == PROCESSOR
    write_manifest(folder, PORTABLE, llama_version())
    assert processor_build() == NativeBuild("", folder)


def parts_in(maps: str, build: Path) -> set[str]:
    """The generations of processors whose parts a process has in its memory."""
    return set(re.findall(rf"{re.escape(str(build.resolve()))}/libggml-cpu-(\w+)\.so", maps))
