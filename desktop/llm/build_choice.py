"""Chooses the native build that the model runner loads: the best one whose GPU works here, else the processor's.

Each is tried once for a driver and a build (`probe`), and what was found is remembered in a small file; what failed is
tried again after a day, or when somebody wishes it.
"""

import dataclasses
import json
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from desktop.llm.devices import Device
from desktop.llm.hardware import card_memory, room_on_card
from desktop.llm.native_builds import PROCESSOR, NativeBuild, driver_stamp, gpu_builds
from desktop.llm.probe import ProbeResult, probe_build
from desktop.llm.stopping import Stopped, never
from desktop.platform_support.memory import free_memory

MEMORY = "probes.json"
# a busy computer, a card that was not plugged in, a user who may not use it yet: tomorrow it may be otherwise
_FAILED_SECONDS = 24 * 3600.0
# after a good probe it may end an answer again
_GRUDGE_SECONDS = 7 * 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Choice:
    """`note` says in a sentence why there is a GPU that is not used, or is empty."""

    build: NativeBuild
    note: str = ""


class BuildChoice:
    """`root` holds the builds that were made for GPUs, each in a folder; `processor` is taken where none works.
    Thread-safe.
    """

    def __init__(
        self,
        root: Path,
        probe: Callable[[NativeBuild, Stopped], ProbeResult] = probe_build,
        clock: Callable[[], float] = time.time,
        processor: NativeBuild = PROCESSOR,
    ) -> None:
        self._root, self._probe, self._clock, self._processor = root, probe, clock, processor
        self._lock = threading.Lock()

    def choose(self, stopped: Stopped = never) -> Choice:
        """May take as long as a probe, the first time with a new driver or build. Raises ModelLoadStopped when one is
        `stopped`; then nothing is remembered of it.
        """
        note = ""
        with self._lock:
            for build in gpu_builds(self._root):
                result = self._known(build, stopped)
                if not result.problem:
                    return Choice(build)
                note = note or f"The graphics card is not used. {result.problem}"
        return Choice(self._processor, note)

    def card_memory(self) -> int | None:
        """Bytes that were free on the cards when the build was tried that is chosen now, without those of the computer;
        0 without a card, None where one was not tried yet. Tries nothing.
        """
        for build in gpu_builds(self._root):
            known = self._remembered(_key(build))
            if known is None:
                return None
            if not known.problem:
                return card_memory(known.devices)
        return 0

    def memory_for_models(self) -> int:
        """Bytes that a model may take now, with what the cards were found to add. Tries nothing."""
        return free_memory() + room_on_card(self.card_memory() or 0)

    def failed(self, build: NativeBuild, problem: str) -> None:
        """`build` passed its probe and failed at work: it is not chosen again for a week, unless its driver or itself
        changes: it may have been the driver, or somebody who ended the process.
        """
        with self._lock:
            self._remember(_key(build), ProbeResult((), problem, self._clock() + _GRUDGE_SECONDS))

    def try_again(self) -> bool:
        """Forgets what failed: it is tried with the next start of the runner. False where nothing had failed."""
        with self._lock:
            known = self._read()
            good = {key: told for key, told in known.items() if (result := _decoded(told)) and not result.problem}
            if len(good) == len(known):
                return False
            self._write(good)
            return True

    def _known(self, build: NativeBuild, stopped: Stopped) -> ProbeResult:
        key = _key(build)
        known = self._remembered(key)
        if known is not None:
            return known
        result = self._probe(build, stopped)
        if result.problem:
            result = dataclasses.replace(result, again_at=self._clock() + _FAILED_SECONDS)
        self._remember(key, result)
        return result

    def _remembered(self, key: str) -> ProbeResult | None:
        """None where it must be tried."""
        known = _decoded(self._read().get(key))
        if known is not None and known.problem and self._clock() >= known.again_at:
            return None
        return known

    def _remember(self, key: str, result: ProbeResult) -> None:
        self._write({**self._read(), key: dataclasses.asdict(result)})

    def _write(self, kept: dict[str, Any]) -> None:
        self._root.mkdir(parents=True, exist_ok=True)
        fresh = self._root / f"{MEMORY}.new"
        fresh.write_text(json.dumps(kept, indent=1), encoding="utf-8")
        os.replace(fresh, self._root / MEMORY)

    def _read(self) -> dict[str, Any]:
        try:
            told: Any = json.loads((self._root / MEMORY).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return cast("dict[str, Any]", told) if isinstance(told, dict) else {}


def _key(build: NativeBuild) -> str:
    return f"{build.gpu} {build.stamp} {driver_stamp()}"


def _decoded(told: Any) -> ProbeResult | None:
    """None for what this version did not write: it is tried again."""
    try:
        return ProbeResult(
            tuple(Device(**device) for device in told["devices"]), str(told["problem"]), float(told["again_at"])
        )
    except (TypeError, LookupError):
        return None
