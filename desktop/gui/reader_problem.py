"""What the reader shows in place of a file that can't be shown: why, the words as they were cited, what to do next."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QWidget

from desktop.gui.controls import Button, column, framed, label, look_again, row
from desktop.gui.translation import tr


class ReaderProblem(QScrollArea):
    def __init__(self, on_again: Callable[[], object], show_library: Callable[[], object]) -> None:
        super().__init__()
        self._title = label("", wrap=True)
        self._hint = label("", "muted", wrap=True)
        self._quote = label("", "quote", wrap=True)
        self._quote.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._was = label(tr("The words as they were cited"), "section")
        self.again = Button(tr("Look again"), on_again)
        self.library = Button(tr("Show it in the library"), show_library, look="link")
        self._actions = QWidget()
        doing = row(3)
        doing.addWidget(self.again)
        doing.addWidget(self.library)
        doing.addStretch(1)
        self._actions.setLayout(doing)
        quoted = column(1, (3, 2, 3, 2))
        quoted.addWidget(self._was)
        quoted.addWidget(self._quote)
        self._quoted = framed("card", quoted)
        inside = column(3, (4, 4, 4, 4))
        for part in (self._title, self._hint, self._quoted, self._actions):
            inside.addWidget(part)
        inside.addStretch(1)
        scrolled = QWidget()
        scrolled.setObjectName("scrolled")
        scrolled.setLayout(inside)
        self.setWidget(scrolled)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(tr("Why the file can't be shown"))

    def show_waiting(self, text: str) -> None:
        self._title.setText(text)
        self._look("muted")
        for part in (self._hint, self._quoted, self._actions):
            part.hide()

    def show_problem(self, title: str, hint: str, quote: str) -> None:
        self._title.setText(title)
        self._look("strong")
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))
        self._quote.setText(f"“{' '.join(quote.split())}”")
        self._quoted.setVisible(bool(quote.strip()))
        self._actions.show()

    def _look(self, look: str) -> None:
        self._title.setProperty("look", look)
        look_again(self._title)
