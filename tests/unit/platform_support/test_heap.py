"""Memory that is freed goes back to the system, also where small pieces of it are still in use."""

import ctypes
import subprocess
import sys

import pytest

from desktop.platform_support.environment import child_environment

# threads that come and go take large pieces of memory and keep a small one made between them, as libraries do
TAKE_AND_FREE = """
import ctypes, sys, threading
from pathlib import Path
from desktop.platform_support.heap import give_memory_back
if sys.argv[1] == "back":
    give_memory_back()
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]
def work():
    taken = []
    for _ in range(5):
        for size in (30 << 20, 8 << 20, 2 << 20):
            piece = libc.malloc(size)
            ctypes.memset(piece, 1, size)
            libc.malloc(2000)
            taken.append(piece)
        while taken:
            libc.free(taken.pop())
for _ in range(4):
    threads = [threading.Thread(target=work) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
status = Path("/proc/self/status").read_text()
print(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")))
"""


def held(how: str) -> int:
    """kB."""
    command = [sys.executable, "-c", TAKE_AND_FREE, how]
    return int(subprocess.run(command, env=child_environment(), capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "mallopt"), reason="the C library is not glibc"
)
def test_large_pieces_go_back_when_they_are_freed() -> None:
    assert held("back") < 40_000 < 60_000 < held("kept")
