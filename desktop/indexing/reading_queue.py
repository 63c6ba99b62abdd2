"""Reads waiting files one by one and stores what they became in batches; counts what files do to their readers.

A file stays `waiting` until its words are stored, so that a kill loses none; its passages are kept at once, so that a
kill costs no second reading. The order of all work is the indexer's.
"""

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop.domain.errors import EngineProblem, FileProblem
from desktop.domain.files import FileState
from desktop.indexing.progress import RoundProgress
from desktop.indexing.reconciling import hash_file
from desktop.indexing.retries import Retries
from desktop.indexing.splitting import same_measure
from desktop.indexing.walking import find_file
from desktop.platform_support.crash_notes import CrashNote
from desktop.reading.endings import Ending, ReaderDied
from desktop.reading.recognised_reader import RecognisedReader
from desktop.storage.file_table import FileTable, KnownFile
from desktop.storage.hindrances import shortage_of
from desktop.storage.passage_ledger import NewPassages, PassageLedger

if TYPE_CHECKING:
    # these load numpy and LanceDB, which the engine's start must not wait for
    from desktop.indexing.passage_maker import PassageMaker
    from desktop.indexing.recognising import RecognitionQueue
    from desktop.indexing.upkeep import IndexUpkeep

_FLUSH_PASSAGES = 2_000
_FLUSH_SECONDS = 1.5
_DEATHS_ALLOWED = 2

log = logging.getLogger("footnote.indexing")


@dataclass(frozen=True, slots=True)
class IndexerParts:
    """What indexing works with; built once the heavy libraries are loaded."""

    ledger: PassageLedger
    upkeep: "IndexUpkeep"
    maker: "PassageMaker"
    reader: RecognisedReader
    note: CrashNote
    recognition: "RecognitionQueue"


