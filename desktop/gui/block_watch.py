"""Notices when the event loop was blocked for over 50 ms and logs for how long. Mends nothing."""

import logging
import time

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication

TICK = 40  # milliseconds
LIMIT = 0.05  # seconds
log = logging.getLogger("window.blocks")


class BlockWatch(QObject):
    """Signals: `event_loop_blocked(seconds)`."""

    event_loop_blocked = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self._last = time.monotonic()
        self._timer = QTimer(self, interval=TICK)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self.worst = 0.0

    def start(self, application: QGuiApplication) -> None:
        """Ticks only while the window is in use: an idle computer is left to sleep."""
        application.applicationStateChanged.connect(self._follow)
        self._follow(application.applicationState())

    def _follow(self, state: Qt.ApplicationState) -> None:
        self._last = time.monotonic()
        if state == Qt.ApplicationState.ApplicationActive:
            self._timer.start()
        else:
            self._timer.stop()

    def _tick(self) -> None:
        now = time.monotonic()
        blocked = now - self._last - TICK / 1000
        self._last = now
        if blocked > LIMIT:
            self.worst = max(self.worst, blocked)
            log.info("blocked %.0f ms", blocked * 1000)
            self.event_loop_blocked.emit(blocked)
