"""Tells which footnote's words the pointer is over, in any view of the reader. Draws nothing."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget


class PointedNote(QObject):
    """Signals: `changed(n)` when the pointer comes over the words of another footnote, 0 for none."""

    changed = Signal(int)

    def __init__(self, surface: QWidget, note_at: Callable[[QPoint], int]) -> None:
        """`note_at` gets a place on the surface."""
        super().__init__(surface)
        self._note_at = note_at
        self._n = 0
        surface.setMouseTracking(True)
        surface.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QMouseEvent) and event.type() is QEvent.Type.MouseMove:
            self._tell(self._note_at(event.position().toPoint()))
        elif event.type() in (QEvent.Type.Leave, QEvent.Type.Hide):
            self._tell(0)
        return False

    def _tell(self, n: int) -> None:
        if n != self._n:
            self._n = n
            self.changed.emit(n)
