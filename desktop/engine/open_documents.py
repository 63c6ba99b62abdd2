"""The documents that the reader pane looks at, read once and kept while their files stay as they are."""

import os
import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from desktop.domain.documents import Document
from desktop.protocol.reader_messages import Anchor, PageRendered, TextRange
from desktop.reading.regular_files import hash_of
from desktop.reading.table_cells import Table

Stamp = tuple[str, int, int, int]
KEPT = 4
HASHES_KEPT = 64


class PaneReader(Protocol):
    """The file reader of the pane, with or without text recognition."""

    def read(self, path: str) -> tuple[Document, str, int]: ...

    def render(
        self,
        path: str,
        number: int,
        scale: float,
        ranges: Sequence[TextRange],
        output: Path | str,
        *,
        page_start: int = -1,
        anchors: Sequence[Anchor] = (),
        words: bool = False,
    ) -> PageRendered: ...


class OpenDocuments:
    """May be used from several threads; the file reader answers one at a time."""

    def __init__(self, reader: PaneReader) -> None:
        self._reader = reader
        self._documents: OrderedDict[Stamp, tuple[Document, str]] = OrderedDict()
        self._tables: dict[Stamp, Table] = {}
        self._hashes: OrderedDict[Stamp, str] = OrderedDict()
        self._lock = threading.Lock()
        self._reading = threading.Lock()

    def document(self, path: str, version: int) -> tuple[Document, str]:
        """(document, hex SHA-256) of the file as it is now. Raises FileProblem and what the file reader does.

        `version` is another when the library read the same file anew, as it does when words on pictures are recognised.
        """
        stamp = stamp_of(path, version)
        kept = self.kept(stamp)
        if kept is not None:
            return kept
        with self._reading:
            kept = self.kept(stamp)
            if kept is None:
                document, sha256, _ = self._reader.read(path)
                kept = (document, sha256)
                self._keep(stamp, kept)
        return kept

    def kept(self, stamp: Stamp) -> tuple[Document, str] | None:
        """Without reading anything."""
        with self._lock:
            if stamp in self._documents:
                self._documents.move_to_end(stamp)
            return self._documents.get(stamp)

    def table(self, path: str, version: int) -> Table:
        stamp = stamp_of(path, version)
        document, _ = self.document(path, version)
        with self._lock:
            table = self._tables.get(stamp)
        if table is None:
            table = Table(document)
            with self._lock:
                self._tables[stamp] = table
        return table

    def sha256(self, path: str) -> str:
        """Hex, of the file as it is now. Raises FileProblem."""
        stamp = stamp_of(path, 0)
        with self._lock:
            known = self._hashes.get(stamp)
        if known is None:
            known = hash_of(path)
            with self._lock:
                self._hashes[stamp] = known
                while len(self._hashes) > HASHES_KEPT:
                    self._hashes.popitem(last=False)
        return known

    def _keep(self, stamp: Stamp, read: tuple[Document, str]) -> None:
        with self._lock:
            self._documents[stamp] = read
            while len(self._documents) > KEPT:
                old, _ = self._documents.popitem(last=False)
                self._tables.pop(old, None)


def stamp_of(path: str, version: int) -> Stamp:
    found = os.stat(path)
    return (path, found.st_size, found.st_mtime_ns, version)
