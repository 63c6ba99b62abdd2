"""A part of the page of models: those that other programs keep, and those in folders that the user names. Offers them;
nothing is copied or listed before it is asked for.
"""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.gui.controls import Button, ElidedLabel, column, empty, framed, label, row
from desktop.gui.model_cards import found_card
from desktop.gui.model_state import ModelState
from desktop.gui.parts import Parts
from desktop.gui.theme import grid
from desktop.gui.translation import tr
from desktop.gui.wording import shown_path

SETTING = "model_folders"


class FoundSection(QWidget):
    def __init__(self, parts: Parts, models: ModelState) -> None:
        super().__init__()
        self._parts, self._models = parts, models
        self._lines = column(2)
        self.setLayout(self._lines)

    def folders(self) -> list[str]:
        """Those that the user named."""
        return list(self._parts.state.settings.get(SETTING, []))

    def show_found(self) -> None:
        empty(self._lines)
        found = self._models.found.models if self._models.found is not None else ()
        self._lines.addSpacing(grid(4))
        self._lines.addWidget(label(tr("Found on this computer"), "section"))
        if found:
            hint = tr("They can be used where they are; nothing is copied unless you ask.")
        else:
            hint = tr("Models that LM Studio, Jan, GPT4All, Ollama and others keep here are shown; there are none.")
        self._lines.addWidget(label(hint, "muted", wrap=True))
        for each in found:
            self._lines.addWidget(framed("card", found_card(each, self._models)))
        for folder in self.folders():
            self._add_folder(folder)
        across = row(0)
        across.addWidget(Button(tr("Look in another folder…"), self._choose, look="link"))
        across.addStretch(1)
        self._lines.addLayout(across)

    def look_in(self, folder: str) -> None:
        self._keep([*(each for each in self.folders() if each != folder), folder])

    def _add_folder(self, folder: str) -> None:
        across = row(2)
        across.addWidget(ElidedLabel(tr("Looks in {folder}", folder=shown_path(folder)), "muted"), 1)
        stop = Button(tr("Don’t look there"), lambda: self._leave(folder), look="link")
        stop.setAccessibleName(tr("Don’t look in {folder}", folder=shown_path(folder)))
        across.addWidget(stop)
        self._lines.addLayout(across)

    def _leave(self, folder: str) -> None:
        self._keep([each for each in self.folders() if each != folder])

    def _keep(self, folders: list[str]) -> None:
        self._parts.state.change_setting(SETTING, folders)
        self._models.look()

    def _choose(self) -> None:
        dialog = QFileDialog(self, tr("A folder with models"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(lambda paths: self.look_in(paths[0]))
        dialog.open()
