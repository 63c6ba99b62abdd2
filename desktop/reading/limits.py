"""Walls around the reader process: memory, open files, priority, network, and an end when its parent is gone.

Each is tried; what this computer doesn't offer is reported, never an error.
"""

import ctypes
import os
import sys
import threading

MEMORY = 1536 * 1024 * 1024
OPEN_FILES = 64
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
PARENT_CHECK_SECONDS = 2.0
BELOW_NORMAL = 0x4000


def limit_process(background: bool) -> dict[str, bool]:
    """Which walls stand now. Call it before threads start and before any file is opened."""
    walls = {"network": cut_network()}
    walls["limits"] = _limit_resources()
    if background:
        walls["priority"] = _lower_priority()
    return walls


def _limit_resources() -> bool:
    if sys.platform == "win32":
        return False
    import resource

    wanted = [(resource.RLIMIT_NOFILE, OPEN_FILES), (resource.RLIMIT_CORE, 0)]
    if sys.platform == "linux":  # macOS refuses RLIMIT_AS
        wanted.append((resource.RLIMIT_AS, MEMORY))
    for limit, value in wanted:
        hard = resource.getrlimit(limit)[1]
        ceiling = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(limit, (ceiling, ceiling))
    return sys.platform == "linux"


def _lower_priority() -> bool:
    try:
        if sys.platform == "win32":
            kernel = ctypes.windll.kernel32
            return bool(kernel.SetPriorityClass(kernel.GetCurrentProcess(), BELOW_NORMAL))
        os.nice(10)
    except OSError:
        return False
    return True


def cut_network() -> bool:
    """A network namespace of our own has no way out. As root alone; else inside a user namespace, where allowed."""
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "unshare"):
        return False
    return libc.unshare(CLONE_NEWNET) == 0 or libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0


def end_with_parent() -> None:
    """End of input ends us between files; a parent killed while we read is noticed by its changed id."""
    if sys.platform == "win32":
        return
    parent = os.getppid()

    def watch() -> None:
        pause = threading.Event()
        while os.getppid() == parent:
            pause.wait(PARENT_CHECK_SECONDS)
        os._exit(0)

    threading.Thread(target=watch, name="parent", daemon=True).start()
