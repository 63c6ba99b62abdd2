"""A file reader that also has pictures of words recognised: the file reader finds them, text recognition reads them.

What was recognised is kept, so that reading a file again, or showing a page, recognises nothing twice.
"""

import itertools
import os
from collections import OrderedDict
from pathlib import Path

from desktop.domain.documents import Document
from desktop.domain.errors import EngineProblem, FileProblem
from desktop.protocol.reader_messages import PageRendered
from desktop.reading.client import FileLook, FileReader
from desktop.reading.endings import ReaderClosed
from desktop.reading.formats import may_hold_pictures
from desktop.reading.ocr_client import Recogniser
from desktop.reading.recognised_pages import Pages, RecognisedPages
from desktop.reading.regular_files import hash_of

PICTURES_AT_ONCE = 8
HASHES_KEPT = 8


class RecognitionPaused(FileProblem):
    """So many pictures of this file are recognised; the next `read` goes on from here."""

    def __init__(self, left: int) -> None:
        super().__init__(
            f"{left:,} pages are still to be recognised.",
            "Footnote goes on with them.",
            state="waiting",
            transient=True,
        )
        self.left = left


class RecognisingReader:
    """Takes the place of a FileReader. `kept` is what was recognised before.

    Without a `recogniser`, as for the reader pane, pictures that nobody has recognised yet are passed over. `slices`
    is how many times eight pictures are recognised before `read` raises RecognitionPaused; None: it never does.
    """

    def __init__(
        self,
        reader: FileReader,
        kept: RecognisedPages,
        recogniser: Recogniser | None = None,
        slices: int | None = None,
    ) -> None:
        self._reader, self._kept, self._recogniser, self._slices = reader, kept, recogniser, slices
        self._hashes: OrderedDict[tuple[str, int, int], str] = OrderedDict()

    @property
    def pid(self) -> int | None:
        """Of the file reader's process that lives now, or None."""
        return self._reader.pid

    def read(self, path: str) -> tuple[Document, str, int]:
        """As FileReader's, with the words on pictures. Raises RecognitionPaused too."""
        look = self._reader.look(path, {}, 0)
        for turn in itertools.count():
            if look.document is not None:
                return look.document, look.sha256, look.size
            left = look.waiting - len(look.pictures)
            if turn == self._slices and left:
                raise RecognitionPaused(left)
            known = self._kept.pages(look.sha256)
            look = self._next_look(path, known)
        raise AssertionError("counting never ends")

    def _next_look(self, path: str, known: Pages) -> FileLook:
        room = PICTURES_AT_ONCE if self._recogniser is not None else -1
        look = self._reader.look(path, known, room)
        try:
            for picture in look.pictures:
                if self._recogniser is not None:
                    self._kept.add(look.sha256, picture.key, self._recogniser.recognise(picture))
        except EngineProblem:
            if self._recogniser is None or self._recogniser.closed:
                raise ReaderClosed("The file reader was closed.") from None
            self._recogniser = None  # it doesn't start: files are read without it until the next start
        finally:
            for picture in look.pictures:
                Path(picture.pixels).unlink(missing_ok=True)
        return look

    def render(self, path: str, number: int, scale: float, start: int, end: int, output: Path | str) -> PageRendered:
        """As FileReader's; recognised words have places too."""
        known = self._kept.pages(self._hash(path)) if start < end and may_hold_pictures(path) else {}
        return self._reader.render(path, number, scale, start, end, output, known)

    def close(self) -> None:
        """Ends the processes at once, also while another thread waits for them: that one gets ReaderClosed."""
        if self._recogniser is not None:
            self._recogniser.close()
        self._reader.close()

    def _hash(self, path: str) -> str:
        """Remembered while the file has the same size and time; people turn pages."""
        found = os.stat(path)
        key = (path, found.st_size, found.st_mtime_ns)
        if key not in self._hashes:
            self._hashes[key] = hash_of(path)
            while len(self._hashes) > HASHES_KEPT:
                self._hashes.popitem(last=False)
        return self._hashes[key]
