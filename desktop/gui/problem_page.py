"""What stands in the window when the engine won't run: the reason, where the log is, and one thing to do."""

from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from desktop.gui.controls import Button, column, label, row
from desktop.gui.theme import MEASURE, Theme, grid
from desktop.gui.translation import tr


class ProblemPage(QWidget):
    """Signals: `try_again_wanted()`."""

    try_again_wanted = Signal()

    def __init__(self, theme: Theme, log: Path) -> None:
        super().__init__()
        self.setObjectName("page")
        self._title = label("", "title", wrap=True)
        self._hint = label("", wrap=True)
        self._hint.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        place = label(tr("The log is at {path}", path=log), "muted", wrap=True)
        place.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.again = Button(
            tr("Try again"), self.try_again_wanted.emit, look="primary", theme=theme, icon_name="refresh"
        )
        choices = row(2)
        choices.addWidget(self.again)
        show = Button(tr("Show the log"), lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(log.parent))))
        choices.addWidget(show)
        choices.addStretch(1)
        inside = column(3)
        for part in (self._title, self._hint, place):
            inside.addWidget(part)
        kept = tr("Your files, conversations and the question you were writing are safe.")
        inside.addWidget(label(kept, "muted", wrap=True))
        inside.addSpacing(grid(2))
        inside.addLayout(choices)
        middle = QWidget()
        middle.setLayout(inside)
        middle.setMaximumWidth(MEASURE)
        across = row(0, (6, 0, 6, 0))
        across.addStretch(1)
        across.addWidget(middle, 1000)
        across.addStretch(1)
        whole = column(0, (0, 24, 0, 6))
        whole.addLayout(across)
        whole.addStretch(1)
        self.setLayout(whole)

    def show_problem(self, title: str, hint: str) -> None:
        self._title.setText(title)
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))
        self.again.setFocus()
