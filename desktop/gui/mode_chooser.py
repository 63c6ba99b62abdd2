"""Chooses what the answers of a conversation may hold. Shown in the composer; keeps and sends nothing."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSizePolicy

from desktop.domain.answers import AnswerMode
from desktop.gui.chooser import Chooser
from desktop.gui.translation import tr


class ModeChooser(Chooser):
    """Signals: `mode_chosen(AnswerMode)` when the user chose."""

    mode_chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("What answers may hold"))
        self.setSizeAdjustPolicy(Chooser.SizeAdjustPolicy.AdjustToContents)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        for mode, name, text in mode_texts():
            self.addItem(name, mode)
            self.setItemData(self.count() - 1, text, Qt.ItemDataRole.ToolTipRole)
            self.setItemData(self.count() - 1, f"{name}. {text}", Qt.ItemDataRole.AccessibleTextRole)
        self.activated.connect(lambda _: self.mode_chosen.emit(self.mode))
        self.currentIndexChanged.connect(lambda _: self._explain())
        self._explain()

    @property
    def mode(self) -> AnswerMode:
        return AnswerMode(self.currentData())

    def show_mode(self, mode: AnswerMode) -> None:
        self.setCurrentIndex(self.findData(mode))

    def _explain(self) -> None:
        text = str(self.currentData(Qt.ItemDataRole.ToolTipRole))
        self.setToolTip(text)
        self.setAccessibleDescription(text)


def mode_texts() -> tuple[tuple[AnswerMode, str, str], ...]:
    """(mode, its name, what it does)"""
    return (
        (AnswerMode.STRICT, tr("Strict"), tr("Answers from your files alone. What they don’t carry is marked.")),
        (AnswerMode.FREE, tr("Free"), tr("The model may add what it knows itself, always marked as such.")),
        (AnswerMode.QUOTES, tr("Quotes"), tr("Answers are your files’ own words; no model is needed.")),
    )
