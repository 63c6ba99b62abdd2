"""The list of files as CSV (RFC 4180) for a spreadsheet: how a file becomes a line, and copying the whole list."""

from collections.abc import Iterable
from datetime import UTC, datetime

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from desktop.domain.files import FileRow
from desktop.gui.engine_client import EngineClient
from desktop.gui.file_listing import Listing, WholeListing
from desktop.gui.translation import tr
from desktop.gui.wording import shown, state_text

MOST = 100_000  # files: a clipboard is no place for more
QUOTED = frozenset(',"\r\n')
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_line(fields: Iterable[str]) -> str:
    """A record and its line break. What a spreadsheet would take for a formula is made text by an apostrophe."""
    return ",".join(map(_field, fields)) + "\r\n"


def _field(text: str) -> str:
    safe = f"'{text}" if text.startswith(FORMULA) else text
    return '"' + safe.replace('"', '""') + '"' if QUOTED & set(safe) else safe


def heading() -> str:
    return csv_line((tr("File"), tr("State"), tr("Reason"), tr("Passages"), tr("Changed"), tr("Size in bytes")))


def csv_of(file: FileRow) -> str:
    """Times are UTC, as in ISO 8601."""
    fields = (shown(file.path), state_text(file.state), shown(file.reason), str(file.passages), _time(file.modified))
    return csv_line((*fields, str(file.size)))


def _time(seconds: float) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
    except (OverflowError, OSError, ValueError):
        return ""


class ListCopy(QObject):
    """Copies one listing at a time to the clipboard, all of its pages.

    Signals: `progressed(done, total)`, `copied(count, total)`, `stopped()`, `failed(FootnoteError)`.
    """

    progressed = Signal(int, int)
    copied = Signal(int, int)
    stopped = Signal()
    failed = Signal(object)

    def __init__(self, client: EngineClient) -> None:
        super().__init__()
        self._client = client
        self._under_way: WholeListing | None = None
        self._lines: list[str] = []
        self._total = 0

    @property
    def busy(self) -> bool:
        return self._under_way is not None

    def start(self, listing: Listing) -> None:
        self.stop()
        self._lines = [heading()]
        fetching = self._under_way = WholeListing(self._client, listing, MOST, self._take)
        fetching.fetched.connect(self._count)
        fetching.ended.connect(self._end)
        fetching.failed.connect(self._fail)
        fetching.start()

    def stop(self) -> None:
        """What was on the clipboard stays there."""
        if self._under_way is not None:
            self._under_way.stop()
            self._forget()
            self.stopped.emit()

    def _take(self, _: int, files: tuple[FileRow, ...]) -> None:
        self._lines.append("".join(map(csv_of, files)))

    def _count(self, done: int, total: int) -> None:
        self._total = total
        self.progressed.emit(done, min(total, MOST))

    def _end(self) -> None:
        text = "".join(self._lines)
        self._forget()
        QGuiApplication.clipboard().setText(text)
        self.copied.emit(min(self._total, MOST), self._total)

    def _fail(self, error: object) -> None:
        self._forget()
        self.failed.emit(error)

    def _forget(self) -> None:
        self._under_way, self._lines = None, []
