"""Has the words on pictures recognised, file after file, when nothing else is to be done. Stores no passages.

When all pictures of a file are through, the file waits to be read again, with the words on them. The indexing thread
cuts pictures out and takes words in; what takes long is done by another process, and waited for by another thread.
"""

import logging
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from desktop.domain.errors import EngineProblem, FileProblem
from desktop.indexing.retries import Retries
from desktop.protocol.reader_messages import WaitingPicture
from desktop.reading.client import FileReader
from desktop.reading.endings import Ending, ReaderDied
from desktop.reading.ocr_client import Recogniser, RecognitionChoice, RecognitionKilled
from desktop.reading.problems import needs_ocr
from desktop.reading.recognised import RecognisedPage
from desktop.reading.recognised_pages import RecognisedPages
from desktop.reading.regular_files import hash_of
from desktop.storage.recognition_table import RecognitionTable

PICTURES_AT_ONCE = 4
LATER = 3_600.0  # seconds until a file is taken up again whose processes were ended from outside time and again

COMING = "Its pages are pictures. Their words are recognised when all other files are read."
KILLED = (
    "Text recognition was ended from outside each time it looked at this. "
    "It is tried again in an hour, or when you choose “Try again”."
)
log = logging.getLogger("footnote.recognition")


@dataclass(slots=True)
class _Work:
    """One file's pictures that are cut out and not yet recognised."""

    file_id: int
    path: str
    made_by: str
    is_new: bool
    sha256: str = ""
    pictures: deque[WaitingPicture] = field(default_factory=deque[WaitingPicture])


