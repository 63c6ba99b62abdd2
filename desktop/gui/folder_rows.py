"""The folders of the library, each with what is in it and a way to remove it that can be undone for six seconds."""

from PySide6.QtWidgets import QWidget

from desktop.domain.files import Folder
from desktop.gui.controls import Button, ElidedLabel, column, empty, label, row
from desktop.gui.messages import Message
from desktop.gui.parts import Parts
from desktop.gui.translation import tr
from desktop.gui.wording import file_name, files_text, shown_path
from desktop.protocol.engine_messages import REMOVE, FolderId


class FolderRows(QWidget):
    def __init__(self, parts: Parts) -> None:
        super().__init__()
        self._parts = parts
        self._removing: set[int] = set()
        self._lines = column(0)
        self.setLayout(self._lines)
        self._shown: tuple[Folder, ...] | None = None
        parts.state.status_changed.connect(self._show)
        self._show()

    def _show(self, *, again: bool = False) -> None:
        status = self._parts.state.status
        folders = status.folders if status is not None else ()
        if folders == self._shown and not again:
            return
        self._shown = folders
        empty(self._lines)
        left = [folder for folder in folders if folder.id not in self._removing]
        for folder in left:
            self._lines.addWidget(self._row(folder))
        if not left:
            self._lines.addWidget(label(tr("No folders yet. Drop one anywhere on this window."), "muted"))

    def _row(self, folder: Folder) -> QWidget:
        name = file_name(folder.path)
        names = column(0)
        names.addWidget(ElidedLabel(name, "strong"))
        names.addWidget(ElidedLabel(shown_path(folder.path), "caption"))
        across = row(3, (0, 1.5, 0, 1.5))
        across.addLayout(names, 1)
        across.addWidget(label(_counted(folder), "muted" if folder.online else "bad"))
        remove = Button(
            tr("Remove"), lambda: self._remove(folder), look="plain", theme=self._parts.theme, icon_name="remove"
        )
        remove.setAccessibleName(tr("Remove {name} from the library", name=name))
        across.addWidget(remove)
        line = QWidget()
        line.setLayout(across)
        return line

    def _remove(self, folder: Folder) -> None:
        """Nothing is told to the engine before the time for undoing is over."""
        self._removing.add(folder.id)
        self._show(again=True)
        text = tr("“{name}” leaves the library. Its files stay where they are.", name=file_name(folder.path))
        message = Message(text, tr("Undo"), lambda: self._keep(folder), lambda: self._really_remove(folder))
        self._parts.messages.show(message)

    def _keep(self, folder: Folder) -> None:
        self._removing.discard(folder.id)
        self._show(again=True)

    def _really_remove(self, folder: Folder) -> None:
        self._parts.client.call(
            REMOVE,
            FolderId(folder.id),
            lambda _: None,
            lambda error: (self._keep(folder), self._parts.messages.say(error.title, error.hint)),
        )


def _counted(folder: Folder) -> str:
    if not folder.online:
        return tr("not there now")
    if folder.indexed == folder.files:
        return files_text(folder.files)
    return tr("{indexed} of {files}", indexed=f"{folder.indexed:,}", files=files_text(folder.files))
