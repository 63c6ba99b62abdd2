"""Asks what became of the files that the answers on screen cite, when they are shown and when the library changes."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer

from desktop.gui.answer_view import AnswerView
from desktop.gui.engine_client import EngineClient
from desktop.protocol import engine_messages as messages

REST = 1500  # milliseconds: many changes, one question


class CitedChanges(QObject):
    def __init__(self, client: EngineClient, views: Callable[[], Sequence[AnswerView]]) -> None:
        super().__init__()
        self._client, self._views = client, views
        self._later = QTimer(self, singleShot=True, interval=REST)
        self._later.timeout.connect(self.look)
        client.library_changed.connect(lambda _: self._later.start() if not self._later.isActive() else None)

    def look(self) -> None:
        """Asks now, if anything is cited."""
        cited = {(n.file, n.sha256): n.file_id for view in self._views() for n in view.footnotes()}
        files = tuple(messages.CitedFile(file_id, file, sha256) for (file, sha256), file_id in cited.items())
        if files:
            request = messages.CitedFiles(files)
            self._client.call(messages.CHECK_CITED, request, lambda told: self._tell(files, told))

    def _tell(self, files: tuple[messages.CitedFile, ...], told: messages.FileChanges) -> None:
        changes = {(f.file, f.sha256): change for f, change in zip(files, told.changes, strict=True)}
        for view in self._views():
            view.show_changes(changes)
