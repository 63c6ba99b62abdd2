"""The request to forget a folder now: nothing of its text is left in the data folder, and that is looked up.

Ordinary removing leaves deleted text on the disk until the next tidy-up; this one writes every store anew.
"""

import contextlib
import os
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from desktop.domain.errors import UserError
from desktop.domain.files import Folder
from desktop.engine.broadcast import Broadcast
from desktop.engine.heavy_parts import HeavyLoader
from desktop.indexing.indexer import Indexer
from desktop.indexing.recognising import RecognitionQueue
from desktop.platform_support.paths import DataFolders
from desktop.protocol.engine_messages import FolderId, ForgetReport, LibraryChanged
from desktop.storage.conversations import Conversations
from desktop.storage.database import Database
from desktop.storage.file_table import FileTable
from desktop.storage.passage_ledger import PassageLedger

_SAMPLES = 50
_CHUNK = 4 << 20


class Forgetting:
    """Removes a folder from every store at once. Indexing waits for it, some seconds."""

    def __init__(
        self,
        folders: DataFolders,
        database: Database,
        files: FileTable,
        ledger: PassageLedger,
        conversations: Conversations,
        heavy: HeavyLoader,
        indexer: Indexer,
        recognition: RecognitionQueue,
        broadcast: Broadcast,
    ) -> None:
        self._folders, self._database, self._files, self._ledger = folders, database, files, ledger
        self._conversations, self._heavy = conversations, heavy
        self._indexer, self._recognition, self._broadcast = indexer, recognition, broadcast

    def forget_folder(self, asked: FolderId) -> ForgetReport:
        """Answers that were made from its files are deleted with it."""
        folder = next((folder for folder in self._files.folders() if folder.id == asked.folder_id), None)
        if folder is None:
            raise UserError("That folder is not in the library any more.")
        parts = self._heavy.get()
        with self._indexer.held():
            samples = self._ledger.samples(folder.id, _SAMPLES)
            passages = self._ledger.count_of(folder.id)
            self._files.remove_folder(folder.id)
            self._conversations.purge_deleted()
            answers = self._conversations.delete_citing(folder.path)
            parts.upkeep.heal(parts.upkeep.compare())
            parts.upkeep.forget_deleted()
            self._database.vacuum()
            self._recognition.tidy()
            self._empty_temporary()
            found = _containing(_files_in(self._folders.library), samples)
        self._indexer.scan()  # files that a folder still covers come back
        self._broadcast.send(LibraryChanged(self._files.counts()))
        return _report(folder, passages, answers, samples, found)

    def _empty_temporary(self) -> None:
        """Pictures of pages, and texts on their way to the reader pane."""
        shutil.rmtree(self._folders.pages, ignore_errors=True)
        for path in (self._folders.library / "scratch").glob("*/*"):
            with contextlib.suppress(OSError):
                path.unlink()


def _report(folder: Folder, passages: int, answers: int, samples: Sequence[str], found: list[str]) -> ForgetReport:
    return ForgetReport(folder.path, folder.files, passages, answers, len(samples), tuple(found))


def _files_in(folder: Path) -> Iterable[Path]:
    for above, _, names in os.walk(folder):
        yield from (Path(above, name) for name in names)


def _containing(files: Iterable[Path], samples: Sequence[str]) -> list[str]:
    """Names of the files that hold any of the samples, byte for byte."""
    wanted = [sample.encode() for sample in samples]
    overlap = max(map(len, wanted), default=1) - 1
    return [path.name for path in files if _holds(path, wanted, overlap)]


def _holds(path: Path, wanted: Sequence[bytes], overlap: int) -> bool:
    try:
        with path.open("rb") as file:
            before = b""
            while chunk := file.read(_CHUNK):
                data = before + chunk
                if any(words in data for words in wanted):
                    return True
                before = data[-overlap:] if overlap else b""
    except OSError:
        return False
    return False
