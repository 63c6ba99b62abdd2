"""Limits of the reader process: memory, output, open files, time, priority; and an end when its parent is gone.

Each is tried; what this computer doesn't offer is reported, never an error. What it may reach is said in `walls`.
"""

import ctypes
import os
import signal
import sys
import threading
import time
from types import TracebackType

MEMORY = 1536 * 1024 * 1024
OUTPUT = 128 * 1024 * 1024
OPEN_FILES = 64
PARENT_CHECK_SECONDS = 2.0
GRACE_SECONDS = 10.0
BELOW_NORMAL = 0x4000


def limit_process(most: int = MEMORY, files: int = OPEN_FILES) -> tuple[list[str], list[str]]:
    """The limits that stand now and those this system doesn't have, in words. `most` bytes of memory, `files` open.

    Call it before threads start.
    """
    if sys.platform == "win32":
        return [], ["limits of memory, output and open files"]
    import resource

    wanted = [
        (resource.RLIMIT_FSIZE, OUTPUT, f"output {OUTPUT >> 20} MB"),
        (resource.RLIMIT_NOFILE, files, f"{files} open files"),
        (resource.RLIMIT_CORE, 0, "no core dumps"),
    ]
    memory = f"memory {most >> 20} MB"
    if sys.platform == "linux":  # macOS refuses RLIMIT_AS
        wanted.insert(0, (resource.RLIMIT_AS, most, memory))
    for limit, value, _ in wanted:
        hard = resource.getrlimit(limit)[1]
        ceiling = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(limit, (ceiling, ceiling))
    return [words for _, _, words in wanted], [] if sys.platform == "linux" else [memory]


def lower_priority() -> bool:
    try:
        if sys.platform == "win32":
            kernel = ctypes.windll.kernel32
            return bool(kernel.SetPriorityClass(kernel.GetCurrentProcess(), BELOW_NORMAL))
        os.nice(10)
    except OSError:
        return False
    return True


class RequestTime:
    """Has the kernel end this process when one request takes far too long.

    The engine counts `seconds` too, and comes first. This is for a parser that loops in native code, where no thread
    of ours gets its turn, after the engine is gone. Not `by_clock`: work that pauses is held by its processor time.
    """

    def __init__(self, seconds: float, grace: float = GRACE_SECONDS, *, by_clock: bool = True) -> None:
        self._wall, self._by_clock = seconds + grace, by_clock
        self._processor = int(self._wall * (os.cpu_count() or 1)) + 1
        self._used = float("-inf")
        if sys.platform != "win32":
            for number in (signal.SIGALRM, signal.SIGXCPU):  # whoever started us may have set them to be ignored
                signal.signal(number, signal.SIG_DFL)

    def __enter__(self) -> None:
        """For the length of one request, on the main thread."""
        if sys.platform == "win32":
            return
        import resource

        used = time.process_time()
        if used - self._used > 1:  # a small file costs less than setting it anew
            self._used = used
            hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
            wanted = int(used) + self._processor + 1
            resource.setrlimit(
                resource.RLIMIT_CPU, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard)
            )
        if self._by_clock:
            signal.setitimer(signal.ITIMER_REAL, self._wall)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if sys.platform != "win32":
            signal.setitimer(signal.ITIMER_REAL, 0)


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
