"""One piece of each kind of work: a file read, passages embedded, pictures recognised. Their order is the indexer's."""

import time
from collections.abc import Callable

from desktop.indexing.progress import ProgressTeller, RoundProgress
from desktop.indexing.reading_queue import IndexerParts, ReadingQueue
from desktop.indexing.tidying import Tidying
from desktop.storage.file_table import FileTable

_EMBED_AT_ONCE = 512  # many of like length are embedded fastest
_SHORT_PAUSE = 0.1


class PiecesOfWork:
    """For the indexing thread alone. `recognising`: a picture is under way."""

    def __init__(
        self,
        files: FileTable,
        parts: IndexerParts,
        queue: ReadingQueue,
        progress: RoundProgress,
        teller: ProgressTeller,
        tidying: Tidying,
    ) -> None:
        self._files, self.parts, self.queue = files, parts, queue
        self._progress, self._teller, self._tidying = progress, teller, tidying
        self.recognising = False

    def read(self) -> tuple[bool, bool]:
        """Reads a file, or stores those that were read, or both. Says whether it did either, and whether it stored."""
        file = self.queue.next_file()
        if file is not None:
            self.report("reading", file.path)
            self.queue.read(file)
        elif not self.queue.held:
            return False, False
        store = file is None or self.queue.due
        if store:
            self._tidying.wrote(self.queue.flush())
        return True, store

    def embed(self, threads: int | None, goes_on: Callable[[float], bool]) -> bool:
        """Some passages, on so many threads. `goes_on` is asked after each few, with the seconds since it began."""
        maker = self.parts.maker
        waiting = self.parts.ledger.waiting(_EMBED_AT_ONCE) if maker.can_embed else []
        if not waiting:
            return False
        started = time.monotonic()
        self.report("embedding")
        done = maker.embed(waiting, threads, lambda _: goes_on(time.monotonic() - started))
        self._progress.embedding.measure(time.monotonic() - started, done)
        self._tidying.wrote(done)
        return True

    def recognise(self) -> bool:
        """Pictures of words come last, and are not waited for: meanwhile there may be something else to do."""
        worked = self.parts.recognition.step()
        self.recognising = self.parts.recognition.pending
        if self.recognising:
            self._teller.tell(self._progress.report("recognising", self.parts.recognition.left, 0))
        return worked

    def pause(self, wait: Callable[[float], object]) -> bool:
        """The round is not over while a file waits for its next try. Waits a moment, not the whole pause."""
        pause = max(self.queue.pause, self.parts.recognition.rests)
        wait(min(pause, _SHORT_PAUSE))
        return pause > 0

    def report(self, phase: str, current: str = "") -> None:
        if self._teller.is_due(phase):
            waiting = self._files.counts().get("waiting", 0) - self.queue.held
            self._teller.tell(self._progress.report(phase, waiting, self.parts.ledger.waiting_count(), current))
