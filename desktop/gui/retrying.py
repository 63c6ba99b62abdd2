"""Reads files again that failed or were given up, one request after the other: a thousand of them flood nothing."""

from collections import deque
from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from desktop.domain.errors import FootnoteError
from desktop.domain.files import FileRow, FileState
from desktop.gui.engine_client import EngineClient
from desktop.protocol.engine_messages import RETRY_FILE, FileId

RETRIED = (FileState.FAILED, FileState.QUARANTINED, FileState.LOCKED, FileState.TOO_LARGE, FileState.NEEDS_OCR)


def can_retry(file: FileRow) -> bool:
    return file.state in RETRIED


class Retrying(QObject):
    """Signals: `retried(count, refused)` after the last; `refused` is the first FootnoteError, or None."""

    retried = Signal(int, object)

    def __init__(self, client: EngineClient) -> None:
        super().__init__()
        self._client = client
        self._left: deque[int] = deque()
        self._done = 0
        self._refused: FootnoteError | None = None
        self._busy = False

    def retry(self, files: Iterable[FileRow]) -> None:
        self._left.extend(file.id for file in files if can_retry(file) and file.id not in self._left)
        if not self._busy and self._left:
            self._busy, self._done, self._refused = True, 0, None
            self._next()

    def _next(self) -> None:
        if not self._left:
            self._busy = False
            self.retried.emit(self._done, self._refused)
            return
        self._client.call(RETRY_FILE, FileId(self._left.popleft()), lambda _: self._count(), self._refuse)

    def _count(self) -> None:
        self._done += 1
        self._next()

    def _refuse(self, error: FootnoteError) -> None:
        self._refused = self._refused or error
        self._next()
