"""`python -m desktop.llm.probe`: loads the native build that its environment names, multiplies two matrices on each of
its GPUs, and prints what it found (`--say`: in words). A driver that crashes or hangs does it here, where nobody waits
for an answer.
"""

import contextlib
import dataclasses
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop.llm.devices import Device
from desktop.llm.native_builds import LIBRARY_VARIABLE, NativeBuild
from desktop.llm.stopping import ModelLoadStopped, Stopped, never
from desktop.platform_support.environment import child_environment, harden

# the first use of a driver may compile shaders
PROBE_SECONDS = 60.0
_LOOK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """`problem` says in a sentence why the build's GPU can't be used, or is empty.

    `again_at` is when another try is worth its time, in seconds since 1970; it counts only where there is a problem.
    """

    devices: tuple[Device, ...]
    problem: str
    again_at: float = 0.0


def probe_build(build: NativeBuild, stopped: Stopped = never, seconds: float = PROBE_SECONDS) -> ProbeResult:
    """Tries a build in a process of its own. Raises ModelLoadStopped once it is `stopped`."""
    probe = subprocess.Popen(
        [sys.executable, "-m", "desktop.llm.probe"],
        env={**child_environment(), **build.environment()},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    with probe:
        output = _output(probe, stopped, time.monotonic() + seconds)
    if output is None:
        return ProbeResult((), f"It did not answer within {seconds:.0f} seconds.")
    if probe.returncode != 0:
        return ProbeResult((), "Its driver could not be loaded." if probe.returncode > 0 else "Its driver crashed.")
    return _read(output)


def _output(probe: "subprocess.Popen[bytes]", stopped: Stopped, deadline: float) -> bytes | None:
    """None after the deadline."""
    try:
        while not stopped():
            with contextlib.suppress(subprocess.TimeoutExpired):
                return probe.communicate(timeout=min(_LOOK_SECONDS, max(0.0, deadline - time.monotonic())))[0]
            if time.monotonic() >= deadline:
                return None
        raise ModelLoadStopped
    finally:
        # a driver may hang in it
        probe.kill()


def _read(output: bytes) -> ProbeResult:
    try:
        told: dict[str, Any] = json.loads(output.splitlines()[-1])
        devices = tuple(Device(**device) for device in told["devices"])
        right = bool(told["right"])
    except (ValueError, LookupError, TypeError):
        return ProbeResult((), "It could not be tried.")
    if not devices:
        return ProbeResult((), "No graphics card was found.")
    return ProbeResult(devices, "" if right else "It computes wrong numbers.")


def main() -> None:
    if sys.argv[1:] == ["--say"]:
        sys.stdout.write(f"{_in_words(probe_build(NativeBuild('', Path(os.environ[LIBRARY_VARIABLE]))))}\n")
        return
    _probe_here()


def _in_words(result: ProbeResult) -> str:
    """The names of the GPUs; nothing where none can be used."""
    return "" if result.problem else ", ".join(device.description for device in result.devices)


def _probe_here() -> None:
    harden()
    replies = os.dup(1)
    # what native code prints must not mix with the answer
    os.dup2(2, 1)
    from desktop.llm.llama import LlamaLibrary

    ggml = LlamaLibrary().ggml
    told = {"devices": [dataclasses.asdict(device) for device in ggml.gpus()], "right": ggml.computes_right()}
    os.write(replies, json.dumps(told).encode() + b"\n")
    sys.stdout.flush()
    # a driver's own end is none of ours: some crash in it
    os._exit(0)


if __name__ == "__main__":
    main()
