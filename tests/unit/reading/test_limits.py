"""What the kernel does to a reader that takes too long, and which ending an exit code means."""

import signal
import subprocess
import sys
import time
from importlib import metadata

import pytest

from desktop.platform_support.environment import child_environment
from desktop.reading.endings import Ending, ending_of
from desktop.reading.version import PARSERS, reader_version

# no thread of Python's gets its turn in the loop: only the kernel can end it
LOOP = "import itertools, collections; collections.deque(itertools.repeat(0), maxlen=0)"
on_posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals of this kind")


def run_behind_limits(script: str, seconds: float, grace: float = 0.0) -> tuple[int, str]:
    """(exit code, what it printed)"""
    lines = ["from desktop.reading.limits import RequestTime", f"time = RequestTime({seconds}, {grace})", script]
    environment = {**child_environment(), "PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run([sys.executable, "-c", "\n".join(lines)], env=environment, capture_output=True, timeout=60)
    return done.returncode, done.stdout.decode()


@on_posix
def test_a_loop_in_native_code_is_ended_by_the_kernel() -> None:
    started = time.monotonic()
    code, _ = run_behind_limits(f"with time:\n    {LOOP}", 0.3)
    assert ending_of(code) is Ending.TIMED_OUT
    assert time.monotonic() - started < 30


@on_posix
def test_processor_time_is_bounded_though_no_clock_runs() -> None:
    script = f"import signal\nwith time:\n    signal.setitimer(signal.ITIMER_REAL, 0)\n    {LOOP}"
    code, _ = run_behind_limits(script, 0.2)
    assert -code == signal.SIGXCPU
    assert ending_of(code) is Ending.TIMED_OUT


@on_posix
def test_each_request_has_its_whole_time() -> None:
    script = """
import signal, threading
for _ in range(3):
    with time:
        threading.Event().wait(0.5)
        left = signal.getitimer(signal.ITIMER_REAL)[0]
threading.Event().wait(1)
print(0 < left < 1, signal.getitimer(signal.ITIMER_REAL)[0])
"""
    assert run_behind_limits(script, 0.8, 0.2) == (0, "True 0.0\n")


@on_posix
def test_exit_codes() -> None:
    endings = {
        Ending.CRASHED: "SEGV ABRT BUS ILL FPE SYS",
        Ending.TIMED_OUT: "ALRM XCPU",
        Ending.KILLED: "KILL TERM INT HUP",
    }
    for ending, names in endings.items():
        for name in names.split():
            assert ending_of(-getattr(signal, f"SIG{name}")) is ending, name
    for code in (None, 0, 1, 70):
        assert ending_of(code) is Ending.CRASHED


def test_the_readers_version_names_its_parsers() -> None:
    told = reader_version()
    assert f"pypdfium2 {metadata.version('pypdfium2')}" in told
    assert all(f" {name} " in told for name in PARSERS)
