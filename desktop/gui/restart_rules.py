"""When a dead engine is started again: after 0.5 s, 2 s, 8 s, and not at all after three crashes in two minutes.

Pure arithmetic on times in seconds; starts nothing.
"""

DELAYS = (0.5, 2.0, 8.0)
CRASHES, PERIOD = 3, 120.0
MEMORY = 600.0  # a crash this long ago no longer makes the wait longer


class RestartRules:
    """Counts crashes. Times are seconds of any clock that only goes forward."""

    def __init__(self, delays: tuple[float, ...] = DELAYS) -> None:
        self._delays = delays
        self._crashes: list[float] = []

    def after_crash(self, now: float) -> float | None:
        """Seconds to wait before the next start, or None: give up and say why."""
        self._crashes = [*(at for at in self._crashes if now - at < MEMORY), now]
        if sum(now - at < PERIOD for at in self._crashes) >= CRASHES:
            return None
        return self._delays[min(len(self._crashes), len(self._delays)) - 1]

    def forget(self) -> None:
        """The person asked to try again: counting starts anew."""
        self._crashes = []
