"""When indexing gives way to the user: it waits on battery, and takes half the cores while somebody is there."""

import os
import time
from collections.abc import Callable

_ACTIVE_SECONDS = 60.0
_LOOK_EVERY = 10.0


class GivingWay:
    """`save_battery` says whether to wait on battery; `clock` gives seconds. Any thread may call `user_is_active`."""

    def __init__(
        self,
        save_battery: Callable[[], bool],
        on_battery: Callable[[], bool],
        clock: Callable[[], float] = time.monotonic,
        cores: int = os.cpu_count() or 1,
    ) -> None:
        self._save_battery, self._on_battery = save_battery, on_battery
        self._clock, self._cores = clock, cores
        self._last_active = self._last_look = float("-inf")
        self._battery = False

    def user_is_active(self) -> None:
        self._last_active = self._clock()

    @property
    def beside_a_user(self) -> bool:
        """Somebody was at the window since the engine started."""
        return self._last_active > float("-inf")

    @property
    def threads(self) -> int | None:
        """How many the embedder may use; None: as many as it likes."""
        active = self._clock() - self._last_active < _ACTIVE_SECONDS
        return max(1, self._cores // 2) if active else None

    @property
    def must_wait(self) -> bool:
        """The computer runs on its battery, which the user wants to keep."""
        if not self._save_battery():
            self._last_look = float("-inf")
            return False
        if self._clock() - self._last_look > _LOOK_EVERY:
            self._last_look = self._clock()
            self._battery = self._on_battery()
        return self._battery
