"""The small parts that pages are set from: labels, buttons, rows and columns on the grid. No page, no engine.

Texts come in already translated; every control is given its accessible name here.
"""

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from desktop.gui.icons import icon
from desktop.gui.theme import ICON, Theme, grid

L = TypeVar("L", bound=QBoxLayout)


def label(text: str, look: str = "", *, wrap: bool = False) -> QLabel:
    """Plain text only: nothing in it is ever read as markup. `look` is a name in window.qss."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("look", look)
    made.setWordWrap(wrap)
    return made


class ElidedLabel(QLabel):
    """One line that is cut in the middle or at the end where there is no room; the whole is its tooltip."""

    def __init__(self, text: str = "", look: str = "", mode: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("look", look)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._mode = mode
        self._whole = ""
        self.show_whole(text)

    @property
    def whole(self) -> str:
        return self._whole

    def show_whole(self, text: str) -> None:
        self._whole = text
        self.setAccessibleName(text)
        self._fit()

    def sizeHint(self) -> QSize:
        whole = self.fontMetrics().horizontalAdvance(self._whole)
        return QSize(whole + grid(1), super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        one_line = " ".join(self._whole.split())
        shown = self.fontMetrics().elidedText(one_line, self._mode, max(self.width(), grid(2)))
        self.setText(shown)
        self.setToolTip(plain_tip(self._whole) if shown != one_line else "")


class Button(QPushButton):
    """A button with a look and, if named, an icon that follows the theme."""

    def __init__(
        self,
        text: str,
        on_click: Callable[[], object],
        *,
        look: str = "",
        theme: Theme | None = None,
        icon_name: str = "",
    ) -> None:
        super().__init__(text.replace("&", "&&"))
        self.setProperty("look", look)
        self.setAccessibleName(text)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.clicked.connect(lambda: on_click())
        self._theme = theme
        self._icon_name = ""
        if theme is not None and icon_name:
            self.setIconSize(QSize(ICON, ICON))
            self.show_icon(icon_name)
            theme.changed.connect(self._draw)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses it as Space does: outside dialogs Qt would not."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def show_icon(self, name: str) -> None:
        self._icon_name = name
        self._draw()

    def rename(self, text: str) -> None:
        self.setText(text.replace("&", "&&"))
        self.setAccessibleName(text)

    def _draw(self) -> None:
        if self._theme is not None:
            role = "on_accent" if self.property("look") == "primary" else "muted"
            self.setIcon(icon(self._theme, self._icon_name, role))


class IconButton(Button):
    """A button that is only an icon; `name` is read out and shown as its tooltip, with the key when it has one."""

    def __init__(self, theme: Theme, icon_name: str, name: str, on_click: Callable[[], object], key: str = "") -> None:
        super().__init__("", on_click, look="plain", theme=theme, icon_name=icon_name)
        self._key = key
        self.name(name)
        self.setFixedSize(grid(8), grid(8))

    def name(self, name: str) -> None:
        self.setAccessibleName(name)
        self.setToolTip(plain_tip(f"{name}  ({self._key})" if self._key else name))


def plain_tip(text: str) -> str:
    """A tooltip that Qt can't take for rich text, whatever a file is called."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"<p style='white-space:pre-wrap'>{escaped}</p>" if "<" in text or "&" in text else text


def column(gap: float = 2, margins: tuple[float, float, float, float] = (0, 0, 0, 0)) -> QVBoxLayout:
    return _on_grid(QVBoxLayout(), gap, margins)


def row(gap: float = 2, margins: tuple[float, float, float, float] = (0, 0, 0, 0)) -> QHBoxLayout:
    return _on_grid(QHBoxLayout(), gap, margins)


def _on_grid(layout: L, gap: float, margins: tuple[float, float, float, float]) -> L:
    left, top, right, bottom = (grid(steps) for steps in margins)
    layout.setContentsMargins(left, top, right, bottom)
    layout.setSpacing(grid(gap))
    return layout


def framed(look: str, layout: QBoxLayout) -> QFrame:
    frame = QFrame()
    frame.setProperty("look", look)
    frame.setLayout(layout)
    return frame


def rule() -> QFrame:
    """A hairline across the column."""
    line = QFrame()
    line.setProperty("look", "rule")
    return line


def empty(layout: QBoxLayout) -> None:
    """Takes every widget out of the layout and lets Qt delete it."""
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif isinstance(inner := item.layout(), QBoxLayout):
            empty(inner)


def look_again(widget: QWidget) -> None:
    """Applies the style sheet anew after a property that it names has changed."""
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
