"""Waiting for an engine, longer than tests would, and with few questions so that little of its time is taken."""

import time
from collections.abc import Callable

from desktop.protocol import engine_messages as m
from tests.support.running_engine import RunningEngine

PATIENCE = 5_400.0


def wait_for(engine: RunningEngine, wanted: Callable[[m.Status], bool], pause: float = 0.1) -> m.Status:
    deadline = time.monotonic() + PATIENCE
    while not wanted(status := engine.status()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"it never came: {status.counts} {status.progress}")
        time.sleep(pause)
    return status


def wait_for_rest(engine: RunningEngine) -> m.Status:
    return wait_for(engine, lambda status: status.progress.phase == "idle")


def found_after(engine: RunningEngine, word: str, started: float) -> float:
    """Seconds from `started` until a search finds a passage that holds the word."""
    deadline = time.monotonic() + PATIENCE
    while not any(word in passage.text for passage in engine.search(word, 1)):
        if time.monotonic() > deadline:
            raise TimeoutError("the change was never found")
        time.sleep(0.02)
    return time.monotonic() - started
