"""The indexing thread: scans and hints, then reading, then embedding, in that order, stepping aside for answers.

The table of files is its queue, so it can be killed at any moment and goes on where it was.
"""

import contextlib
import dataclasses
import logging
import threading
from collections.abc import Callable, Generator

from desktop.indexing.disk_following import LOOK_AT_ROOTS_EVERY, DiskFollower
from desktop.indexing.giving_up import end_process
from desktop.indexing.giving_way import GivingWay
from desktop.indexing.mending import Mending, WaitingOut
from desktop.indexing.pieces import PiecesOfWork
from desktop.indexing.progress import ProgressTeller, RoundProgress
from desktop.indexing.reading_queue import IndexerParts, ReadingQueue
from desktop.indexing.tidying import Tidying
from desktop.indexing.watching import FolderWatcher
from desktop.platform_support.priority import lower_thread_priority
from desktop.protocol.engine_messages import IndexingProgress
from desktop.reading.version import reader_version
from desktop.storage.file_table import FileTable
from desktop.storage.hindrances import Hindrance
from desktop.storage.index_damage import IndexDamaged

_LEAST_EMBEDDING = 0.25  # seconds before something else comes first, lest a file that always changes stops all

log = logging.getLogger("footnote.indexing")


class Indexer:
    """Runs until `stop`. `on_progress` and `on_change` are called on its thread.

    `open_parts` is called on that thread, first and (with True) after `reopen`: it loads LanceDB and the embedder.
    `own` is a folder that is never indexed: Footnote's data. `manners` says when to give way to the user. `on_aside` is
    told when work waits for an answer, and when no more. What nothing here can mend ends the process, with code 3.
    """

    def __init__(
        self,
        files: FileTable,
        open_parts: Callable[[bool], IndexerParts],
        on_progress: Callable[[IndexingProgress], None],
        on_change: Callable[[], None],
        manners: GivingWay,
        watch: bool = True,
        own: str = "",
        on_aside: Callable[[bool], None] = lambda _: None,
    ) -> None:
        self._files, self._on_aside = files, on_aside
        self._open_parts = open_parts
        self._on_change = on_change
        self._manners = manners
        self._wake = threading.Event()
        self._clear_to_work = threading.Event()
        self._clear_to_work.set()
        self._flags = threading.Lock()
        self._busy = True
        self._rebuild_wanted = self._reopen_wanted = self._paused = False
        self._compared = self._stepped_back = False
        self._ended = threading.Event()
        self._mending, self._waiting_out = Mending(), WaitingOut()
        self._tidying = Tidying()
        self._progress = RoundProgress()
        self.disk = DiskFollower(files, FolderWatcher(self._wake.set) if watch else None, own)
        # a lock is no queue: without the first, the thread would take the second again before one who waits for it
        self._turnstile, self._working = threading.Lock(), threading.Lock()
        self._pieces: PiecesOfWork | None = None
        self._teller = ProgressTeller(self._progress, on_progress)
        self._thread = threading.Thread(target=self._run, name="indexing", daemon=True)

    # asked from other threads

    def start(self) -> None:
        self._thread.start()

    def stopping(self) -> None:
        """Begin no more work; what fails from now on is no bug."""
        self._ended.set()
        self._clear_to_work.set()
        self._wake.set()

    def stop(self) -> None:
        self.stopping()
        if self._thread.is_alive():
            self._thread.join(10)

    def scan(self) -> None:
        """Scan every folder as soon as possible."""
        self.disk.want_scan()
        self.work_arrived()

    def work_arrived(self) -> None:
        with self._flags:
            self._busy = True
            self._wake.set()

    def forget(self) -> None:
        """Something was removed: tidy up when nothing else is to be done."""
        self._tidying.removed()
        self.work_arrived()

    def rebuild(self) -> None:
        """The search index was found damaged: make it again before anything else."""
        self._rebuild_wanted = True
        self.work_arrived()

    def reopen(self) -> None:
        """Another embedder was chosen: load it, and go on with what it has to make."""
        self._reopen_wanted = True
        self.work_arrived()

    def pause(self, paused: bool) -> None:
        self._paused = paused
        self.work_arrived()

    def step_aside(self) -> None:
        """No work until `come_back`: an answer is being made and llama.cpp wants every core."""
        self._clear_to_work.clear()
        self._on_aside(True)

    def come_back(self) -> None:
        self._on_aside(False)
        self._clear_to_work.set()

    @contextlib.contextmanager
    def held(self) -> Generator[None]:
        """Between two pieces of work, with no other begun until the block ends; what was read is stored before."""
        with self._turnstile, self._working:
            if self._pieces is not None:
                try:
                    self._tidying.wrote(self._pieces.queue.flush())
                except Hindrance:
                    self._compared = False
                    raise
            yield

    @property
    def progress(self) -> IndexingProgress:
        last = self._teller.last
        return dataclasses.replace(last, phase="scanning") if last.phase == "idle" and not self.idle else last

    @property
    def idle(self) -> bool:
        """Nothing to scan, read or embed."""
        return not self._busy and not self.disk.scan_wanted

    def user_is_active(self) -> None:
        """Somebody is at the window: half the cores are theirs for a while."""
        self._manners.user_is_active()

    # the thread

    @property
    def _stopping(self) -> bool:
        return self._ended.is_set()

    def _run(self) -> None:
        try:
            while not self._stopping:
                try:
                    self._work()
                except Hindrance as hindrance:
                    self._wait_out(hindrance)
        except Exception as error:
            if not self._stopping:
                end_process(error)
        finally:
            self.disk.stop()

    def _work(self) -> None:
        """Until `stop`; begins as a new engine does, for nobody knows how far the last step came."""
        self._compared, self._pieces = False, None
        pieces = self._pieces = self._begin(anew=False)
        pieces.queue.forgive(reader_version())
        pieces.queue.remember_crash()
        while not self._stopping:
            self._clear_to_work.wait()
            self._wake.clear()  # what arrives from here on keeps us from resting
            with self._turnstile:
                pass
            with self._working:
                if self._reopen_wanted:
                    self._reopen_wanted = self._compared = False
                    pieces.queue.flush()
                    pieces = self._pieces = self._begin(anew=True)
                worked = self._step_or_mend(pieces)
            self._waiting_out.over()
            if worked:
                self._busy = True
            else:
                self._rest(pieces)

    def _begin(self, anew: bool) -> PiecesOfWork:
        parts = self._open_parts(anew)
        queue = ReadingQueue(self._files, parts, self._progress)
        return PiecesOfWork(self._files, parts, queue, self._progress, self._teller, self._tidying)

    def _wait_out(self, hindrance: Hindrance) -> None:
        """Another program or the disk is in the way: it is said, and tried again until it is over."""
        log.warning("indexing waits: %s", hindrance.title)
        self._pieces = None  # what they held is read again, or found by its passages
        self.disk.want_scan()  # what was told of the disk and not noted is told once only
        self._teller.tell(self._progress.report("hindered", 0, 0, problem=str(hindrance)))
        self._ended.wait(self._waiting_out.pause())

    def _step_or_mend(self, pieces: PiecesOfWork) -> bool:
        try:
            if self._rebuild_wanted:
                raise IndexDamaged()
            return self._step(pieces)
        except IndexDamaged:
            # a search opens it anew by itself before it says so
            mend = self._mending.next(pieces.parts.upkeep, opened_anew=self._rebuild_wanted)
            if mend is None:
                raise
            mend()
            self._rebuild_wanted = self._compared = False
            return True

    def _step(self, pieces: PiecesOfWork) -> bool:
        """Does one piece of work. Returns False when there is none."""
        parts, queue = pieces.parts, pieces.queue
        if not self._compared:
            # whatever the last engine was doing when it ended
            parts.upkeep.heal(parts.upkeep.compare())
            parts.ledger.finish_kept()
            self._compared = True
        if self._manners.beside_a_user and not self._stepped_back:
            self._stepped_back = True  # a command that waits for us, with no window open, has a right to be quick
            lower_thread_priority()
        self._note_change(self.disk.follow_hints())
        self.disk.look_around()
        if self._paused or self._manners.must_wait:
            self._tidying.wrote(queue.flush())
            pieces.report("paused" if self._paused else "battery")
            return False
        if self.disk.scan_due:
            pieces.report("scanning")
            self._note_change(self.disk.scan())
            return True
        if self._tidying.due:
            queue.flush()  # what is read and not stored yet would be taken for lost
            self._tidying.tidy(parts)
            return True
        if self._read(pieces) or pieces.embed(self._manners.threads, self._goes_on) or pieces.recognise():
            return True
        if pieces.recognising:
            return False
        return self._tidying.rest(parts) or pieces.pause(self._wake.wait)

    def _read(self, pieces: PiecesOfWork) -> bool:
        worked, stored = pieces.read()
        if pieces.queue.scan_wanted:
            pieces.queue.scan_wanted = False
            self.disk.want_scan()
        if stored:
            self._on_change()
        return worked

    def _goes_on(self, seconds: float) -> bool:
        """Nothing that can't wait has come up while passages are embedded for so long."""
        arrived = (self._wake.is_set() or self.disk.pending) and seconds >= _LEAST_EMBEDDING
        asked = self._turnstile.locked() or not self._clear_to_work.is_set()
        return not arrived and not asked and not self._stopping

    def _rest(self, pieces: PiecesOfWork) -> None:
        with self._flags:
            if self._wake.is_set() or self._stopping:
                return
            waits = self._paused or self._manners.must_wait
            over = self._busy and not waits and not self.disk.pending and not pieces.recognising
            if over:
                self._busy = False
                self._mending.over()
        if over:
            self._progress.round_over()
            self._teller.tell(self._progress.report("idle", 0, 0))
            self._on_change()
        self._wake.wait(0.1 if self.disk.pending else LOOK_AT_ROOTS_EVERY)

    def _note_change(self, changed: bool) -> None:
        if changed:
            self._busy = True
            self._tidying.wrote()
            self._on_change()
