"""What a model wrote to itself before it answered, folded away until it is wanted."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop.gui.controls import Button, column, framed, label, row
from desktop.gui.theme import Theme
from desktop.gui.translation import tr
from desktop.gui.wording import shown


class ThoughtFold(QWidget):
    """Hidden while there is no thought."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.toggle = Button(tr("What the model thought"), self._turn, look="plain", theme=theme, icon_name="next")
        self.toggle.setCheckable(True)
        self.toggle.setAccessibleDescription(tr("It is no part of the answer and was not checked"))
        self.words = label("", "muted", wrap=True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        inside = column(1, (4, 3, 4, 3))
        inside.addWidget(label(tr("No part of the answer, and not checked."), "caption"))
        inside.addWidget(self.words)
        self._card = framed("card", inside)
        self._card.hide()
        across = row(0)
        across.addWidget(self.toggle)
        across.addStretch(1)
        whole = column(1)
        whole.addLayout(across)
        whole.addWidget(self._card)
        self.setLayout(whole)
        self.hide()

    def show_whole(self, thought: str) -> None:
        self.words.setText(shown(thought.strip()))
        self.setVisible(bool(thought.strip()))

    def append(self, words: str) -> None:
        self.show_whole(self.words.text() + words)

    def _turn(self) -> None:
        self._card.setVisible(self.toggle.isChecked())
        self.toggle.show_icon("down" if self.toggle.isChecked() else "next")
