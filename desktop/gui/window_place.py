"""Where the window stands, how large it is and how its columns divide it: remembered, and restored onto a screen."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect
from PySide6.QtGui import QGuiApplication

from desktop.gui.theme import (
    PAGE_NARROWEST,
    READER_NARROWEST,
    SIDE_NARROWEST,
    SIDE_WIDTH,
    WINDOW_HEIGHT,
    WINDOW_WIDTH,
)

if TYPE_CHECKING:
    from desktop.gui.reader_pane import ReaderPane
    from desktop.gui.window import FootnoteWindow

THREE_COLUMNS = SIDE_NARROWEST + PAGE_NARROWEST + READER_NARROWEST + 2  # with the lines between them
VISIBLE = 80  # pixels of the window that must be on a screen for its old place to be used


def restore_place(window: "FootnoteWindow") -> None:
    memory = window.parts.memory
    place = memory.get("place")
    screen = QGuiApplication.primaryScreen().availableGeometry()
    window.resize(min(WINDOW_WIDTH, screen.width()), min(WINDOW_HEIGHT, screen.height()))
    if len(place) == 4 and _on_a_screen(old := QRect(*place)):
        window.setGeometry(old)
    if memory.get("maximized"):
        window.showMaximized()
    side = memory.get("side_width") or SIDE_WIDTH
    window.splitter.setSizes([side, window.width() - side])


def make_room(window: "FootnoteWindow") -> None:
    """The side column gives way while it, the page and an open reader don't fit beside each other."""
    reader = window.reader
    narrow = reader is not None and not reader.isHidden() and window.width() < THREE_COLUMNS
    if window.side.isHidden() != narrow:
        window.side.setVisible(not narrow)


def give_reader_width(window: "FootnoteWindow", reader: "ReaderPane") -> None:
    """As wide as it was last, as far as the page can spare it."""
    side, whole = window.splitter.sizes()[0], window.splitter.width()
    width = min(reader.wanted_width(window.width()), max(whole - side - PAGE_NARROWEST, reader.minimumWidth()))
    window.splitter.setSizes([side, whole - side - width, width])


def remember_place(window: "FootnoteWindow") -> None:
    """Nothing before the window was shown: its first sizes are not yet anyone's wish."""
    if not window.isVisible():
        return
    memory = window.parts.memory
    memory.set("maximized", window.isMaximized())
    if not window.isMaximized():
        shape = window.geometry()
        memory.set("place", [shape.x(), shape.y(), shape.width(), shape.height()])
    sizes = window.splitter.sizes()
    if sizes[0] > 0:  # it may have given way
        memory.set("side_width", sizes[0])
    if len(sizes) > 2 and sizes[2] > 0:
        memory.set("reader_width", sizes[2])


def _on_a_screen(place: QRect) -> bool:
    shared = [screen.availableGeometry().intersected(place) for screen in QGuiApplication.screens()]
    return any(part.width() >= VISIBLE and part.height() >= VISIBLE for part in shared)
