"""Finds out, before anything slow starts, what the system lacks, and installs it or prints the one line that does.

Only looks; what is done about a lack stands in `system_packages.py`.
"""

import ctypes
import importlib.util
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

QT_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xinerama.so.0": "libxcb-xinerama0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
}
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")
TEST_PROGRAMS = {"xvfb-run": "xvfb", "xauth": "xauth", "xdotool": "xdotool"}


class Need(Enum):
    """What happens when it stays missing."""

    REQUIRED = "set-up can't go on without it"
    WINDOW = "the window can't open without it; the terminal commands work"
    TESTS = "tests that need it are skipped"


@dataclass(frozen=True, slots=True)
class Lack:
    """Something the system lacks: said in words, with the Debian packages that bring it."""

    what: str
    packages: tuple[str, ...]
    need: Need


@dataclass(frozen=True, slots=True)
class Probe:
    """How to look at the system; tests give their own."""

    module: Callable[[str], bool] = lambda name: importlib.util.find_spec(name) is not None
    program: Callable[[str], str | None] = shutil.which
    library: Callable[[str], bool] = lambda name: _loads(name)
    system: str = sys.platform


def missing_for_environment(probe: Probe) -> list[Lack]:
    """Debian and Ubuntu ship a `python3` that can't make environments."""
    if probe.module("venv") and probe.module("ensurepip"):
        return []
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    return [Lack("Python's venv and pip", (package,), Need.REQUIRED)]


def missing_for_build(probe: Probe) -> list[Lack]:
    """llama.cpp is built here; cmake and ninja come with the environment."""
    if probe.system == "win32":
        return []
    c = os.environ.get("CC") or next((name for name in ("cc", "gcc", "clang") if probe.program(name)), None)
    cpp = os.environ.get("CXX") or next((name for name in ("c++", "g++", "clang++") if probe.program(name)), None)
    if c and cpp:
        return []
    return [Lack("a C and C++ compiler", ("build-essential",), Need.REQUIRED)]


def missing_for_runner(probe: Probe) -> list[Lack]:
    if probe.system != "linux" or probe.library("libgomp.so.1"):
        return []
    return [Lack("the OpenMP library that llama.cpp uses", ("libgomp1",), Need.REQUIRED)]


def missing_for_window(probe: Probe) -> list[Lack]:
    if probe.system != "linux":
        return []
    libraries = {name: package for name, package in QT_LIBRARIES.items() if not probe.library(name)}
    lacks: list[Lack] = []
    if libraries:
        what = f"libraries that the window needs ({', '.join(libraries)})"
        lacks.append(Lack(what, tuple(libraries.values()), Need.WINDOW))
    if not _has_fonts():
        lacks.append(Lack("fonts", ("fonts-dejavu-core",), Need.WINDOW))
    return lacks


def missing_for_tests(probe: Probe) -> list[Lack]:
    if probe.system != "linux":
        return []
    programs = {name: package for name, package in TEST_PROGRAMS.items() if probe.program(name) is None}
    if not programs:
        return []
    return [
        Lack(f"programs for tests with a real window ({', '.join(programs)})", tuple(programs.values()), Need.TESTS)
    ]


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _has_fonts() -> bool:
    folders = (Path(folder).expanduser() for folder in FONT_FOLDERS)
    return any(path.suffix in (".ttf", ".otf", ".ttc", ".pfb") for folder in folders for path in folder.rglob("*"))
