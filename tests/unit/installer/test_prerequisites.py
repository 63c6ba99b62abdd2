"""What is said, and done, about a missing venv, compiler, library or display, before anything slow starts."""

import io
from pathlib import Path

import pytest

from installer.console import Console
from installer.machine import cpu_key, free_disk, free_memory, has_display
from installer.prerequisites import (
    QT_LIBRARIES,
    Lack,
    Need,
    Probe,
    missing_for_build,
    missing_for_environment,
    missing_for_runner,
    missing_for_tests,
    missing_for_window,
)
from installer.problems import SetupProblem
from installer.system_packages import PackageSystem, install_line, provide

BARE = Probe(module=lambda _: False, program=lambda _: None, library=lambda _: False, system="linux")
USER_ON_DEBIAN = PackageSystem(apt=True, administrator=False)


def test_bare_python_names_the_package_that_brings_venv(console: Console, tmp_path: Path) -> None:
    with pytest.raises(SetupProblem, match="lacks Python's venv and pip") as problem:
        provide(missing_for_environment(BARE), USER_ON_DEBIAN, console, tmp_path)
    assert "sudo apt-get update && sudo apt-get install -y python3." in problem.value.hint
    assert problem.value.hint.endswith("-venv")


def test_everything_missing_is_one_line(console: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.delenv("CXX", raising=False)
    lacks = [*missing_for_environment(BARE), *missing_for_build(BARE), *missing_for_window(BARE)]
    with pytest.raises(SetupProblem, match="a C and C\\+\\+ compiler") as problem:
        provide(lacks, USER_ON_DEBIAN, console, tmp_path)
    line = problem.value.hint.splitlines()[1]
    assert "build-essential" in line
    assert "libxcb-cursor0" in line
    assert "-venv" in line


def test_window_libraries_are_said_but_stop_nothing(console: Console, printed: io.StringIO, tmp_path: Path) -> None:
    provide(missing_for_window(BARE), USER_ON_DEBIAN, console, tmp_path)
    text = printed.getvalue()
    assert "the terminal commands work" in text
    assert "libegl1" in text


def test_test_programs_are_optional(console: Console, tmp_path: Path) -> None:
    lacks = missing_for_tests(BARE)
    assert lacks[0].need is Need.TESTS
    assert set(lacks[0].packages) == {"xvfb", "xauth", "xdotool"}
    provide(lacks, USER_ON_DEBIAN, console, tmp_path)


def test_other_systems_get_no_apt_line(console: Console, tmp_path: Path) -> None:
    nobody = PackageSystem(apt=False, administrator=True)
    with pytest.raises(SetupProblem) as problem:
        provide(missing_for_runner(BARE), nobody, console, tmp_path)
    assert "apt-get" not in problem.value.hint
    assert "OpenMP" in problem.value.hint


def test_nothing_missing_says_nothing(console: Console, printed: io.StringIO, tmp_path: Path) -> None:
    full = Probe(module=lambda _: True, program=lambda name: name, library=lambda _: True, system="linux")
    assert not [*missing_for_environment(full), *missing_for_build(full), *missing_for_runner(full)]
    assert not missing_for_tests(full)
    provide([], USER_ON_DEBIAN, console, tmp_path)
    assert printed.getvalue() == ""


def test_windows_and_mac_need_no_linux_libraries() -> None:
    for system in ("win32", "darwin"):
        probe = Probe(program=lambda _: None, library=lambda _: False, system=system)
        assert not [*missing_for_window(probe), *missing_for_runner(probe), *missing_for_tests(probe)]


def test_install_line_names_each_package_once() -> None:
    lacks = [Lack("a", ("x", "y"), Need.REQUIRED), Lack("b", ("y",), Need.WINDOW)]
    assert install_line(lacks).endswith("install -y x y")


def test_every_window_library_has_a_package() -> None:
    assert all(name.startswith("lib") and package.startswith("lib") for name, package in QT_LIBRARIES.items())


@pytest.mark.parametrize(
    ("environment", "system", "expected"),
    [
        ({}, "linux", False),
        ({"DISPLAY": ""}, "linux", False),
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({"QT_QPA_PLATFORM": "offscreen"}, "linux", True),
        ({}, "darwin", True),
        ({}, "win32", True),
    ],
)
def test_display_is_found(environment: dict[str, str], system: str, expected: bool) -> None:
    assert has_display(environment, system) is expected


def test_machine_tells_its_room(tmp_path: Path) -> None:
    assert (free_memory() or 1) > 0
    assert free_disk(tmp_path / "not" / "there" / "yet") > 0
    assert len(cpu_key()) == 12
    assert cpu_key() == cpu_key()
