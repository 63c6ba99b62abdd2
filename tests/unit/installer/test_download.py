"""One file from a real server on the loopback interface: cut, resumed, wrong, replaced, stopped, out of space."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.download.package_index import IndexFile, PackageIndex
from desktop.download.problems import DownloadProblem
from desktop.download.transfer import Downloader
from tests.unit.installer.conftest import IndexServer

CONTENT = os.urandom(300_000)
NAME = "thing-1.0-py3-none-any.whl"


@pytest.fixture
def file(index_server: IndexServer, package_index: PackageIndex) -> IndexFile:
    index_server.add("thing", NAME, CONTENT)
    return package_index.wheel("thing", "1.0")


def ignore(_have: int, _total: int | None) -> None:
    pass


def test_whole_file_arrives_with_progress(downloader: Downloader, file: IndexFile, tmp_path: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    downloader.fetch(file, tmp_path / "down" / NAME, lambda have, total: seen.append((have, total)))
    assert (tmp_path / "down" / NAME).read_bytes() == CONTENT
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert [path.name for path in (tmp_path / "down").iterdir()] == [NAME]


def test_cut_connection_goes_on_where_it_was(
    downloader: Downloader, file: IndexFile, index_server: IndexServer, tmp_path: Path
) -> None:
    index_server.cuts = [100_000, 50_000]
    downloader.fetch(file, tmp_path / NAME, ignore)
    assert (tmp_path / NAME).read_bytes() == CONTENT
    assert index_server.asked_for(NAME) == [None, "bytes=100000-", "bytes=150000-"]


def test_server_without_ranges_sends_all_again(
    downloader: Downloader, file: IndexFile, index_server: IndexServer, tmp_path: Path
) -> None:
    index_server.cuts = [100_000]
    index_server.knows_ranges = False
    downloader.fetch(file, tmp_path / NAME, ignore)
    assert (tmp_path / NAME).read_bytes() == CONTENT


def test_connection_that_brings_nothing_gives_up_and_keeps_what_it_has(
    downloader: Downloader, file: IndexFile, index_server: IndexServer, tmp_path: Path
) -> None:
    index_server.cuts = [100_000, 0, 0, 0, 0, 0]
    with pytest.raises(DownloadProblem, match=r"cut after 100,000 of 300,000 bytes") as problem:
        downloader.fetch(file, tmp_path / NAME, ignore)
    assert "goes on where it stopped" in problem.value.hint
    assert not (tmp_path / NAME).exists()
    index_server.cuts = []
    downloader.fetch(file, tmp_path / NAME, ignore)
    assert (tmp_path / NAME).read_bytes() == CONTENT
    assert index_server.asked_for(NAME)[-1] == "bytes=100000-"


def test_wrong_hash_is_refused_and_deleted(
    downloader: Downloader, index_server: IndexServer, package_index: PackageIndex, tmp_path: Path
) -> None:
    index_server.add("thing", NAME, CONTENT)
    index_server.announced[NAME] = hashlib.sha256(b"other").hexdigest()
    with pytest.raises(DownloadProblem, match="not what the index announced"):
        downloader.fetch(package_index.wheel("thing", "1.0"), tmp_path / NAME, ignore)
    assert list(tmp_path.iterdir()) == []


def test_login_page_is_not_taken_for_the_file(
    downloader: Downloader, file: IndexFile, index_server: IndexServer, tmp_path: Path
) -> None:
    index_server.login_page = True
    with pytest.raises(DownloadProblem, match="A web page came instead"):
        downloader.fetch(file, tmp_path / NAME, ignore)
    assert list(tmp_path.iterdir()) == []


def test_stopped_by_the_user_keeps_what_came(
    downloader: Downloader, file: IndexFile, index_server: IndexServer, tmp_path: Path
) -> None:
    index_server.cuts = [120_000]

    def stop(_have: int, _total: int | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        downloader.fetch(file, tmp_path / NAME, stop)
    assert [path.name for path in tmp_path.iterdir()] == [f"{NAME}.part"]
    downloader.fetch(file, tmp_path / NAME, ignore)
    assert (tmp_path / NAME).read_bytes() == CONTENT


def test_part_longer_than_the_file_starts_over(downloader: Downloader, file: IndexFile, tmp_path: Path) -> None:
    (tmp_path / f"{NAME}.part").write_bytes(CONTENT + b"more")
    downloader.fetch(file, tmp_path / NAME, ignore)
    assert (tmp_path / NAME).read_bytes() == CONTENT


def test_missing_file_is_said_at_once(downloader: Downloader, index_server: IndexServer, tmp_path: Path) -> None:
    lost = IndexFile("lost.whl", f"{index_server.address}/simple/lost/", None, None)
    with pytest.raises(DownloadProblem, match="404"):
        downloader.fetch(lost, tmp_path / "lost.whl", ignore)
    assert len(index_server.requests) == 1


FULL_DISK = """
import sys
from pathlib import Path
from desktop.download.transfer import Downloader
from desktop.download.index_settings import IndexSettings
from desktop.download.package_index import IndexFile
from desktop.download.problems import DownloadProblem
try:
    Downloader(IndexSettings()).fetch(IndexFile("x.whl", sys.argv[1], None, None), Path(sys.argv[2], "x.whl"), print)
except DownloadProblem as problem:
    print(problem)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="a small disk of its own needs Linux namespaces")
def test_full_disk_is_said_and_what_came_is_kept(file: IndexFile, tmp_path: Path) -> None:
    script = f'mount -t tmpfs -o size=64k none "{tmp_path}" || exit 77; "$@"; ls "{tmp_path}"'
    command = ["unshare", "-r", "-m", "sh", "-c", script, "sh", sys.executable, "-c", FULL_DISK, file.url, tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip(f"no namespaces here: {done.stderr.strip()}")
    assert "The disk is full" in done.stdout
    assert "Free some space" in done.stdout
    assert done.stdout.splitlines()[-1] == "x.whl.part"
