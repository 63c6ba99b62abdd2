"""How fast this computer reads weights: what decides how fast a model answers. Kept in one small file; measured with
a model where there is one, else by copying memory.
"""

import ctypes
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path

from desktop.domain.models import Speed
from desktop.protocol.codec import ProtocolError, decode, encode

BLOCK = 32 << 20  # more than any cache of a usual processor
ROUNDS = 6
# Of the bytes that copying moves (each is read and written), what generation reads as weights: a guess, and the reason
# why a measurement with a model takes its place as soon as there is one.
SHARE = 0.8

Generate = Callable[[float], tuple[int, float]]


class SpeedFile:
    """Reads and keeps the last measurement."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Speed | None:
        try:
            return decode(Speed, json.loads(self._path.read_text("utf-8")))
        except (OSError, ValueError, ProtocolError, RecursionError):
            return None

    def keep(self, speed: Speed) -> Speed:
        """A measurement that can't be kept is still one."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fresh = self._path.with_suffix(".new")
            fresh.write_text(json.dumps(encode(speed)), "utf-8")
            fresh.replace(self._path)
        except OSError:
            pass
        return speed


def speed_of_run(model: str, size: int, tokens: int, seconds: float) -> Speed:
    """From a generation of `tokens` in `seconds` with weights of `size` bytes."""
    rate = tokens / max(seconds, 1e-6)
    return Speed(rate * size, model, round(rate, 1))


def copying_speed(threads: int) -> Speed:
    """Takes about half a second."""
    buffers = [(ctypes.create_string_buffer(BLOCK), ctypes.create_string_buffer(BLOCK)) for _ in range(threads)]
    for target, source in buffers:
        ctypes.memset(source, 1, BLOCK)
        ctypes.memmove(target, source, BLOCK)  # the pages are there before the clock starts
    workers = [threading.Thread(target=_copy, args=pair) for pair in buffers]
    started = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    seconds = time.perf_counter() - started
    return Speed(2 * BLOCK * ROUNDS * threads / seconds * SHARE, "", 0.0)


def _copy(target: object, source: object) -> None:
    for _ in range(ROUNDS):
        ctypes.memmove(target, source, BLOCK)  # type: ignore[arg-type]  # ctypes' own buffers
