"""The line above an open file: turning pages or slides, zooming, searching, and the file as text. Turns nothing."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.gui.controls import IconButton, label, row
from desktop.gui.theme import Theme
from desktop.gui.translation import tr


class ReaderTools(QWidget):
    """Signals: `turned(step)`, `zoomed(step)`, `find_wanted()`, `other_view_wanted()`."""

    turned = Signal(int)
    zoomed = Signal(int)
    find_wanted = Signal()
    other_view_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._number = label("", "muted")
        self.before = self._icon(theme, "previous", tr("Page before"), lambda: self.turned.emit(-1), "Ctrl+PgUp")
        self.after = self._icon(theme, "next", tr("Next page"), lambda: self.turned.emit(1), "Ctrl+PgDown")
        self.smaller = self._icon(theme, "zoom-out", tr("Smaller"), lambda: self.zoomed.emit(-1), "Ctrl+-")
        self.larger = self._icon(theme, "zoom-in", tr("Larger"), lambda: self.zoomed.emit(1), "Ctrl++")
        self.search = self._icon(theme, "search", tr("Search in this file"), self.find_wanted.emit, "Ctrl+F")
        self.other_view = self._icon(theme, "text", tr("As text"), self.other_view_wanted.emit, "Ctrl+T")
        line = row(1, (2, 0, 2, 0))
        for part in (self.before, self._number, self.after):
            line.addWidget(part)
        line.addStretch(1)
        for part in (self.other_view, self.smaller, self.larger, self.search):
            line.addWidget(part)
        self.setLayout(line)
        self.show_pages("", 1, 1)
        self.offer("")

    def _icon(self, theme: Theme, icon: str, name: str, do: Callable[[], object], key: str) -> IconButton:
        return IconButton(theme, icon, name, do, key)

    def show_pages(self, text: str, number: int, pages: int) -> None:
        """`text` says which page it is; empty where there are none."""
        self._number.setText(text)
        for part in (self.before, self._number, self.after):
            part.setVisible(bool(text))
        self.before.setEnabled(number > 1)
        self.after.setEnabled(number < pages)

    def offer(self, other_view: str) -> None:
        """The name of another way to show the file; empty: there is none."""
        if other_view:
            self.other_view.name(other_view)
        self.other_view.setVisible(bool(other_view))
