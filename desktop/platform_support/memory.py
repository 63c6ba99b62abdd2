"""How much memory is free, and what the end of a process would add to it, from the operating system."""

import ctypes
import os
import sys
from pathlib import Path


def free_memory() -> int:
    """Bytes that a new program can have without swapping; a generous guess where the system doesn't say."""
    if sys.platform == "win32":
        return _windows()
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    try:
        # macOS frees its caches on demand: half of all memory is a fair figure
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    except (ValueError, OSError):
        return 8 << 30


def held_memory(pid: int | None) -> int:
    """Bytes that `free_memory` would grow by at the end of this process; 0 for none."""
    if pid is None or sys.platform == "darwin":  # there `free_memory` does not fall either
        return 0
    if sys.platform == "win32":
        return _windows_held(pid)
    try:
        told = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    # files that are mapped, as weights are, count as free all the time
    own = (line.split() for line in told if line.startswith(("RssAnon:", "RssShmem:")))
    return sum(int(words[1]) * 1024 for words in own)


def total_memory() -> int:
    """Bytes of memory that this computer has; a container's limit counts as all there is."""
    if sys.platform == "win32":
        return _windows_status().total
    try:
        whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return 8 << 30
    return min(whole, _container_limit() or whole)


def _container_limit() -> int:
    """0 where there is none."""
    try:
        return int(Path("/sys/fs/cgroup/memory.max").read_text())
    except (OSError, ValueError):
        return 0


class _MemoryStatus(ctypes.Structure):
    _fields_ = (
        ("length", ctypes.c_ulong),
        ("load", ctypes.c_ulong),
        *(
            (name, ctypes.c_ulonglong)
            for name in ("total", "free", "page", "free_page", "virtual", "free_virtual", "x")
        ),
    )


def _windows() -> int:
    return int(_windows_status().free)


def _windows_held(pid: int) -> int:
    import psutil

    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0


def _windows_status() -> _MemoryStatus:
    status = _MemoryStatus(length=ctypes.sizeof(_MemoryStatus))
    ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))  # type: ignore[attr-defined]  # Windows only
    return status
