"""What this computer has: memory, disk, display, administrator rights, package system, GPU, kind of CPU."""

import ctypes
import hashlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from installer.problems import SetupProblem

HEADLESS_PLATFORMS = ("offscreen", "minimal", "vnc")


def free_memory() -> int | None:
    """Bytes that programs may still take; None where the system doesn't tell."""
    if sys.platform == "win32":
        return _free_memory_windows()
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    # macOS keeps almost nothing "free" by design, so that all of its memory is what counts.
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError):
        return None


def _free_memory_windows() -> int | None:
    class Status(ctypes.Structure):
        _fields_ = (
            ("length", ctypes.c_ulong),
            ("load", ctypes.c_ulong),
            *((name, ctypes.c_ulonglong) for name in ("total", "available", "a", "b", "c", "d", "e")),
        )

    status = Status(length=ctypes.sizeof(Status))
    if sys.platform != "win32" or not ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):
        return None
    return int(status.available)


def free_disk(folder: Path) -> int:
    """Bytes free where `folder` is or would be made."""
    return shutil.disk_usage(_existing(folder)).free


def check_writable(folder: Path) -> None:
    """Raises SetupProblem when `folder` can't be written or made."""
    existing = _existing(folder)
    if not os.access(existing, os.W_OK) or not existing.is_dir():
        raise SetupProblem(
            f"Nothing can be written to {existing}.",
            "Run this as the user who owns it, copy the project to a folder of your own, or choose other folders for "
            "data and cache with FOOTNOTE_HOME and FOOTNOTE_CACHE.",
        )


def _existing(folder: Path) -> Path:
    return next(place for place in (folder, *folder.parents) if place.exists())


def has_display(environment: Mapping[str, str] = os.environ, system: str = sys.platform) -> bool:
    """Whether a window can be shown. macOS and Windows always have a desktop."""
    if environment.get("QT_QPA_PLATFORM", "").partition(":")[0] in HEADLESS_PLATFORMS:
        return True
    if system in ("darwin", "win32"):
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def is_administrator() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0


def has_apt() -> bool:
    return sys.platform == "linux" and shutil.which("apt-get") is not None


def has_nvidia_gpu() -> bool:
    program = shutil.which("nvidia-smi")
    if program is None:
        return False
    listed = subprocess.run([program, "-L"], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    return listed.returncode == 0 and "GPU" in listed.stdout


def cpu_key() -> str:
    """Short key of what the CPU can do: a native build for one key may be an illegal instruction on another."""
    return hashlib.sha256(f"{platform.machine()} {_cpu_features()}".encode()).hexdigest()[:12]


def _cpu_features() -> str:
    if sys.platform == "darwin":
        command = ["sysctl", "-n", "machdep.cpu.brand_string"]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor()
    features = next((line for line in lines if line.startswith(("flags", "Features"))), "")
    return " ".join(sorted(features.partition(":")[2].split()))