class ReadingQueue:
    """For the indexing thread alone. `scan_wanted` is set when a file was not where it should be.

    `pause` is seconds until a file may be tried again, when only such files are left; else 0.
    """

    def __init__(
        self, files: FileTable, parts: IndexerParts, progress: RoundProgress, retries: Retries | None = None
    ) -> None:
        self._files, self._parts, self._progress = files, parts, progress
        self._retries = retries or Retries()
        self._batch: list[NewPassages] = []
        self._batch_since = 0.0
        self.scan_wanted = False
        self.pause = 0.0

    @property
    def held(self) -> int:
        """Files that are read but not yet stored."""
        return len(self._batch)

    def remember_crash(self) -> None:
        """The file that was being read when the engine died is suspect."""
        word = self._parts.note.read()
        self._parts.note.clear()
        file = self._files.file_by_id(int(word)) if word.isdigit() else None
        if file is not None and file.state is FileState.WAITING:
            self._count_death(file, "The program ended while it was being read.")

    def forgive(self, reader_version: str) -> None:
        """What another version of the file reader could not read may be read by this one."""
        released = self._files.release(reader_version)
        if released is not None:
            self._parts.recognition.forgive()
        if released:
            log.info("%d files are tried again: the file reader is another", released)

    def next_file(self) -> KnownFile | None:
        """The next waiting file; those that something died on come last."""
        held = {new.file_id for new in self._batch}
        resting = self._retries.resting()
        waiting = self._files.next_waiting(len(resting) + 1, held)
        found = next((file for file in waiting if file.id not in resting), None)
        self.pause = (
            0.0 if found else self._retries.seconds_until_due([file.id for file in waiting if file.id in resting])
        )
        return found

    def read(self, file: KnownFile) -> None:
        started = time.monotonic()
        passages = 0
        try:
            if not self._passed_as_unchanged(file):
                passages = self._put_back(file) or self._read(file)
        except ReaderDied as death:
            if death.cause is Ending.KILLED:
                self._try_again(file)
            else:
                self._count_death(file, f"The file reader {death.cause} on it.")
        except FileProblem as problem:
            self._give_up(file, problem)
        except EngineProblem:
            raise
        except Exception as error:
            if isinstance(error, OSError) and (shortage := shortage_of(error)) is not None:
                raise shortage from error
            # the next start would meet it again: one bad file must not stop all others for ever
            log.exception("a bug in reading file %d", file.id)
            self._give_up(file, FileProblem("Footnote could not make sense of this file.", "Please report it."))
        finally:
            self._parts.note.clear()
        self._progress.file_done(time.monotonic() - started, passages)

    @property
    def due(self) -> bool:
        """The batch is large or old enough to be stored."""
        waiting = sum(len(new.spans) for new in self._batch)
        return waiting >= _FLUSH_PASSAGES or bool(self._batch and time.monotonic() - self._batch_since > _FLUSH_SECONDS)

    def flush(self) -> int:
        """Stores the batch. Returns how many passages were in it."""
        batch, self._batch, self._batch_since = self._batch, [], 0.0
        if batch:
            self._parts.maker.store(batch)
        return sum(len(new.spans) for new in batch)

    def _read(self, file: KnownFile) -> int:
        changed = self._parts.ledger.change_number(file.id)
        found = find_file(file.path)
        if found is None:
            raise FileProblem("The file is not there any more.", state=FileState.MISSING.value)
        self._parts.note.write(str(file.id))
        look = self._parts.reader.look(file.path)
        if look.document is None:
            raise ReaderDied(Ending.CRASHED)
        self._parts.recognition.met(file.id, look.waiting)
        new = self._parts.maker.prepare(file, found.stamp, look.sha256, look.document, changed)
        self._retries.forget(file.id)
        self._take_up(new)
        self._parts.ledger.keep(new)
        return len(new.spans)

    def _put_back(self, file: KnownFile) -> int:
        """The user went back to the passages of an older splitter, and the bytes are those that it cut."""
        former = self._parts.maker.former(file.id)
        if former is None:
            return 0
        changed = self._parts.ledger.change_number(file.id)
        if not _has_hash(file, former.sha256):
            return 0
        self._take_up(self._parts.maker.put_back(file, former, changed))
        return len(former.spans)

    def _take_up(self, new: NewPassages) -> None:
        self._batch_since = self._batch_since or time.monotonic()
        self._batch.append(new)

    def _passed_as_unchanged(self, file: KnownFile) -> bool:
        """The bytes are those that were read before: a touch, a folder that came back. Then it is indexed already."""
        maker = self._parts.maker
        fits = not maker.can_embed or same_measure(file.split_by, maker.split_by)
        if not (file.sha256 and file.split_by and fits):
            return False
        same = _has_hash(file, file.sha256)
        if same:
            self._files.set_state(file.id, FileState.INDEXED)
        return same

    def _try_again(self, file: KnownFile) -> None:
        if not self._retries.try_again(file.id):
            reason = (
                "The file reader was ended from outside each time it read this. It is tried again at the next scan."
            )
            self._files.set_state(file.id, FileState.FAILED, reason, deaths=file.deaths, transient=True)
            self._parts.ledger.clear(file.id)

    def _count_death(self, file: KnownFile, why: str) -> None:
        deaths = file.deaths + 1
        if deaths >= _DEATHS_ALLOWED:
            reason = f"{why} That happened twice, so it is left alone until it changes."
            self._files.set_state(file.id, FileState.QUARANTINED, reason, deaths=deaths)
            self._parts.ledger.clear(file.id)
        else:
            self._files.set_state(file.id, FileState.WAITING, deaths=deaths)

    def _give_up(self, file: KnownFile, problem: FileProblem) -> None:
        if problem.state == FileState.MISSING.value:
            # deleted, or its whole folder is gone: a scan tells which, and forgets the file only in the first case
            self._files.set_state(file.id, FileState.MISSING, "It is not there now.", transient=True)
            self.scan_wanted = True
        else:
            self._parts.ledger.clear(file.id)
            transient = problem.transient and problem.state == FileState.FAILED.value
            coming = self._parts.recognition.met(file.id, int(problem.state == FileState.NEEDS_OCR.value))
            self._files.set_state(file.id, FileState(problem.state), coming or str(problem), transient=transient)


def _has_hash(file: KnownFile, sha256: str) -> bool:
    try:
        return hash_file(file.path) == sha256
    except OSError:
        return False
