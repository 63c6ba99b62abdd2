"""llama.cpp is built once for all clones, and torch comes only where it is cheap. pip is a stand-in program here: it
notes how it was called, and "builds" an empty wheel.
"""

import io
import os
import platform
import sys
from pathlib import Path

import pytest

from installer.checkout import Checkout
from installer.child_process import ProgramFailed
from installer.console import Console
from installer.environment import Environment
from installer.llama_wheel import LlamaWheel
from installer.problems import SetupProblem
from installer.workshop import Workshop
from tests.unit.installer.conftest import IndexServer

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the stand-in program is a shell script")

TAIL = f"cp{sys.version_info[0]}{sys.version_info[1]}-cp{sys.version_info[0]}{sys.version_info[1]}"
CUDA = f"torch-2.0.0-{TAIL}-manylinux_2_28_{platform.machine()}.whl"
PROGRAM = """#!/bin/sh
echo "$@" >> "{calls}"
case "$*" in
*"config list"*) echo "global.index-url='{index}/simple'" ;;
*"pip wheel"*) while [ "$1" != "-w" ]; do shift; done; touch "$2/llama_cpp_python-1.0-py3-none-any.whl" ;;
*"import llama_cpp"*) test ! -e "{calls}.broken" ;;
*"import torch"*) test ! -e "{calls}.broken" ;;
esac
"""


def clone(root: Path, calls: Path, index: str = "") -> Checkout:
    checkout = Checkout(root)
    checkout.programs.mkdir(parents=True)
    checkout.python.write_text(PROGRAM.format(calls=calls, index=index), encoding="utf-8")
    checkout.python.chmod(0o755)
    checkout.locks.mkdir(parents=True)
    for group, line in (("runner", "llama-cpp-python==1.0"), ("torch", "torch==2.0.0"), ("workshop", "peft==1.0")):
        checkout.lock(group).write_text(f"{line} --hash=sha256:{'0' * 64}\n", encoding="utf-8")
    checkout.lock("cuda").write_text(f"nvidia-x==1 --hash=sha256:{'0' * 64}\n", encoding="utf-8")
    return checkout


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    return tmp_path / "calls"


def called(calls: Path, words: str) -> int:
    return sum(words in line for line in calls.read_text(encoding="utf-8").splitlines())


def llama(checkout: Checkout, tmp_path: Path, console: Console) -> LlamaWheel:
    return LlamaWheel(
        Environment(checkout, tmp_path / "logs", console), tmp_path / "wheels", tmp_path / "logs", console
    )


def test_second_clone_builds_nothing(tmp_path: Path, calls: Path, console: Console) -> None:
    for name in ("first", "second"):
        checkout = clone(tmp_path / name, calls)
        llama(checkout, tmp_path, console).install()
        assert llama(checkout, tmp_path, console).is_installed()
    assert called(calls, "pip wheel") == 1
    assert called(calls, "--force-reinstall") == 2
    assert not list((tmp_path / "wheels").glob("building-*"))


def test_installed_wheel_costs_no_program(tmp_path: Path, calls: Path, console: Console) -> None:
    checkout = clone(tmp_path / "first", calls)
    llama(checkout, tmp_path, console).install()
    before = calls.read_text(encoding="utf-8")
    llama(checkout, tmp_path, console).install()
    assert calls.read_text(encoding="utf-8") == before


