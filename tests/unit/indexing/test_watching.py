"""Hints from a real watch: what makes one, when it has rested, and which folder it is about."""

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.domain.files import Folder
from desktop.indexing.watching import REST_SECONDS, FolderWatcher


class Watching:
    """A watcher whose clock only moves when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0
        self.woken = threading.Event()
        self.watcher = FolderWatcher(self.woken.set, lambda: self.now)

    def follow(self, *paths: Path, online: bool = True) -> None:
        self.watcher.follow([Folder(i, str(p), p.is_file(), online, 0, 0) for i, p in enumerate(paths)])

    def hints(self, *wanted: Path) -> set[str]:
        """Rested hints once all the wanted ones are among them."""
        found: set[str] = set()
        deadline = time.monotonic() + 20
        while not {str(path) for path in wanted} <= found:
            assert time.monotonic() < deadline, found
            self.woken.wait(0.05)
            self.now += REST_SECONDS
            found |= set(self.watcher.take_rested())
        return found


@pytest.fixture
def watching() -> Iterator[Watching]:
    watching = Watching()
    yield watching
    watching.watcher.stop()


def test_a_path_rests_before_it_is_handed_out() -> None:
    watching = Watching()
    watching.watcher.note(["/a", "/b"])
    assert watching.woken.is_set()
    watching.now = REST_SECONDS / 2
    watching.watcher.note(["/b"])
    watching.now = REST_SECONDS
    assert watching.watcher.take_rested() == ["/a"]
    assert watching.watcher.pending
    watching.now = 2 * REST_SECONDS
    assert watching.watcher.take_rested() == ["/b"]
    assert not watching.watcher.pending


def test_what_makes_a_hint(watching: Watching, tmp_path: Path) -> None:
    (tmp_path / "read.txt").write_text("x")
    watching.follow(tmp_path)
    (tmp_path / "read.txt").read_text()
    (tmp_path / ".hidden.txt").write_text("x")
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "x.txt").write_text("x")
    (tmp_path / "~$open.docx").write_text("x")
    (tmp_path / "deep").mkdir()
    (tmp_path / "last.txt").write_text("x")
    found = watching.hints(tmp_path / "last.txt", tmp_path / "deep")
    assert found <= {str(tmp_path / name) for name in ("last.txt", "deep", "node_modules")}


def test_both_names_of_a_rename(watching: Watching, tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("x")
    watching.follow(tmp_path)
    (tmp_path / "one.txt").rename(tmp_path / "two.txt")
    watching.hints(tmp_path / "one.txt", tmp_path / "two.txt")


def test_a_change_of_permissions(watching: Watching, tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("x")
    watching.follow(tmp_path)
    (tmp_path / "one.txt").chmod(0o600)
    watching.hints(tmp_path / "one.txt")


def test_a_single_file_is_watched_alone(watching: Watching, tmp_path: Path) -> None:
    one, two = tmp_path / "one.txt", tmp_path / "two.txt"
    one.write_text("x")
    two.write_text("x")
    watching.follow(one)
    two.write_text("y")
    one.write_text("y")
    assert watching.hints(one) == {str(one)}


def test_files_of_one_folder_are_watched_and_left_one_by_one(watching: Watching, tmp_path: Path) -> None:
    one, two = tmp_path / "one.txt", tmp_path / "two.txt"
    one.write_text("x")
    two.write_text("x")
    watching.follow(one, two)
    watching.follow(one)
    one.write_text("y")
    watching.hints(one)


def test_a_folder_added_through_a_link_speaks_of_the_link(watching: Watching, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    watching.follow(tmp_path / "link")
    (tmp_path / "real" / "one.txt").write_text("x")
    assert watching.hints(tmp_path / "link" / "one.txt") == {str(tmp_path / "link" / "one.txt")}


def test_a_folder_that_is_deleted_says_so_itself(watching: Watching, tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    watching.follow(tmp_path / "root")
    shutil.rmtree(tmp_path / "root")
    watching.hints(tmp_path / "root")


def test_another_folder_in_its_place_is_watched(watching: Watching, tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    watching.follow(root)
    root.rename(tmp_path / "away")
    root.mkdir()
    watching.follow(root)
    (root / "new.txt").write_text("x")
    watching.hints(root / "new.txt")


def test_a_system_that_watches_no_more_folders_is_told_until_it_does_again(tmp_path: Path) -> None:
    room = {"left": False}
    watcher = FolderWatcher(lambda: None, has_room=lambda place: room["left"])
    (tmp_path / "one.txt").write_text("x")
    folders = [
        Folder(0, str(tmp_path), False, True, 0, 0),
        Folder(1, str(tmp_path / "one.txt"), True, True, 0, 0),
    ]
    try:
        watcher.follow(folders)
        assert list(watcher.trouble) == [0], "a single file takes one watch, and has it"
        assert "fs.inotify.max_user_watches" in watcher.trouble[0]
        room["left"] = True
        watcher.follow(folders)
        assert watcher.trouble == {}
        room["left"] = False
        watcher.look_for_room()
        assert list(watcher.trouble) == [0]
    finally:
        watcher.stop()


FULL = """
import sys, threading, time
from pathlib import Path
from desktop.domain.files import Folder
from desktop.indexing.watching import FolderWatcher
limit, home, woken = Path("/proc/sys/user/max_inotify_watches"), Path(sys.argv[1]), threading.Event()
watcher = FolderWatcher(woken.set)
for watches in (10, 10_000):
    limit.write_text(str(watches))
    watcher.follow([Folder(0, str(home), False, True, 0, 0)])
    print(watcher.trouble.get(0))
for number in range(30):
    (home / str(number) / "a.txt").write_text("x")
heard, deadline = set(), time.monotonic() + 20
while len(heard) < 30 and time.monotonic() < deadline:
    woken.wait(0.05)
    heard |= {path for path in watcher.take_rested() if path.endswith(".txt")}
print(len(heard))
watcher.stop()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is Linux's")
def test_watches_that_the_system_really_refuses_are_noticed(tmp_path: Path) -> None:
    for number in range(30):
        (tmp_path / str(number)).mkdir()
    alone = ["unshare", "--user", "--map-root-user"]
    if shutil.which("unshare") is None or subprocess.run([*alone, "true"], capture_output=True).returncode:
        pytest.skip("no user namespace, which has a limit of its own, can be made here")
    run = subprocess.run([*alone, sys.executable, "-c", FULL, str(tmp_path)], capture_output=True, text=True)
    full, enough, heard = run.stdout.splitlines()
    assert "max_user_watches" in full
    assert (enough, heard) == ("None", "30"), run.stderr


def test_what_can_not_be_watched_is_named(watching: Watching, tmp_path: Path) -> None:
    watching.follow(tmp_path / "not there")
    assert watching.watcher.trouble == {0: os.strerror(2)}
    watching.follow(tmp_path / "not there", online=False)
    assert watching.watcher.trouble == {}
