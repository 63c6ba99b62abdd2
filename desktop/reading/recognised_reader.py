"""A file reader that knows which words were recognised on pictures before, and recognises none itself.

Old Word documents it has converted first, also those inside mails and archives, where it has a converter.

Takes the place of a FileReader: for the reader pane, and for indexing.
"""

import contextlib
import dataclasses
import os
import time
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

from desktop.domain.documents import Document
from desktop.domain.errors import FileProblem
from desktop.protocol.reader_messages import Anchor, PageRendered, TextRange
from desktop.reading.client import FileLook, FileReader
from desktop.reading.endings import Ending, ReaderDied
from desktop.reading.formats import format_of, is_old_document, may_hold_files, may_hold_pictures
from desktop.reading.recognised_pages import Pages, RecognisedPages
from desktop.reading.regular_files import hash_of
from desktop.reading.word_converter import WordConverter

HASHES_KEPT = 8
# old documents of one file that are converted, and after so long no more of them are begun
MOST_CONVERTED, CONVERTED_SECONDS = 20, 60.0


def _newer(converter: WordConverter, old_documents: Sequence[Path]) -> dict[str, bytes]:
    """What became of them by their hashes, and deletes them; those that take too long or fail are left out."""
    until = time.monotonic() + CONVERTED_SECONDS
    found: dict[str, bytes] = {}
    try:
        for old in old_documents:
            if time.monotonic() < until:
                with contextlib.suppress(FileProblem), converter.converted(str(old)) as new:
                    found[new.sha256] = Path(new.path).read_bytes()
    finally:
        for old in old_documents:
            old.unlink(missing_ok=True)
    return found


class RecognisedReader:
    """`kept` is what was recognised; pictures that nobody has recognised yet are passed over."""

    def __init__(self, reader: FileReader, kept: RecognisedPages, converter: WordConverter | None = None) -> None:
        self._reader, self._kept, self._converter = reader, kept, converter
        self._hashes: OrderedDict[tuple[str, int, int], str] = OrderedDict()

    @property
    def pid(self) -> int | None:
        """Of the file reader's process that lives now, or None."""
        return self._reader.pid

    def read(self, path: str) -> tuple[Document, str, int]:
        """As FileReader's, with the words on pictures."""
        look = self.look(path)
        if look.document is None:
            raise ReaderDied(Ending.CRASHED)
        return look.document, look.sha256, look.size

    def look(self, path: str) -> FileLook:
        """The document; `waiting` of its pictures nobody has tried yet. Raises like FileReader's."""
        known = self._known(path)
        room = MOST_CONVERTED if self._converter is not None and may_hold_files(path) else 0
        try:
            look = self._reader.look(path, known, old_documents=room)
        except FileProblem as problem:
            if self._converter is None or not is_old_document(format_of(path), problem):
                raise
            with self._converter.converted(path) as new:
                look = self._reader.look(new.path)
                return dataclasses.replace(look, sha256=new.sha256, size=new.size)
        if self._converter is not None and look.old_documents:
            look = self._reader.look(path, known, converted=_newer(self._converter, look.old_documents))
        if known and look.sha256 != self._hash(path):  # it changed in between: those are another file's words
            return self._reader.look(path)
        return look

    def render(
        self,
        path: str,
        number: int,
        scale: float,
        ranges: Sequence[TextRange],
        output: Path | str,
        page_start: int = -1,
        anchors: Sequence[Anchor] = (),
        words: bool = False,
    ) -> PageRendered:
        """As FileReader's; recognised words have places too."""
        known = self._known(path) if ranges or words else {}
        return self._reader.render(path, number, scale, ranges, output, known, page_start, anchors, words)

    def close(self) -> None:
        """Ends the process at once, also while another thread waits for it: that one gets ReaderClosed."""
        if self._converter is not None:
            self._converter.close()
        self._reader.close()

    def _known(self, path: str) -> Pages:
        if not may_hold_pictures(path) or not self._kept.any:
            return {}
        try:
            return self._kept.pages(self._hash(path))
        except (OSError, FileProblem):  # not there, or not to be opened: reading it says so in words
            return {}

    def _hash(self, path: str) -> str:
        """Remembered while the file has the same size and time; people turn pages."""
        found = os.stat(path)
        key = (path, found.st_size, found.st_mtime_ns)
        if key not in self._hashes:
            self._hashes[key] = hash_of(path)
            while len(self._hashes) > HASHES_KEPT:
                self._hashes.popitem(last=False)
        return self._hashes[key]
