"""Short messages at the foot of the window, each with at most one action such as Undo. Usable before a window exists:
they wait until a bar takes them.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QFrame, QWidget

from desktop.gui.announcements import announce
from desktop.gui.controls import Button, empty, label, row
from desktop.gui.theme import grid
from desktop.gui.translation import tr

STAYS = 6000  # milliseconds
STAYS_LONG = 15000


@dataclass(frozen=True, slots=True)
class Message:
    """`on_gone` is called when it went away without its action being taken."""

    text: str
    action: str = ""
    on_action: Callable[[], object] | None = None
    on_gone: Callable[[], object] | None = None
    stays: int = STAYS


class Messages(QObject):
    """The queue of messages. Signals: `message_arrived()`."""

    message_arrived = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._waiting: deque[Message] = deque()

    def show(self, message: Message) -> None:
        self._waiting.append(message)
        self.message_arrived.emit()

    def say(self, title: str, hint: str = "") -> None:
        """A problem or a piece of news without an action."""
        self.show(Message(f"{title} {hint}".strip(), stays=STAYS_LONG if hint else STAYS))

    def take(self) -> Message | None:
        return self._waiting.popleft() if self._waiting else None


class MessageBar(QFrame):
    """Shows one message at a time over the foot of its parent; a new one takes the old one's place."""

    def __init__(self, messages: Messages, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("look", "bar")
        self._messages = messages
        self._current: Message | None = None
        self._row = row(3, (4, 1.5, 2, 1.5))
        self.setLayout(self._row)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.put_away)
        messages.message_arrived.connect(self._show_next)
        self.hide()
        self._show_next()

    @property
    def current(self) -> Message | None:
        return self._current

    def put_away(self) -> None:
        """Ends the message as if its time had run out."""
        message, self._current = self._current, None
        self.hide()
        self._timer.stop()
        if message is not None and message.on_gone is not None:
            message.on_gone()

    def place(self) -> None:
        parent = self.parentWidget()
        if parent is None:
            return
        self.setMaximumWidth(parent.width() - grid(8))
        self.adjustSize()
        self.move((parent.width() - self.width()) // 2, parent.height() - self.height() - grid(6))
        self.raise_()

    def _show_next(self) -> None:
        message = self._messages.take()
        if message is None:
            return
        self.put_away()
        self._current = message
        empty(self._row)
        text = label(message.text)
        text.setAccessibleName(message.text)
        self._row.addWidget(text, 1)
        if message.action:
            self._row.addWidget(Button(message.action, self._act))
        self._row.addWidget(Button(tr("Close"), self.put_away))
        self.show()
        self.place()
        self._timer.start(message.stays)
        announce(self, message.text)

    def _act(self) -> None:
        message, self._current = self._current, None
        self.hide()
        self._timer.stop()
        if message is not None and message.on_action is not None:
            message.on_action()
