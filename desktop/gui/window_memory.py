"""What the window remembers of itself between starts: place, widths, drafts. Kept in `window.json` of the library.

Saving waits for the disk, so one worker of its own does it; the window never waits, except when it closes.
"""

import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer

from desktop.domain.errors import FootnoteError
from desktop.settings.schema import WINDOW_SETTINGS
from desktop.settings.store import SettingsFile

REST = 500  # milliseconds without a change before a save
log = logging.getLogger("window.memory")


class WindowMemory(QObject):
    """`get` is what was last set here or kept; `set` returns at once. `problem` says why nothing can be kept."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._changed: dict[str, Any] = {}
        self._unsaved: dict[str, Any] = {}
        self.problem = ""
        self._file: SettingsFile | None = None
        try:
            self._file = SettingsFile(path, WINDOW_SETTINGS)
        except FootnoteError as error:
            self.problem = str(error)
        self._worker = ThreadPoolExecutor(1, "window-memory")
        self._timer = QTimer(self, singleShot=True, interval=REST)
        self._timer.timeout.connect(self._save)

    def get(self, name: str) -> Any:
        if name in self._changed:
            return self._changed[name]
        if self._file is not None:
            return self._file.get(name)
        return next(entry.default for entry in WINDOW_SETTINGS if entry.name == name)

    def set(self, name: str, value: Any) -> None:
        if self.get(name) == value:
            return
        self._changed[name] = value
        self._unsaved[name] = value
        self._timer.start()

    def close(self) -> None:
        """Saves what is left and waits for it."""
        self._timer.stop()
        self._save()
        self._worker.shutdown()

    def _save(self) -> None:
        values, self._unsaved = self._unsaved, {}
        if values and self._file is not None:
            self._worker.submit(_write, self._file, values)


def _write(file: SettingsFile, values: dict[str, Any]) -> None:
    try:
        file.set_all(values)
    except (OSError, FootnoteError) as error:
        log.warning("not saved: %s", type(error).__name__)
