"""The field in which a user writes in place of an answer. Keeps nothing; the answer itself stays as it is."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.gui.controls import Button, column, label, row
from desktop.gui.question_heading import SmallEditor
from desktop.gui.translation import tr


class OwnWords(QWidget):
    """Signals: `saved(str)`, `given_up()`."""

    saved = Signal(str)
    given_up = Signal()

    def __init__(self, text: str) -> None:
        super().__init__()
        self.editor = SmallEditor(tr("Your own words in place of the answer"), 6, enter_ends=False)
        self.editor.setPlainText(text)
        self.editor.done.connect(self._save)
        self.editor.given_up.connect(self.given_up)
        below = row(2)
        below.addWidget(Button(tr("Save"), self._save, look="primary"))
        below.addWidget(Button(tr("Cancel"), self.given_up.emit))
        below.addWidget(label(tr("The answer is kept beside it. Your own words have no footnotes."), "caption"), 1)
        whole = column(2)
        whole.addWidget(self.editor)
        whole.addLayout(below)
        self.setLayout(whole)

    def _save(self) -> None:
        self.saved.emit(self.editor.toPlainText().strip())
