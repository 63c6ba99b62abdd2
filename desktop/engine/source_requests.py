"""Requests of the reader pane: a file's text as it is on disk now, and pages as pictures. Never writes to the file."""

import hashlib
import os
import threading
import time
from collections import OrderedDict
from pathlib import Path

from desktop.domain.documents import Document
from desktop.domain.errors import UserError
from desktop.protocol.engine_messages import OpenPage, OpenText, SourcePage, SourceText
from desktop.reading.recognised_reader import RecognisedReader
from desktop.storage.file_table import FileTable, KnownFile

_KEPT_DOCUMENTS = 4
_KEPT_PAGES = 60
_MAX_SLICE = 200_000
_MAX_SCALE = 6.0


class SourceRequests:
    """Has a file reader of its own, so that indexing never delays the pane."""

    def __init__(self, files: FileTable, reader: RecognisedReader, pages: Path) -> None:
        self._files, self._reader, self._pages = files, reader, pages
        self._documents: OrderedDict[tuple[str, int, int], tuple[Document, str]] = OrderedDict()
        self._lock = threading.Lock()

    def open_text(self, asked: OpenText) -> SourceText:
        file = self._known(asked.file_id)
        if not asked.offset:
            self._files.note_opened(file.path, time.time_ns())
        document, sha256 = self._document(file)
        start = max(0, min(asked.offset, len(document.text)))
        end = start + max(0, min(asked.limit, _MAX_SLICE))
        return SourceText(
            path=file.path,
            format=document.format,
            sha256=sha256,
            text=document.text[start:end],
            offset=start,
            total=len(document.text),
            blocks=tuple(block for block in document.blocks if block.end > start and block.start < end),
            pages=document.pages,
            unchanged=sha256 == file.sha256,
        )

    def open_page(self, asked: OpenPage) -> SourcePage:
        file = self._known(asked.file_id)
        scale = max(0.2, min(asked.scale, _MAX_SCALE))
        image = self._image(file, asked, scale)
        page = self._reader.render(file.path, asked.number, scale, asked.start, asked.end, str(image))
        return SourcePage(file.path, asked.number, page.pages, page.width, page.height, str(image), page.boxes)

    def _known(self, file_id: int) -> KnownFile:
        file = self._files.file_by_id(file_id)
        if file is None:
            raise UserError("That file is not in the library any more.", "It was deleted, or its folder was removed.")
        if not os.path.isfile(file.path):
            raise UserError(
                "That file is not there any more.", "It was deleted or moved, or its drive is not connected."
            )
        return file

    def _document(self, file: KnownFile) -> tuple[Document, str]:
        found = os.stat(file.path)
        key = (file.path, found.st_size, found.st_mtime_ns)
        with self._lock:
            if key not in self._documents:
                document, sha256, _ = self._reader.read(file.path)
                self._documents[key] = (document, sha256)
                while len(self._documents) > _KEPT_DOCUMENTS:
                    self._documents.popitem(last=False)
            self._documents.move_to_end(key)
            return self._documents[key]

    def _image(self, file: KnownFile, asked: OpenPage, scale: float) -> Path:
        self._pages.mkdir(mode=0o700, parents=True, exist_ok=True)
        old = sorted(self._pages.glob("*.png"), key=lambda path: path.stat().st_mtime)
        for path in old[:-_KEPT_PAGES]:
            path.unlink(missing_ok=True)
        found = os.stat(file.path)
        name = f"{file.id}:{found.st_mtime_ns}:{found.st_size}:{asked.number}:{scale:.3f}"
        return self._pages / f"{hashlib.sha256(name.encode()).hexdigest()[:24]}.png"
