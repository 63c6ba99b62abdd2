"""A field of a few lines for a setting that is a text. Tells of a change once typing has rested, or the focus left."""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QPlainTextEdit

from desktop.gui.theme import grid

REST = 600  # milliseconds without a key


class SettingText(QPlainTextEdit):
    """Never longer than `most` characters; Tab leaves it. Signals: `text_settled(str)`."""

    text_settled = Signal(str)

    def __init__(self, most: int) -> None:
        super().__init__()
        self.setObjectName("rules")  # looks like the other field of several lines
        self.setTabChangesFocus(True)
        self.setFixedHeight(grid(20))
        self._most = most
        self._told = ""
        self._later = QTimer(self, singleShot=True, interval=REST)
        self._later.timeout.connect(self._tell)
        self.textChanged.connect(self._changed)

    def show_value(self, text: str) -> None:
        """Unless it is being written in."""
        if not self.hasFocus() and text != self.toPlainText():
            self._told = text
            self.setPlainText(text)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._tell()

    def _changed(self) -> None:
        text = self.toPlainText()
        if len(text) > self._most:
            cursor = self.textCursor()
            place = min(cursor.position(), self._most)
            self.setPlainText(text[: self._most])
            cursor = self.textCursor()
            cursor.setPosition(place)
            self.setTextCursor(cursor)
            return
        self._later.start()

    def _tell(self) -> None:
        self._later.stop()
        text = self.toPlainText()
        if text != self._told:
            self._told = text
            self.text_settled.emit(text)
