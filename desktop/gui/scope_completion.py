"""Completes what is typed after an @ in the question: asks the engine for names and writes the chosen one in.

The list itself is made when it is first needed; what an @ means is for the engine to say.
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from desktop.gui.engine_client import EngineClient
from desktop.gui.text_positions import to_qt
from desktop.gui.theme import Theme
from desktop.protocol.engine_messages import SUGGEST_SCOPES, ScopeSuggestions, SuggestScopes

if TYPE_CHECKING:
    from desktop.gui.scope_popup import ScopePopup

REST = 100  # milliseconds without a key before the engine is asked
MOST = 8

# not compiled before they are needed: the window's start is measured
_BEFORE = r'(?<!\S)@("[^"]*|[^\s"@]*)$'
_AFTER = r'[^\s"]*'
_AFTER_QUOTED = r'[^"]*"|[^\s"]*'


class ScopeCompletion(QObject):
    """Watches `field`; the list stands above `frame`. `popup` is None until something was suggested."""

    def __init__(self, theme: Theme, client: EngineClient, field: QPlainTextEdit, frame: QWidget) -> None:
        super().__init__(frame)
        self._theme, self._client, self._field, self._frame = theme, client, field, frame
        self.popup: ScopePopup | None = None
        self._round = 0
        self._put_off = -1  # where the @ stands whose list was closed with Esc
        self._later = QTimer(self, singleShot=True, interval=REST)
        self._later.timeout.connect(self._ask)
        field.textChanged.connect(self._changed)
        field.cursorPositionChanged.connect(self._moved)

    @property
    def open(self) -> bool:
        return self.popup is not None and self.popup.isVisible()

    def begin(self) -> None:
        """Writes an @ for someone who pressed the button, unless one is being written."""
        if self._typed() is None:
            cursor = self._field.textCursor()
            before = self._before(cursor)
            cursor.insertText("@" if not before or before[-1].isspace() else " @")
        self._put_off = -1
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)
        self._changed()

    def close(self) -> None:
        self._round += 1
        self._later.stop()
        if self.popup is not None:
            self.popup.hide()

    def take_key(self, event: QKeyEvent) -> bool:
        """Whether the key was for the list. While that is closed, no key is."""
        popup = self.popup
        if popup is None or not popup.isVisible() or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        doing: dict[int, Callable[[], object]] = {
            Qt.Key.Key_Up: lambda: popup.step(-1),
            Qt.Key.Key_Down: lambda: popup.step(1),
            Qt.Key.Key_Return: popup.accept,
            Qt.Key.Key_Enter: popup.accept,
            Qt.Key.Key_Tab: popup.accept,
            Qt.Key.Key_Escape: self._dismiss,
        }
        do = doing.get(event.key())
        if do is None:
            return False
        event.accept()
        if event.type() == QKeyEvent.Type.KeyPress:  # else it only asks whether a shortcut may have the key
            do()
        return True

    def _before(self, cursor: QTextCursor) -> str:
        """The text of the line up to the cursor."""
        start = QTextCursor(cursor)
        start.movePosition(QTextCursor.MoveOperation.StartOfBlock, QTextCursor.MoveMode.KeepAnchor)
        return start.selectedText()

    def _typed(self) -> tuple[int, str] | None:
        """Where the @ before the cursor stands, and what follows it so far; None when none is being written."""
        cursor = self._field.textCursor()
        if cursor.hasSelection():
            return None
        before = self._before(cursor)
        found = re.search(_BEFORE, before)
        if found is None:
            return None
        return cursor.block().position() + to_qt(before, found.start()), found[1]

    def _changed(self) -> None:
        typed = self._typed()
        if typed is None:
            self._put_off = -1
            self.close()
        elif typed[0] != self._put_off:
            self._round += 1
            self._later.start()

    def _moved(self) -> None:
        if self._typed() is None:
            self.close()

    def _dismiss(self) -> None:
        typed = self._typed()
        self._put_off = typed[0] if typed is not None else -1
        self.close()

    def _ask(self) -> None:
        typed = self._typed()
        if typed is None:
            return
        this = self._round
        self._client.call(
            SUGGEST_SCOPES,
            SuggestScopes(typed[1].lstrip('"'), MOST),
            lambda suggested: self._show(suggested, typed[1]) if this == self._round else None,
            lambda _: self.close() if this == self._round else None,
        )

    def _show(self, suggested: ScopeSuggestions, typed: str) -> None:
        items = suggested.items[:MOST]
        exact = next((n for n, item in enumerate(items) if item.insert.casefold() == f"@{typed}".casefold()), 0)
        done = len(items) == 1 and items[0].insert.casefold() == f"@{typed}".casefold()
        if not items or done or not self._field.hasFocus():
            self.close()
            return
        if self.popup is None:
            from desktop.gui.scope_popup import ScopePopup

            self.popup = ScopePopup(self._theme, self._frame)
            self.popup.scope_chosen.connect(self._write)
        self.popup.show_items(items, exact)

    def _write(self, insert: str) -> None:
        """In place of what was typed, up to the end of its word, with one space behind it."""
        typed = self._typed()
        if typed is None:
            return
        start, begun = typed
        cursor = self._field.textCursor()
        rest = cursor.block().text()[len(self._before(cursor)) :]
        ending = re.match(_AFTER_QUOTED if begun.startswith('"') else _AFTER, rest)
        word = ending[0] if ending is not None else ""
        spaced = rest[len(word) :].startswith(" ")
        end = cursor.position() + to_qt(word, len(word))
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(insert if spaced else f"{insert} ")
        if spaced:
            cursor.movePosition(QTextCursor.MoveOperation.Right)
        self._field.setTextCursor(cursor)
        self.close()
