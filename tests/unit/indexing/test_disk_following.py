"""When folders are scanned again: after a sleep, after lost events, often where nothing can be watched."""

import logging
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.indexing.disk_following import DiskFollower
from desktop.indexing.watching import FolderWatcher
from desktop.storage.database import Database
from desktop.storage.file_table import FileTable


class Disk:
    """A follower of one folder, by clocks of its own."""

    def __init__(self, home: Path, watcher: FolderWatcher | None = None) -> None:
        self.home = home
        self.clock, self.wall = 1_000.0, 1.7e9
        self.mounted = set[tuple[str, str]]()
        self.database = Database(home / "library.db")
        self.files = FileTable(self.database)
        (home / "notes").mkdir()
        (home / "notes" / "a.txt").write_text("one")
        self.folder = self.files.add_folder(str(home / "notes"), False)
        self.watcher = watcher or FolderWatcher(lambda: None, mounts=self.mounts)
        self.follower = DiskFollower(
            self.files,
            self.watcher,
            "",
            lambda: self.clock,
            lambda: self.wall,
            self.mounts,
        )
        assert self.follower.scan_due and self.follower.scan()

    def mounts(self) -> frozenset[tuple[str, str]]:
        return frozenset(self.mounted)

    def scan_for_days(self, days: int) -> None:
        for _ in range(days):
            self.wall += 86_400
            self.follower.scan()

    def lose_all_but_a_stray_file(self) -> None:
        (self.home / "notes" / "a.txt").unlink()
        (self.home / "notes" / "stray.txt").write_text("written into an empty mount point")
        self.follower.scan()

    def pass_time(self, awake: float, asleep: float = 0.0) -> None:
        self.clock += awake
        self.wall += awake + asleep
        self.follower.look_around()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    disk = Disk(tmp_path)
    yield disk
    disk.follower.stop()
    disk.database.close()


def test_every_hour(disk: Disk) -> None:
    disk.pass_time(3_500)
    assert not disk.follower.scan_due
    disk.pass_time(200)
    assert disk.follower.scan_due


@pytest.mark.parametrize("asleep", [3_600.0, -86_400.0])
def test_after_a_sleep_or_when_the_clock_was_set(disk: Disk, asleep: float) -> None:
    disk.pass_time(5)
    assert not disk.follower.scan_due
    disk.pass_time(5, asleep)
    assert disk.follower.scan_due
    disk.follower.scan()
    disk.pass_time(5)
    assert not disk.follower.scan_due


def test_after_events_were_lost(disk: Disk) -> None:
    assert not disk.follower.scan_due
    logging.getLogger("watchdog.observers.inotify_c").warning("Inotify queue overflowed; filesystem events were lost")
    disk.follower.follow_hints()
    assert disk.follower.scan_due


def test_a_network_drive_is_watched_and_scanned_often(tmp_path: Path) -> None:
    disk = Disk(tmp_path, FolderWatcher(lambda: None, is_remote=lambda path: path.endswith("notes")))
    assert disk.follower.unwatched() == {disk.folder: "it is on a network drive"}
    disk.pass_time(299)
    assert not disk.follower.scan_due
    disk.pass_time(2)
    assert disk.follower.scan_due
    disk.follower.stop()
    disk.database.close()


def test_a_drive_that_comes_or_goes_inside_a_folder_is_looked_at(disk: Disk) -> None:
    inside = str(disk.home / "notes" / "stick")
    for mounted in ({("usb", inside)}, {("another", inside)}, set[tuple[str, str]]()):
        disk.mounted = mounted
        assert not disk.follower.scan_due
        disk.pass_time(4)
        assert disk.follower.scan_due
        disk.follower.scan()
        disk.pass_time(4)
        assert not disk.follower.scan_due
    disk.mounted = {("usb", str(disk.home / "elsewhere")), ("root", str(disk.home))}
    disk.pass_time(4)
    assert not disk.follower.scan_due


def test_hints_of_one_folder_hide_no_drive_of_another(disk: Disk) -> None:
    single = disk.home / "single.txt"
    single.write_text("saved all the time")
    disk.files.add_folder(str(single), True)
    disk.follower.scan()
    disk.mounted = {("usb", str(disk.home / "notes" / "stick"))}
    disk.watcher.note([str(single)])
    time.sleep(0.5)
    disk.follower.follow_hints()
    disk.pass_time(4)
    assert disk.follower.scan_due


