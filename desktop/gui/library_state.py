"""What the window knows of the library: status, models, tones, settings. Asks the engine again when it says so."""

import json
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.domain.errors import FootnoteError
from desktop.gui.conversation_voice import ConversationVoice
from desktop.gui.engine_client import EngineClient
from desktop.gui.messages import Messages
from desktop.protocol import engine_messages as messages
from desktop.protocol.common_messages import Nothing

REST = 300  # milliseconds: many changes, one question


class LibraryState(QObject):
    """The last answer to each question, None before the first.

    Signals: `status_changed()`, `progress_changed()`, `models_changed()`, `tones_changed()`, `settings_changed()`,
    `files_changed()` when lists of files should be asked for again.
    """

    status_changed = Signal()
    progress_changed = Signal()
    models_changed = Signal()
    tones_changed = Signal()
    settings_changed = Signal()
    files_changed = Signal()

    def __init__(self, client: EngineClient, said: Messages) -> None:
        super().__init__()
        self._client = client
        self._said = said
        self.status: messages.Status | None = None
        self.progress: messages.IndexingProgress | None = None
        self.models: messages.Models | None = None
        self.tones: messages.Tones | None = None
        self.settings: dict[str, Any] = {}
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self._rest.timeout.connect(self._read_status)
        self.voice = ConversationVoice(client, said)
        client.engine_started.connect(lambda _: self._read_all())
        client.indexing_progressed.connect(self._progressed)
        client.library_changed.connect(lambda _: self._rest.start() if not self._rest.isActive() else None)
        client.models_changed.connect(lambda event: self._take_models(event.models))
        client.tones_changed.connect(lambda event: self._take_tones(event.tones))

    @property
    def has_folders(self) -> bool:
        return self.status is not None and bool(self.status.folders)

    @property
    def has_model(self) -> bool:
        return self.models is not None and any(not model.problem for model in self.models.models)

    @property
    def paused(self) -> bool:
        return self.progress is not None and self.progress.phase == "paused"

    def pause(self, paused: bool) -> None:
        self._client.call(messages.PAUSE, messages.Pause(paused), lambda _: self._read_status(), self._problem)

    def choose_model(self, path: str) -> None:
        if self.models is None or self.models.chosen != path:
            self._client.call(messages.CHOOSE_MODEL, messages.PathOnly(path), self._take_models, self._problem)

    def change_setting(self, name: str, value: Any) -> None:
        setting = messages.Setting(name, json.dumps(value))
        self._client.call(messages.CHANGE_SETTING, setting, self._take_settings, self._setting_refused)

    def _read_all(self) -> None:
        self._read_status()
        self._client.call(messages.LIST_MODELS, Nothing(), self._take_models, self._problem)
        self._client.call(messages.LIST_TONES, Nothing(), self._take_tones, self._problem)
        self._client.call(messages.READ_SETTINGS, Nothing(), self._take_settings, self._problem)

    def _read_status(self) -> None:
        self._client.call(messages.STATUS, Nothing(), self._take_status)

    def _take_status(self, status: messages.Status) -> None:
        self.status = status
        self.progress = status.progress
        self.status_changed.emit()
        self.progress_changed.emit()
        self.files_changed.emit()

    def _progressed(self, event: messages.IndexingProgressed) -> None:
        ended = event.progress.phase == "idle" and self.progress is not None and self.progress.phase != "idle"
        self.progress = event.progress
        self.progress_changed.emit()
        if ended:
            self._read_status()

    def _take_models(self, models: messages.Models) -> None:
        self.models = models
        self.models_changed.emit()

    def _take_tones(self, tones: messages.Tones) -> None:
        self.tones = tones
        self.voice.follow_tones(tones)
        self.tones_changed.emit()

    def _take_settings(self, values: messages.SettingValues) -> None:
        self.settings = {name: json.loads(value) for name, value in values.values.items()}
        self.settings_changed.emit()

    def _setting_refused(self, error: FootnoteError) -> None:
        self._problem(error)
        self.settings_changed.emit()

    def _problem(self, error: FootnoteError) -> None:
        self._said.say(error.title, error.hint)