def test_other_options_are_another_wheel(
    tmp_path: Path, calls: Path, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout = clone(tmp_path / "first", calls)
    plain = llama(checkout, tmp_path, console).folder
    monkeypatch.setenv("CMAKE_ARGS", "-DGGML_VULKAN=ON")
    assert llama(checkout, tmp_path, console).folder != plain
    assert llama(checkout, tmp_path, console).options.endswith("-DGGML_VULKAN=ON")


def test_wheel_that_does_not_load_is_not_kept(tmp_path: Path, calls: Path, console: Console) -> None:
    broken = tmp_path / "calls.broken"
    broken.touch()
    checkout = clone(tmp_path / "first", calls)
    with pytest.raises(ProgramFailed, match="Trying llama"):
        llama(checkout, tmp_path, console).install()
    assert llama(checkout, tmp_path, console).kept() is None
    broken.unlink()
    llama(checkout, tmp_path, console).install()
    assert called(calls, "pip wheel") == 2


@pytest.fixture
def cuda_only(tmp_path: Path, calls: Path, index_server: IndexServer) -> Checkout:
    index_server.add("torch", CUDA, b"x" * 526_000)
    checkout = clone(tmp_path / "clone", calls, index_server.address)
    digest = index_server.page("torch")[1].decode().partition('"sha256": "')[2][:64]
    checkout.lock("torch").write_text(f"torch==2.0.0 --hash=sha256:{digest}\n", encoding="utf-8")
    return checkout


def workshop(checkout: Checkout, tmp_path: Path, console: Console) -> Workshop:
    logs = tmp_path / "logs"
    return Workshop(Environment(checkout, logs, console), logs, console, more_indexes=())


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere every wheel of torch is a CPU build")
def test_cuda_build_is_stated_and_left_out(
    cuda_only: Checkout, tmp_path: Path, calls: Path, console: Console, printed: io.StringIO
) -> None:
    workshop(cuda_only, tmp_path, console).install(wanted=False)
    assert "only as a CUDA build of 1 MB" in printed.getvalue()
    assert "setup --workshop" in printed.getvalue()
    assert called(calls, "pip install") == 0
    again = workshop(cuda_only, tmp_path, console)
    assert again.is_settled()
    assert not again.is_installed()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere every wheel of torch is a CPU build")
def test_cuda_build_comes_when_asked_for(cuda_only: Checkout, tmp_path: Path, calls: Path, console: Console) -> None:
    workshop(cuda_only, tmp_path, console).install(wanted=False)
    workshop(cuda_only, tmp_path, console).install(wanted=True)
    assert workshop(cuda_only, tmp_path, console).is_installed()
    requirement = (tmp_path / "logs" / "torch-requirement.txt").read_text(encoding="utf-8")
    assert requirement.startswith("torch @ http://127.0.0.1:")
    assert "--hash=sha256:" in requirement
    assert called(calls, "cuda.txt") == 1
    assert called(calls, "workshop.txt") == 1


def test_no_torch_is_said_and_refused_when_asked_for(
    tmp_path: Path, calls: Path, index_server: IndexServer, console: Console, printed: io.StringIO
) -> None:
    checkout = clone(tmp_path / "clone", calls, index_server.address)
    workshop(checkout, tmp_path, console).install(wanted=False)
    assert "no build of torch fits this computer" in printed.getvalue()
    with pytest.raises(SetupProblem, match="No build of torch"):
        workshop(checkout, tmp_path, console).install(wanted=True)


@pytest.mark.skipif(sys.platform != "linux", reason="the CPU build is named so on Linux")
def test_torch_that_does_not_load_stops_no_one(
    tmp_path: Path, calls: Path, index_server: IndexServer, console: Console, printed: io.StringIO
) -> None:
    name = CUDA.replace("2.0.0", "2.0.0+cpu")
    index_server.add("torch", name, b"cpu")
    checkout = clone(tmp_path / "clone", calls, index_server.address)
    digest = index_server.page("torch")[1].decode().partition('"sha256": "')[2][:64]
    checkout.lock("torch").write_text(f"torch==2.0.0 --hash=sha256:{digest}\n", encoding="utf-8")
    (tmp_path / "calls.broken").touch()
    workshop(checkout, tmp_path, console).install(wanted=False)
    assert "The workshop (training tones) is left out" in printed.getvalue()
    assert workshop(checkout, tmp_path, console).is_settled()
    with pytest.raises(ProgramFailed):
        workshop(checkout, tmp_path, console).install(wanted=True)