def test_a_drive_that_changes_while_a_scan_lasts_is_looked_at_again(disk: Disk) -> None:
    inside = ("usb", str(disk.home / "notes" / "stick"))
    told = iter([frozenset(), frozenset()])
    disk.follower = DiskFollower(
        disk.files, None, "", lambda: disk.clock, lambda: disk.wall, lambda: next(told, frozenset({inside}))
    )
    disk.follower.scan()
    assert not disk.follower.scan_due
    disk.pass_time(4)
    assert disk.follower.scan_due


def test_a_network_drive_in_a_folder_has_it_scanned_often(tmp_path: Path) -> None:
    inside = frozenset({("server:/notes", str(tmp_path / "notes" / "shared"))})
    watcher = FolderWatcher(lambda: None, is_remote=lambda path: "shared" in path, mounts=lambda: inside)
    disk = Disk(tmp_path, watcher)
    assert disk.follower.unwatched() == {disk.folder: "a network drive is mounted in it"}
    disk.follower.stop()
    disk.database.close()


def test_when_watches_run_out_folders_are_scanned_often(tmp_path: Path) -> None:
    room = {"left": True}
    disk = Disk(tmp_path, FolderWatcher(lambda: None, has_room=lambda place: room["left"]))
    disk.pass_time(310)
    assert (disk.follower.unwatched(), disk.follower.scan_due) == ({}, False)
    room["left"] = False
    disk.pass_time(5)
    assert (list(disk.follower.unwatched()), disk.follower.scan_due) == ([disk.folder], True)
    room["left"] = True
    disk.follower.scan()
    assert disk.follower.unwatched() == {}
    disk.follower.stop()
    disk.database.close()


def test_missing_files_are_kept_for_thirty_days(disk: Disk) -> None:
    (disk.home / "notes").rename(disk.home / "away")
    disk.follower.scan()
    assert disk.files.counts() == {"missing": 1}
    disk.scan_for_days(29)
    assert disk.files.counts() == {"missing": 1}
    disk.scan_for_days(2)
    assert disk.files.counts() == {}
    (disk.home / "away").rename(disk.home / "notes")
    disk.follower.scan()
    assert disk.files.counts() == {"waiting": 1}


def test_files_of_a_folder_that_is_there_are_kept_as_long(disk: Disk) -> None:
    disk.lose_all_but_a_stray_file()
    disk.scan_for_days(29)
    assert disk.files.counts() == {"missing": 1, "waiting": 1}
    disk.scan_for_days(2)
    assert disk.files.counts() == {"waiting": 1}
    assert disk.files.folders()[0].missing_since == 0


@pytest.mark.parametrize("stray", [False, True])
@pytest.mark.parametrize(
    ("jumps", "counted"),
    [
        pytest.param([60], 1, id="the computer was off"),
        pytest.param([56 * 365], 1, id="a clock that stood at 1970 is set right"),
        pytest.param([-40, 40], 1, id="set back and right again"),
        pytest.param([31, -31], 1, id="set ahead and right again"),
        pytest.param([-56 * 365, 56 * 365], 1, id="started at 1970, then set right"),
        pytest.param([2, 2, 2, 2], 4, id="looked every other day"),
    ],
)
def test_of_the_time_between_two_looks_a_day_counts_at_most(
    disk: Disk, jumps: list[int], counted: int, stray: bool
) -> None:
    if stray:
        disk.lose_all_but_a_stray_file()
    else:
        (disk.home / "notes").rename(disk.home / "away")
    disk.follower.scan()
    disk.scan_for_days(20)
    for jump in jumps:
        disk.wall += jump * 86_400
        disk.follower.scan()
    (folder,) = disk.files.folders()
    assert disk.files.counts()["missing"] == 1
    assert disk.wall - folder.missing_since == pytest.approx((20 + counted) * 86_400, abs=1)
    disk.scan_for_days(11 - counted)
    assert "missing" not in disk.files.counts()


def test_what_the_user_says_is_gone_is_gone(disk: Disk) -> None:
    (disk.home / "notes" / "a.txt").unlink()
    disk.follower.scan()
    assert disk.files.counts() == {"missing": 1}, "all at once: it may be an empty mount point"
    assert disk.files.missing.forget(disk.folder) == 1
    disk.follower.scan()
    (folder,) = disk.files.folders()
    assert (folder.online, folder.files, folder.missing_since) == (True, 0, 0)
