"""Indexing gives way: on battery it waits, beside somebody at the window it takes half the cores."""

from types import SimpleNamespace

import pytest

from desktop.indexing.giving_way import GivingWay
from desktop.platform_support.drives import lies_remote, mounted_below, mounts_now
from desktop.platform_support.priority import lower_thread_priority


class Computer:
    """Its clock, its power, and the user's wish to keep the battery."""

    def __init__(self) -> None:
        self.now, self.on_battery, self.save = 100.0, False, True
        self.looked = 0
        self.manners = GivingWay(lambda: self.save, self._look, lambda: self.now, cores=8)

    def _look(self) -> bool:
        self.looked += 1
        return self.on_battery


def test_half_the_cores_while_somebody_is_there() -> None:
    computer = Computer()
    assert computer.manners.threads is None and not computer.manners.beside_a_user
    computer.manners.user_is_active()
    computer.now += 59
    assert computer.manners.threads == 4
    computer.now += 2
    assert computer.manners.threads is None and computer.manners.beside_a_user


def test_one_core_is_not_halved() -> None:
    manners = GivingWay(lambda: True, lambda: False, lambda: 0.0, cores=1)
    manners.user_is_active()
    assert manners.threads == 1


def test_it_waits_on_battery_and_looks_seldom() -> None:
    computer = Computer()
    assert not computer.manners.must_wait
    computer.on_battery = True
    computer.now += 5
    assert not computer.manners.must_wait and computer.looked == 1
    computer.now += 6
    assert computer.manners.must_wait and computer.looked == 2
    computer.save = False
    assert not computer.manners.must_wait, "the setting counts at once"
    computer.save = True
    assert computer.manners.must_wait


def test_a_thread_steps_back() -> None:
    import os
    import sys
    import threading

    if sys.platform != "linux":
        return
    found: list[int] = []

    def work() -> None:
        assert lower_thread_priority()
        found.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [5]
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) < 5, "this one doesn't"


def test_network_drives_are_told_by_the_innermost_mount() -> None:
    mounts = [
        ("/", "ext4", "rw"),
        ("/home", "btrfs", "rw"),
        ("/home/ada/office", "cifs", "rw,relatime"),
        ("/home/ada/office/local", "tmpfs", "rw"),
        ("/mnt/far", "fuse.sshfs", "rw"),
        ("Z:\\", "NTFS", "rw,remote"),
    ]
    remote = {"/home/ada/office", "/home/ada/office/2024", "/mnt/far/x", "Z:\\"}
    near = {"/home/ada", "/home/ada/officers", "/home/ada/office/local/x", "/mnt/farther", "/"}
    assert {path for path in remote | near if lies_remote(path, mounts)} == remote
    assert not lies_remote("C:", [])


def test_of_two_mounts_in_one_place_the_last_counts() -> None:
    both = [("/", "ext4", "rw"), ("/home/ada/nas", "autofs", "rw"), ("/home/ada/nas", "nfs4", "rw")]
    assert lies_remote("/home/ada/nas/x", both) and not lies_remote("/home/ada/nas/x", both[:2])


def test_a_drive_that_is_mounted_when_somebody_looks_counts_as_there(monkeypatch: pytest.MonkeyPatch) -> None:
    nas = SimpleNamespace(device="server:/x", mountpoint="/home/ada/nas", fstype="nfs4")
    waits = SimpleNamespace(device="systemd-1", mountpoint="/home/ada/nas", fstype="autofs")
    disk = SimpleNamespace(device="/dev/sda", mountpoint="/", fstype="ext4")
    told: list[frozenset[tuple[str, str]]] = []
    for parts in ([disk, waits], [disk, waits, nas]):
        monkeypatch.setattr("psutil.disk_partitions", lambda all, parts=parts: parts)
        told.append(mounts_now())
    assert told[0] == told[1] and ("/dev/sda", "/") in told[0]
    assert {where for _, where in mounted_below("/home/ada", told[0])} == {"/home/ada/nas/"}
