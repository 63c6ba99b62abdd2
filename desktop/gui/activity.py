"""Tells the engine that somebody is at the computer, so that indexing leaves them half the cores. Reads no key."""

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication

from desktop.gui.engine_client import EngineClient
from desktop.protocol.common_messages import Nothing
from desktop.protocol.engine_messages import USER_ACTIVE

LOOK_EVERY = 20_000  # milliseconds


class Activity(QObject):
    """Looks from time to time whether the pointer or the focus moved: wherever on the screen that can be seen."""

    def __init__(self, client: EngineClient) -> None:
        super().__init__()
        self._client = client
        self._last = self._now()
        self._timer = QTimer(self, interval=LOOK_EVERY)
        self._timer.timeout.connect(self.look)
        client.engine_started.connect(self._begin)

    def _begin(self, _greeting: object) -> None:
        self._client.call(USER_ACTIVE, Nothing())  # somebody opened the window
        self._timer.start()

    def look(self) -> None:
        now = self._now()
        if now != self._last:
            self._client.call(USER_ACTIVE, Nothing())
        self._last = now

    def _now(self) -> tuple[int, int, int]:
        pointer = QCursor.pos()
        return pointer.x(), pointer.y(), id(QApplication.focusWidget())
