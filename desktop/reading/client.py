"""The engine's side of the file reader: what is asked of it, by way of files in a scratch folder.

On Linux the engine opens each file itself and hands it over, for the process may open none.
"""

import itertools
import shutil
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop.domain.documents import Document
from desktop.protocol.codec import ProtocolError
from desktop.protocol.reader_messages import (
    READ_FILE,
    RENDER_PAGE,
    Anchor,
    PageRendered,
    ReadFile,
    RenderPage,
    TextRange,
    WaitingPicture,
    Walls,
)
from desktop.reading.document_file import read_document, write_whole
from desktop.reading.endings import Ending, ReaderDied
from desktop.reading.old_documents import newer_file
from desktop.reading.reader_process import FILES_PER_PROCESS, ReaderProcess, Start, start_quietly
from desktop.reading.recognised_pages import Pages, write_pages


@dataclass(frozen=True, slots=True)
class FileLook:
    """What came of a look at a file: a document, or `pictures` to be recognised. `waiting`: that nobody tried yet.

    `old_documents` are files too: old Word documents that were found inside.
    """

    document: Document | None
    sha256: str
    size: int
    waiting: int
    pictures: tuple[WaitingPicture, ...]
    old_documents: tuple[Path, ...] = ()


class FileReader:
    """One reader process at a time, one request at a time; callers on other threads wait their turn.

    `scratch` is a folder of ours for files in transit, and of this reader alone: its process may write there and
    nowhere else. `readable` are folders that its parsers need. `timeout` is seconds for one file or page. `walls` are
    those of the last process that started.
    """

    def __init__(
        self,
        scratch: Path,
        start: Start = start_quietly,
        background: bool = True,
        timeout: float = 60.0,
        files_per_process: int = FILES_PER_PROCESS,
        readable: Sequence[Path] = (),
    ) -> None:
        self._scratch = scratch
        self._process = ReaderProcess(scratch, start, background, timeout, files_per_process, readable)
        self._numbers = itertools.count(1)
        self._turn = threading.Lock()

    @property
    def walls(self) -> Walls | None:
        return self._process.walls

    @property
    def pid(self) -> int | None:
        """Of the process that lives now, or None."""
        return self._process.pid

    def read(self, path: str) -> tuple[Document, str, int]:
        """(document, SHA-256 in hex, size in bytes), without the words on pictures.

        Raises FileProblem; ReaderDied; EngineProblem when none starts.
        """
        outcome = self.look(path)
        if outcome.document is None:
            raise ReaderDied(Ending.CRASHED)
        return outcome.document, outcome.sha256, outcome.size

    def look(
        self,
        path: str,
        known: Pages | None = None,
        room: int = 0,
        converted: Mapping[str, bytes] | None = None,
        old_documents: int = 0,
    ) -> FileLook:
        """Reads the file with what is `known` of its pictures; writes out at most `room` others (0: passes them over).

        `converted`: what old Word documents inside it have become, by the old one's hash; at most `old_documents` of
        the others are written out. The caller deletes what is. Raises like `read`.
        """
        with self._turn:
            output, pages = self._scratch_file(".json"), self._scratch_file(".pages")
            newer = self._scratch_file(".newer")
            try:
                for sha256, data in (converted or {}).items():
                    # follows no link that a process which a hostile file took over may have laid there
                    write_whole(newer_file(newer, sha256), data)
                recognised, become = self._written(known or {}, pages), str(newer) if converted else ""
                asked = ReadFile(path, str(output), recognised, room, become, old_documents)
                reply = self._process.call(READ_FILE, asked)
                written = [*(picture.pixels for picture in reply.pictures), *reply.old_documents]
                if not all(_is_beside(file, output) for file in written):
                    raise ProtocolError("something written that is not where it belongs")
                self._process.has_read(reply.size)
                nothing = reply.pictures or (reply.old_documents and not output.exists())
                document = None if nothing else read_document(output)
                found = tuple(map(Path, reply.old_documents))
                return FileLook(document, reply.sha256, reply.size, reply.waiting, reply.pictures, found)
            except BaseException as error:
                for file in self._scratch.glob(f"{output.name}.*"):
                    file.unlink(missing_ok=True)
                if isinstance(error, (ProtocolError, FileNotFoundError)):
                    self._process.drop()
                    raise ReaderDied(Ending.CRASHED) from None
                raise
            finally:
                _remove(output)
                pages.unlink(missing_ok=True)
                for sha256 in converted or {}:
                    _remove(newer_file(newer, sha256))

    def render(
        self,
        path: str,
        number: int,
        scale: float,
        ranges: Sequence[TextRange],
        output: Path | str,
        known: Pages | None = None,
        page_start: int = -1,
        anchors: Sequence[Anchor] = (),
        words: bool = False,
    ) -> PageRendered:
        """Page `number` (from 1) as a PNG at `output`, and where the words of these ranges, or all, stand on it."""
        with self._turn:
            drawn, pages = self._scratch_file(".png"), self._scratch_file(".pages")
            try:
                recognised = self._written(known or {}, pages)
                wanted, hints = tuple(ranges), tuple(anchors)
                asked = RenderPage(path, number, scale, wanted, str(drawn), recognised, page_start, hints, words)
                reply = self._process.call(RENDER_PAGE, asked)
                shutil.move(drawn, output)
                return reply
            except (ProtocolError, FileNotFoundError):
                self._process.drop()
                raise ReaderDied(Ending.CRASHED) from None
            finally:
                _remove(drawn)
                pages.unlink(missing_ok=True)

    def _written(self, known: Pages, place: Path) -> str:
        """The file with what is known, for the process; empty when that is nothing."""
        if not known:
            return ""
        self._scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_pages(known, place)
        return str(place)

    def close(self) -> None:
        """Ends the process at once, also while another thread waits for it: that one gets ReaderClosed."""
        self._process.close()
        with self._turn:
            self._process.drop()

    def _scratch_file(self, ending: str) -> Path:
        return self._scratch / f"{next(self._numbers)}{ending}"


def _is_beside(file: str, output: Path) -> bool:
    """Of files named by a process that a hostile file may have taken over; they will be read and deleted."""
    place = Path(file)
    return place.parent == output.parent and place.name.startswith(f"{output.name}.")


def _remove(output: Path) -> None:
    output.unlink(missing_ok=True)
    output.with_name(output.name + ".part").unlink(missing_ok=True)