class RecognitionQueue:
    """For the indexing thread alone, but for `pause` and `close`. `make` gives the recogniser for a choice of letters.

    `choice` is None while text recognition is turned off, or can't be had. `on_done` is called when a picture is
    recognised, on another thread. `rests` is seconds until a file may be tried again, when only such files are left;
    else 0. `clock` gives seconds.
    """

    def __init__(
        self,
        table: RecognitionTable,
        kept: RecognisedPages,
        reader: FileReader,
        choice: Callable[[], RecognitionChoice | None],
        make: Callable[[RecognitionChoice], Recogniser],
        on_done: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._table, self._kept, self._reader = table, kept, reader
        self._choice, self._make, self._on_done = choice, make, on_done
        self._waiter = ThreadPoolExecutor(1, thread_name_prefix="recognition")
        self._recogniser: tuple[RecognitionChoice, Recogniser] | None = None
        self._work: _Work | None = None
        self._asked: tuple[WaitingPicture, Future[RecognisedPage | None]] | None = None
        self._clock, self._retries = clock, Retries(clock)
        self._later: dict[int, float] = {}
        self.rests = 0.0
        self._broken = self._closed = self._paused = False

    @property
    def pending(self) -> bool:
        """A picture is being recognised: there is more to do when that is done."""
        return self._asked is not None

    @property
    def left(self) -> int:
        """Files whose pictures wait."""
        made_by = self._made_by()
        return self._table.count(made_by) if made_by else 0

    def met(self, file_id: int, waiting: int) -> str:
        """A file was read, with so many of its pictures passed over. Says what becomes of them; empty: nothing."""
        self._later.pop(file_id, None)  # it changed, or the user wants it tried again
        if not waiting:
            return ""
        self._table.note(file_id)
        made_by = self._made_by()
        return COMING if made_by and not self._table.is_done(file_id, made_by) else ""

    def step(self) -> bool:
        """Does one short piece of work. False when there is none, or none before the picture at hand is done."""
        if self._closed:
            return False
        if self._asked is not None:
            picture, outcome = self._asked
            if not outcome.done():
                return False
            self._asked = None
            self._take(picture, outcome)
            return True
        if self._work is not None and self._work.pictures:
            return self._ask(self._work)
        return self._look_on()

    def chosen_anew(self) -> None:
        """Settings changed: the lists say of files that wait what becomes of them now."""
        choice = self._choice()
        self._table.tell_waiting(choice.made_by if choice else "", COMING if choice else str(needs_ocr()))

    def pause(self, paused: bool) -> None:
        """What is under way waits while an answer is made. From any thread."""
        self._paused = paused
        known = self._recogniser  # the indexing thread may change it meanwhile
        if known is not None:
            known[1].pause(paused)

    def close(self) -> None:
        """Ends the recogniser at once, also in the middle of a picture."""
        self._closed = True
        if self._recogniser is not None:
            self._recogniser[1].close()
        self._waiter.shutdown(wait=True)

    def forgive(self) -> None:
        """What was given up may be recognised by this version."""
        failed = self._kept.failed()
        self._table.try_again(failed)
        for sha256 in failed:
            self._kept.forget_failures(sha256)

    def tidy(self) -> None:
        """Forgets words of files that are not in the library any more."""
        self._kept.keep_only(self._table.hashes())

    # the work at hand

    def _look_on(self) -> bool:
        """Cuts out the next pictures, of the file at hand or of the next one."""
        choice, self.rests = self._usable(), 0.0
        if choice is None:
            self._work = None
            return False
        if self._work is None or self._work.made_by != choice.made_by:
            resting, now = self._retries.resting(), self._clock()
            later = [file_id for file_id, due in self._later.items() if due > now]
            found = self._table.next(choice.made_by, [*resting, *later])
            if found is None:
                self.rests = self._retries.seconds_until_due(resting)
                return False
            file_id, path, is_new = found
            self._work = _Work(file_id, path, choice.made_by, is_new)
        self._look(self._work)
        return True

    def _look(self, work: _Work) -> None:
        try:
            work.sha256 = hash_of(work.path)
            if work.is_new:
                self._kept.forget_failures(work.sha256)
                work.is_new = False
            known = self._kept.pages(work.sha256, work.made_by)
            look = self._reader.look(work.path, known, PICTURES_AT_ONCE)
        except ReaderDied as death:
            if death.cause is Ending.KILLED:
                self._try_again(work)
            else:
                self._finish(work)
        except FileProblem:
            self._finish(work)  # reading it again says what is wrong
        else:
            work.pictures.extend(look.pictures)
            if look.sha256 != work.sha256 or not self._table.begin(work.file_id, work.sha256):
                self._drop()  # changed or removed a moment ago
            elif not look.pictures:
                self._finish(work)

    def _finish(self, work: _Work) -> None:
        self._table.finish(work.file_id, work.made_by)
        self._retries.forget(work.file_id)
        self._work = None

    def _try_again(self, work: _Work) -> None:
        """Something outside ended a process of ours: other files go first for a while."""
        self._drop()
        if not self._retries.try_again(work.file_id):
            self._later[work.file_id] = self._clock() + LATER
            self._table.tell(work.file_id, KILLED)

    def _drop(self) -> None:
        for picture in self._work.pictures if self._work else ():
            Path(picture.pixels).unlink(missing_ok=True)
        self._work = None

    def _ask(self, work: _Work) -> bool:
        recogniser = self._recogniser_now()
        if recogniser is None:
            self._drop()
            return False
        picture = work.pictures.popleft()
        outcome = self._waiter.submit(recogniser.recognise, picture)
        self._asked = picture, outcome
        outcome.add_done_callback(lambda _: self._on_done())
        return True

    def _take(self, picture: WaitingPicture, outcome: Future[RecognisedPage | None]) -> None:
        Path(picture.pixels).unlink(missing_ok=True)
        work = self._work
        try:
            page = outcome.result()
            if work is not None and self._table.begin(work.file_id, work.sha256):
                self._kept.add(work.sha256, picture.key, page, work.made_by)
                self._retries.forget(work.file_id)
            else:
                self._drop()
        except RecognitionKilled:
            if work is not None:
                self._try_again(work)
        except (EngineProblem, OSError) as problem:  # it doesn't start, or the disk is full: until the next start
            log.warning("text recognition is given up for now: %s", problem)
            self._broken = True
            self._drop()

    # what recognises

    def _usable(self) -> RecognitionChoice | None:
        return None if self._broken else self._choice()

    def _made_by(self) -> str:
        choice = self._usable()
        return choice.made_by if choice else ""

    def _recogniser_now(self) -> Recogniser | None:
        choice = self._usable()
        if self._recogniser is not None and self._recogniser[0] != choice:
            self._recogniser[1].close()
            self._recogniser = None
        if self._recogniser is None and choice is not None:
            self._recogniser = choice, self._make(choice)
            self._recogniser[1].pause(self._paused)
        return self._recogniser[1] if self._recogniser else None
