"""How much memory processes hold and held at most, in bytes."""

import re
import resource
import sys
from pathlib import Path

import psutil


def peak_memory() -> int:
    """The most this process ever held. A child begins with its parent's peak in `getrusage`, so /proc comes first."""
    return peak_of("self") or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (
        1 if sys.platform == "darwin" else 1024
    )


def peak_of(pid: int | str) -> int:
    """The most a process ever held; 0 where the system doesn't say."""
    try:
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0


def memory_of(pid: int) -> int:
    return psutil.Process(pid).memory_info().rss
