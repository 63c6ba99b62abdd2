"""A sheet over the composer, opened and closed by one of its controls. A part of the window, no window."""

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QVBoxLayout, QWidget

from desktop.gui.controls import column
from desktop.gui.theme import grid

GAP = grid(1)


class ComposerSheet(QFrame):
    """`inside` takes its parts. It closes by Escape, and when the focus goes elsewhere."""

    def __init__(self, name: str, frame: QWidget, opener: QWidget) -> None:
        super().__init__(frame.window())
        self._frame, self._opener = frame, opener
        self.setProperty("look", "card")
        self.setAccessibleName(name)
        self.inside: QVBoxLayout = column(2, (4, 3, 4, 3))
        self.setLayout(self.inside)
        self.hide()
        frame.window().installEventFilter(self)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._focus_moved)

    def toggle(self) -> None:
        if self.isVisible():
            self.close_up()
        else:
            self.open_up()

    def open_up(self) -> None:
        if self.parentWidget() is not self._frame.window():
            # the composer was set into its window after this was made
            self.setParent(self._frame.window())
            self._frame.window().installEventFilter(self)
        self.fill()
        self.place()
        self.show()
        self.raise_()
        self.first().setFocus(Qt.FocusReason.PopupFocusReason)

    def close_up(self) -> None:
        had_focus = self.isAncestorOf(QApplication.focusWidget() or self._opener)
        self.hide()
        if had_focus:
            self._opener.setFocus(Qt.FocusReason.PopupFocusReason)

    def fill(self) -> None:
        """Shows what holds now."""

    def first(self) -> QWidget:
        """What gets the focus."""
        return self

    def place(self) -> None:
        """Right above the composer and as wide, as high as what is in it, where the window has the room."""
        corner = self._frame.mapTo(self._frame.window(), QPoint(0, 0))
        wanted = max(self.inside.totalHeightForWidth(self._frame.width()), self.inside.totalMinimumSize().height())
        height = min(max(wanted, self.inside.sizeHint().height()), max(corner.y() - 2 * GAP, grid(20)))
        self.setGeometry(corner.x(), corner.y() - height - GAP, self._frame.width(), height)

    def event(self, event: QEvent) -> bool:
        # else Escape would go to the window's own shortcut
        escape = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
        if escape and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_up()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            QTimer.singleShot(0, self, self.place)  # once the composer has its new place
        return False

    def _focus_moved(self, _before: QWidget | None, now: QWidget | None) -> None:
        inside = now is None or now is self or self.isAncestorOf(now) or now is self._opener
        if self.isVisible() and not inside:
            self.hide()
