"""Which files are listed, in which order: a filter of the library, asked for in pages or fetched as a whole."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from desktop.domain.errors import FootnoteError
from desktop.domain.files import FileRow
from desktop.gui.engine_client import EngineClient
from desktop.protocol.engine_messages import LIST_FILES, FileList, ListFiles

AT_ONCE = 250  # files a request: more would block the window for too long while they are decoded


@dataclass(frozen=True, slots=True)
class Listing:
    """`state` empty: all; `containing` empty: all, else part of the path."""

    state: str = ""
    containing: str = ""
    order: str = "path"
    descending: bool = False

    @property
    def filtered(self) -> bool:
        return bool(self.state or self.containing)

    def page(self, offset: int, limit: int) -> ListFiles:
        return ListFiles(self.state, self.containing, offset, limit, self.order, self.descending)


class WholeListing(QObject):
    """Fetches a listing from its first file to its last, or to `most`, a page after the other.

    Signals: `fetched(done, total)` after each page, `ended()` after the last; `failed(FootnoteError)`.
    """

    fetched = Signal(int, int)
    ended = Signal()
    failed = Signal(object)

    def __init__(
        self, client: EngineClient, listing: Listing, most: int, take: Callable[[int, tuple[FileRow, ...]], object]
    ) -> None:
        """`take(offset, files)` gets each page."""
        super().__init__()
        self._client, self._listing, self._most, self._take = client, listing, most, take
        self._done = 0
        self._stopped = False

    def start(self) -> None:
        wanted = min(AT_ONCE, self._most - self._done)
        self._client.call(LIST_FILES, self._listing.page(self._done, wanted), self._took, self._fail)

    def stop(self) -> None:
        """No signal comes after this."""
        self._stopped = True

    def _took(self, page: FileList) -> None:
        if self._stopped:
            return
        self._take(self._done, page.files)
        self._done += len(page.files)
        self.fetched.emit(self._done, page.total)
        if self._stopped:
            return
        if page.files and self._done < min(page.total, self._most):
            self.start()
        else:
            self.ended.emit()

    def _fail(self, error: FootnoteError) -> None:
        if not self._stopped:
            self._stopped = True
            self.failed.emit(error)
