"""What a question was searched as, where the model put it in other words, and a way to have it as written."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop.gui.controls import Button, empty, label, row
from desktop.gui.translation import tr


class SearchedLine(QWidget):
    """Hidden while there is nothing to say. `as_written` is called when the user wants their own words."""

    def __init__(self, as_written: Callable[[], object]) -> None:
        super().__init__()
        self._as_written = as_written
        self._standalone = ""
        self._inside = row(2)
        self.setLayout(self._inside)
        self.hide()

    def show_standalone(self, standalone: str, question: str) -> bool:
        """Whether there was something new to say."""
        if standalone == self._standalone:
            return False  # the button may have the focus
        self._standalone = standalone
        empty(self._inside)
        other = bool(standalone) and standalone.split() != question.split()
        if other:
            self._inside.addWidget(label(tr("Searched for: {question}", question=standalone), "muted", wrap=True), 1)
            as_written = Button(tr("Search as I wrote it"), self._as_written, look="link")
            as_written.setToolTip(tr("Asks again with your own words"))
            self._inside.addWidget(as_written, 0, Qt.AlignmentFlag.AlignTop)
        self.setVisible(other)
        return other
