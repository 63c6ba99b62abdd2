"""The walls around the reader process: what a parser that a hostile file took over could still reach, and do.

On Linux no file but those of the Python installation and of its own scratch folder, no network, no other process.
"""

import ctypes
import os
import site
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from pathlib import Path

import desktop
from desktop.platform_support.landlock import restrict_files
from desktop.platform_support.seccomp import forbid_system_calls
from desktop.protocol.reader_messages import Walls
from desktop.reading.limits import MEMORY, limit_process, lower_priority

CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
# libraries, their data and fonts; what Python and OpenVINO ask the kernel about this process and the processor
SYSTEM_PLACES = (
    "/usr /lib /lib32 /lib64 /app /nix/store /gnu/store /run/current-system/profile "
    "/etc/ld.so.cache /etc/ld.so.conf /etc/ld.so.conf.d /etc/localtime /etc/timezone /etc/mime.types /etc/httpd "
    "/etc/apache /etc/apache2 /etc/fonts "
    "/dev/null /dev/zero /dev/random /dev/urandom "
    "/proc/self /proc/cpuinfo /proc/meminfo /proc/stat /proc/sys/vm /sys/devices/system"
).split()


def enter_walls(background: bool, scratch: Path, readable: Sequence[Path] = (), memory: int = MEMORY) -> Walls:
    """Puts up every wall this computer offers. Call it before threads start and before any file is opened.

    `scratch` is the one folder that may be written to; `readable` may be read besides the installation.
    """
    standing, missing = limit_process(memory)
    if background:
        (standing if lower_priority() else missing).append("low priority")
    (standing if cut_network() else missing).append("a network of its own, empty")
    version = restrict_files([*places_of_python(scratch), *map(Path, SYSTEM_PLACES), *readable], [scratch])
    (standing if version else missing).append(f"landlock {version}" if version else "landlock")
    (standing if forbid_system_calls() else missing).append("seccomp")
    return Walls(tuple(standing), tuple(missing))


def cut_network() -> bool:
    """A network namespace of our own has no way out. As root alone; else inside a user namespace, where allowed."""
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "unshare"):
        return False
    return libc.unshare(CLONE_NEWNET) == 0 or libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0


def places_of_python(scratch: Path) -> list[Path]:
    """Where modules and libraries are imported from later, without the places that hold more than a program."""
    private = (Path(os.path.expanduser("~")).resolve(), scratch.resolve())
    found = [Path(desktop.__file__).resolve().parent]
    for place in _installed():
        if place.is_absolute() and not any(other.is_relative_to(place.resolve()) for other in private):
            found.append(place)
    return found


def _installed() -> Iterator[Path]:
    for prefix in {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}:
        yield Path(prefix)
        yield Path(prefix, "lib")
        yield Path(prefix, "lib64")
    yield from map(Path, sysconfig.get_paths().values())
    yield from map(Path, sys.path)
    yield from map(Path, [*site.getsitepackages(), site.getusersitepackages()])
    yield from (Path(place) for place in os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep) if place)
    if isinstance(bundle := getattr(sys, "_MEIPASS", None), str):
        yield Path(bundle)
