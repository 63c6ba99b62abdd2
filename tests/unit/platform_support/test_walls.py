"""Landlock, the filter of system calls, and files handed to a child: tried in processes of their own, for good."""

import os
import re
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.platform_support.environment import child_environment
from desktop.platform_support.file_passing import FileGiver, FileTaker
from desktop.platform_support.landlock import landlock_version
from desktop.platform_support.seccomp import filter_code
from desktop.platform_support.system_calls import TABLES, Machine, numbers_of, this_machine

HEADERS = {
    Machine.X86_64: Path(f"/usr/include/{os.uname().machine}-linux-gnu/asm/unistd_64.h"),
    Machine.ARM_64: Path("/usr/include/asm-generic/unistd.h"),
}
LOAD, EQUALS, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOWED, REFUSED, NOT_THERE, KILLED = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="these walls are Linux's")
needs_landlock = pytest.mark.skipif(not landlock_version(), reason="this kernel has no Landlock, or it is switched off")
needs_seccomp = pytest.mark.skipif(this_machine() is None, reason="no numbers of system calls for this processor")


def run(script: str, *arguments: object) -> list[str]:
    """The lines that a Python of its own prints."""
    words = [sys.executable, "-c", script, *map(str, arguments)]
    environment = {**child_environment(), "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(words, env=environment, capture_output=True, text=True, check=True).stdout.splitlines()


def answer_of(code: bytes, number: int, *arguments: int, machine: int = Machine.X86_64) -> int:
    """What the filter answers to a call: the instructions it uses, done by hand."""
    given = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("=iIQ6Q", number, machine, 0, *given)
    program = list(struct.iter_unpack("=HBBI", code))
    held, at = 0, 0
    while True:
        operation, when_true, when_false, value = program[at]
        at += 1
        if operation == RETURN:
            return value
        if operation == LOAD:
            held = struct.unpack_from("=I", data, value)[0]
            continue
        holds = {EQUALS: held == value, AT_LEAST: held >= value, ANY_BIT: bool(held & value)}[operation]
        at += when_true if holds else when_false


@pytest.mark.parametrize("machine", Machine)
def test_the_numbers_are_those_of_the_kernels_headers(machine: Machine) -> None:
    if not HEADERS[machine].is_file():
        pytest.skip("the kernel's headers are not installed")
    found = re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", HEADERS[machine].read_text())
    told = {name: int(number) for name, number in found}
    numbers = {name: number for table in TABLES for name, number in numbers_of(table, machine).items()}
    # headers may be older than a call; most must be there, else the wrong file was read
    common = numbers.keys() & told.keys()
    assert len(common) > 0.9 * len(numbers)
    assert {name: told[name] for name in common} == {name: numbers[name] for name in common}


@pytest.mark.parametrize("machine", Machine)
def test_the_filter_lets_through_what_parsers_need_and_nothing_of_the_lists(machine: Machine) -> None:
    code = filter_code(machine, own_id=4711)
    numbers = {name: number for table in TABLES for name, number in numbers_of(table, machine).items()}
    conditional = {"kill", "tgkill", "prlimit64", "clone", "clone3", "ioctl"}
    for name in numbers.keys() - conditional - numbers_of("landlock", machine).keys():
        assert answer_of(code, numbers[name], machine=machine) == REFUSED, name
    used = {"read": (0, 63), "write": (1, 64), "mmap": (9, 222), "futex": (202, 98), "openat": (257, 56)}
    for number in used.values():
        assert answer_of(code, number[machine is Machine.ARM_64], machine=machine) == ALLOWED
    for name in ("kill", "tgkill", "prlimit64"):
        assert answer_of(code, numbers[name], 4711, 6, machine=machine) == ALLOWED
        assert answer_of(code, numbers[name], 4712, 6, machine=machine) == REFUSED
    assert answer_of(code, numbers["kill"], 0, 6, machine=machine) == REFUSED  # 0 is the whole group
    assert answer_of(code, numbers["kill"], (1 << 64) - 1, 6, machine=machine) == REFUSED  # and -1 is everybody
    assert answer_of(code, numbers["clone"], 0x3D0F00, machine=machine) == ALLOWED  # as pthread_create asks
    assert answer_of(code, numbers["clone"], 0x1200011, machine=machine) == REFUSED  # as fork asks
    assert answer_of(code, numbers["clone3"], machine=machine) == NOT_THERE
    assert answer_of(code, numbers["ioctl"], 0, 0x5401, machine=machine) == ALLOWED
    assert answer_of(code, numbers["ioctl"], 0, 0x5412, machine=machine) == REFUSED


def test_calls_with_other_numbers_don_t_get_round_the_filter() -> None:
    code = filter_code(Machine.X86_64, own_id=1)
    assert answer_of(code, 0, machine=0x40000003) == KILLED  # 32 bits
    assert answer_of(code, 0x40000000 + 41) == REFUSED  # the other numbering on the same processor


@needs_landlock
def test_places_that_are_not_there_are_passed_over(tmp_path: Path) -> None:
    for name in ("open", "closed", "scratch"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text(name)
    script = """
import sys
from pathlib import Path
from desktop.platform_support.landlock import restrict_files
home = Path(sys.argv[1])
print(restrict_files([home / "nowhere", home / "open"], [home / "scratch"]))
for name in ("open", "closed", "scratch"):
    for mode in ("r", "a"):
        try:
            with open(home / name / "file", mode):
                print(name, mode)
        except PermissionError:
            pass
"""
    version, *opened = run(script, tmp_path)
    assert version == str(landlock_version())
    assert opened == ["open r", "scratch r", "scratch a"]


@needs_seccomp
def test_threads_still_start_and_an_abort_still_aborts() -> None:
    script = """
import os, threading
from desktop.platform_support.seccomp import forbid_system_calls
print(forbid_system_calls())
thread = threading.Thread(target=lambda: print("ran", flush=True))
thread.start()
thread.join()
try:
    os.fork()
except PermissionError:
    print("alone", flush=True)
"""
    assert run(script) == ["True", "ran", "alone"]
    with pytest.raises(subprocess.CalledProcessError) as caught:
        run(script + "os.abort()")
    assert caught.value.returncode == -6


@needs_seccomp
def test_openvino_computes_behind_the_walls(tmp_path: Path) -> None:
    """Its threads, its look at the processor and its own libraries: recognising text needs them."""
    pytest.importorskip("openvino")
    script = """
import sys
from pathlib import Path
from desktop.reading.walls import enter_walls
walls = enter_walls(True, Path(sys.argv[1]))
import numpy, openvino
from openvino import opset13 as ops
given = ops.parameter([4, 4], numpy.float32)
model = openvino.Model([ops.matmul(given, given, False, False)], [given])
compiled = openvino.Core().compile_model(model, "CPU")
print(compiled([numpy.eye(4, dtype=numpy.float32) * 3])[0].trace())
"""
    assert run(script, tmp_path) == ["36.0"]


def test_a_file_is_taken_by_its_word_and_no_other(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).write_text(name)
    giver = FileGiver()
    taker = FileTaker(os.dup(giver.child_end))
    before = len(os.listdir("/proc/self/fd"))
    for name in ("one", "two"):
        descriptor = os.open(tmp_path / name, os.O_RDONLY)
        giver.give(f"{name}\udcff", descriptor)
        os.close(descriptor)
    descriptor = taker.take("two\udcff")  # the first was given and never taken: it is let go
    assert os.read(descriptor, 9) == b"two"
    assert os.get_inheritable(descriptor) is False
    os.close(descriptor)
    with pytest.raises(FileNotFoundError):
        taker.take("one\udcff")
    assert len(os.listdir("/proc/self/fd")) == before
    giver.close()
    with pytest.raises(FileNotFoundError):
        taker.take("two\udcff")
    taker.close()


def test_giving_to_nobody_fails_at_once(tmp_path: Path) -> None:
    giver = FileGiver()
    giver.close_child_end()
    with open(os.devnull, "rb") as file, pytest.raises(ConnectionError):
        giver.give("word", file.fileno())
    giver.close()


def test_a_child_that_takes_nothing_stops_nobody() -> None:
    giver = FileGiver()
    with open(os.devnull, "rb") as file, pytest.raises((BlockingIOError, OSError)):
        for _ in range(100_000):
            giver.give("word", file.fileno())
    giver.close()
