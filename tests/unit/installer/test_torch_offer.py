"""Which torch would be installed here: a CPU build before a CUDA build, and only one that the lock knows."""

import platform
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.download.package_index import PackageIndex
from installer.torch_offer import Build, torch_on_offer
from tests.unit.installer.conftest import IndexServer

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere every wheel of torch is a CPU build")

PYTHON = f"cp{sys.version_info[0]}{sys.version_info[1]}"
TAIL = f"{PYTHON}-{PYTHON}-manylinux_2_28_{platform.machine()}.whl"
CUDA = f"torch-2.0.0-{TAIL}"
CPU = f"torch-2.0.0+cpu-{TAIL}"


def hashes(index: PackageIndex) -> list[str]:
    return [file.sha256 for file in index.files("torch") if file.sha256]


def test_public_index_has_cuda_only(index_server: IndexServer, package_index: PackageIndex) -> None:
    index_server.add("torch", CUDA, b"x" * 1000)
    index_server.add("torch", "torch-2.0.0-cp38-cp38-manylinux_2_28_x86_64.whl", b"old Python")
    index_server.add("torch", f"torch-2.0.1-{TAIL}", b"other version")
    offer = torch_on_offer(package_index.settings, "2.0.0", hashes(package_index))
    assert offer is not None
    assert (offer.build, offer.file.name, offer.file.size) == (Build.CUDA, CUDA, 1000)


def test_cpu_build_in_a_folder_of_pips_settings_comes_first(
    index_server: IndexServer, package_index: PackageIndex, tmp_path: Path
) -> None:
    index_server.add("torch", CUDA, b"cuda")
    (tmp_path / CPU).write_bytes(b"cpu")
    for place in (str(tmp_path), tmp_path.as_uri()):
        settings = replace(package_index.settings, find_links=("https://nowhere.example/", place))
        offer = torch_on_offer(settings, "2.0.0", hashes(package_index))
        assert offer is not None
        assert (offer.build, offer.file.name) == (Build.CPU, CPU)
        assert offer.file.url.startswith("file:")


def test_second_index_with_cpu_builds_is_asked_too(index_server: IndexServer, package_index: PackageIndex) -> None:
    index_server.add("torch", CPU, b"cpu")
    accepted = hashes(package_index)
    first = replace(package_index.settings, indexes=("http://127.0.0.1:9/simple",))
    offer = torch_on_offer(first, "2.0.0", accepted, package_index.settings.indexes)
    assert offer is not None
    assert offer.build is Build.CPU


def test_unknown_build_is_no_offer(index_server: IndexServer, package_index: PackageIndex) -> None:
    index_server.add("torch", CPU, b"unknown")
    assert torch_on_offer(package_index.settings, "2.0.0", ["0" * 64]) is None


def test_no_torch_at_all(package_index: PackageIndex) -> None:
    assert torch_on_offer(package_index.settings, "2.0.0", []) is None
