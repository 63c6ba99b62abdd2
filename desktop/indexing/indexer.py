"""The indexing thread: scans and hints, then reading, then embedding, in that order, stepping aside for answers.

The table of files is its queue, so it can be killed at any moment and goes on where it was.
"""

import contextlib
import dataclasses
import logging
import threading
import time
from collections.abc import Callable, Generator

from desktop.indexing.disk_following import LOOK_AT_ROOTS_EVERY, DiskFollower
from desktop.indexing.giving_up import end_process
from desktop.indexing.giving_way import GivingWay
from desktop.indexing.progress import ProgressTeller, RoundProgress
from desktop.indexing.reading_queue import IndexerParts, ReadingQueue
from desktop.indexing.tidying import Tidying
from desktop.indexing.watching import FolderWatcher
from desktop.platform_support.priority import lower_thread_priority
from desktop.protocol.engine_messages import IndexingProgress
from desktop.reading.version import reader_version
from desktop.storage.file_table import FileTable
from desktop.storage.index_damage import IndexDamaged

_EMBED_AT_ONCE = 512  # many of like length are embedded fastest
_LEAST_EMBEDDING = 0.25  # seconds before something else comes first, lest a file that always changes stops all
_SHORT_PAUSE = 0.1

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
        self._rebuild_wanted = self._mended = self._reopen_wanted = self._paused = self._stopping = False
        self._compared = self._recognising = self._stepped_back = False
        self._tidying = Tidying()
        self._progress = RoundProgress()
        self.disk = DiskFollower(files, FolderWatcher(self._wake.set) if watch else None, own)
        # a lock is no queue: without the first, the thread would take the second again before one who waits for it
        self._turnstile, self._working = threading.Lock(), threading.Lock()
        self._queue: ReadingQueue | None = None
        self._teller = ProgressTeller(self._progress, on_progress)
        self._thread = threading.Thread(target=self._run, name="indexing", daemon=True)

    # asked from other threads

    def start(self) -> None:
        self._thread.start()

    def stopping(self) -> None:
        """Begin no more work; what fails from now on is no bug."""
        self._stopping = True
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
        self._tidying.wrote()
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
            if self._queue is not None:
                self._tidying.wrote(self._queue.flush())
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

    def _run(self) -> None:
        try:
            parts = self._open_parts(False)
            queue = self._queue = ReadingQueue(self._files, parts, self._progress)
            queue.forgive(reader_version())
            queue.remember_crash()
            while not self._stopping:
                self._clear_to_work.wait()
                self._wake.clear()  # what arrives from here on keeps us from resting
                with self._turnstile:
                    pass
                with self._working:
                    if self._reopen_wanted:
                        self._reopen_wanted = self._compared = False
                        queue.flush()
                        parts = self._open_parts(True)
                        queue = self._queue = ReadingQueue(self._files, parts, self._progress)
                    worked = self._step_or_mend(parts, queue)
                if worked:
                    self._busy = True
                else:
                    self._rest(queue)
        except Exception as error:
            if not self._stopping:
                end_process(error)
        finally:
            self.disk.stop()

    def _step_or_mend(self, parts: IndexerParts, queue: ReadingQueue) -> bool:
        try:
            if self._rebuild_wanted:
                raise IndexDamaged()
            return self._step(parts, queue)
        except IndexDamaged:
            if self._mended:
                raise
            log.warning("the search index is damaged and made again")
            self._mended, self._rebuild_wanted = True, False
            parts.upkeep.rebuild()
            return True

    def _step(self, parts: IndexerParts, queue: ReadingQueue) -> bool:
        """Does one piece of work. Returns False when there is none."""
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
            self._report("paused" if self._paused else "battery", parts, queue)
            return False
        if self.disk.scan_due:
            self._report("scanning", parts, queue)
            self._note_change(self.disk.scan())
            return True
        if self._tidying.due:
            queue.flush()  # what is read and not stored yet would be taken for lost
            return self._tidying.tidy(parts)
        if self._read(parts, queue) or self._embed(parts, queue) or self._recognise(parts):
            return True
        if self._recognising:
            return False
        if self._tidying.tidy(parts) or self._pause_for(parts, queue):
            return True
        self._tidying.finish(parts)
        return False

    def _rest(self, queue: ReadingQueue) -> None:
        with self._flags:
            if self._wake.is_set() or self._stopping:
                return
            waits = self._paused or self._manners.must_wait
            over = self._busy and not waits and not self.disk.pending and not self._recognising
            if over:
                self._busy = self._mended = False
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

    # files and vectors

    def _read(self, parts: IndexerParts, queue: ReadingQueue) -> bool:
        file = queue.next_file()
        if file is not None:
            self._report("reading", parts, queue, file.path)
            queue.read(file)
            if queue.scan_wanted:
                queue.scan_wanted = False
                self.disk.want_scan()
        elif not queue.held:
            return False
        if file is None or queue.due:
            self._tidying.wrote(queue.flush())
            self._on_change()
        return True

    def _pause_for(self, parts: IndexerParts, queue: ReadingQueue) -> bool:
        """The round is not over while a file waits for its next try. Waits a moment, not the whole pause."""
        pause = max(queue.pause, parts.recognition.rests)
        self._wake.wait(min(pause, _SHORT_PAUSE))
        return pause > 0

    def _embed(self, parts: IndexerParts, queue: ReadingQueue) -> bool:
        if not parts.maker.can_embed:
            return False
        waiting = parts.ledger.waiting(_EMBED_AT_ONCE)
        if not waiting:
            return False
        started = time.monotonic()
        self._report("embedding", parts, queue)
        done = parts.maker.embed(waiting, self._manners.threads, lambda _: self._goes_on(time.monotonic() - started))
        self._progress.embedding.measure(time.monotonic() - started, done)
        self._tidying.wrote(done)
        return True

    def _goes_on(self, seconds: float) -> bool:
        """Nothing that can't wait has come up while passages are embedded for so long."""
        arrived = (self._wake.is_set() or self.disk.pending) and seconds >= _LEAST_EMBEDDING
        asked = self._turnstile.locked() or not self._clear_to_work.is_set()
        return not arrived and not asked and not self._stopping

    def _recognise(self, parts: IndexerParts) -> bool:
        """Pictures of words come last, and are not waited for: meanwhile there may be something else to do."""
        worked = parts.recognition.step()
        self._recognising = parts.recognition.pending
        if self._recognising:
            self._teller.tell(self._progress.report("recognising", parts.recognition.left, 0))
        return worked

    def _report(self, phase: str, parts: IndexerParts, queue: ReadingQueue, current: str = "") -> None:
        if self._teller.is_due(phase):
            waiting = self._files.counts().get("waiting", 0) - queue.held
            self._teller.tell(self._progress.report(phase, waiting, parts.ledger.waiting_count(), current))
