"""The indexing thread: scans and hints, then reading, then embedding, in that order, stepping aside for answers.

The table of files is its queue, so it can be killed at any moment and goes on where it was.
"""

import contextlib
import dataclasses
import logging
import os
import threading
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop.domain.errors import EngineProblem, FileProblem
from desktop.domain.files import FileState, Folder
from desktop.indexing.progress import RoundProgress
from desktop.indexing.reconciling import Reconciler, hash_file
from desktop.indexing.walking import find_file
from desktop.indexing.watching import FolderWatcher
from desktop.platform_support.crash_notes import CrashNote
from desktop.protocol.engine_messages import IndexingProgress
from desktop.reading.client import FileReader, ReaderDied
from desktop.storage.file_table import FileTable, KnownFile
from desktop.storage.passage_ledger import NewPassages, PassageLedger

if TYPE_CHECKING:
    # these load numpy and LanceDB, which the engine's start must not wait for
    from desktop.indexing.passage_maker import PassageMaker
    from desktop.indexing.upkeep import IndexUpkeep

_FLUSH_PASSAGES = 2_000
_FLUSH_SECONDS = 1.5
_EMBED_BATCH = 64
_TIDY_AFTER = 20_000
_SCAN_EVERY = 3_600.0
_DEATHS_ALLOWED = 2

log = logging.getLogger("footnote.indexing")


@dataclass(frozen=True, slots=True)
class IndexerParts:
    """What the indexer works with; built once the heavy libraries are loaded."""

    ledger: PassageLedger
    upkeep: "IndexUpkeep"
    maker: "PassageMaker"
    reader: FileReader
    note: CrashNote


class Indexer:
    """Runs until `stop`. `on_progress` and `on_change` are called on its thread.

    `open_parts` is called on that thread first, since it loads LanceDB and the embedder.
    """

    def __init__(
        self,
        files: FileTable,
        open_parts: Callable[[], IndexerParts],
        on_progress: Callable[[IndexingProgress], None],
        on_change: Callable[[], None],
        watch: bool = True,
    ) -> None:
        self._files = files
        self._open_parts = open_parts
        self._on_progress, self._on_change = on_progress, on_change
        self._wake = threading.Event()
        self._clear_to_work = threading.Event()
        self._clear_to_work.set()
        self._scan_wanted = True
        self._paused = self._stopping = False
        self._busy = True
        self._progress = RoundProgress()
        self._batch: list[NewPassages] = []
        self._batch_since = 0.0
        self._written = 1  # the first rest compares both stores, whatever happened to the last engine
        self._watcher = FolderWatcher(self._wake) if watch else None
        self._reconciler = Reconciler(files)
        self._last_scan = 0.0
        self._working = threading.Lock()
        self._parts: IndexerParts | None = None
        self._last_report = self._progress.report("scanning", 0, 0)
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
        self._scan_wanted = True
        self._busy = True
        self._wake.set()

    def work_arrived(self) -> None:
        self._busy = True
        self._wake.set()

    def forget(self) -> None:
        """Something was removed: tidy up when nothing else is to be done."""
        self._written += 1
        self.work_arrived()

    def pause(self, paused: bool) -> None:
        self._paused = paused
        self._wake.set()

    def step_aside(self) -> None:
        """No work until `come_back`: an answer is being made and llama.cpp wants every core."""
        self._clear_to_work.clear()

    def come_back(self) -> None:
        self._clear_to_work.set()

    @contextlib.contextmanager
    def held(self) -> Generator[None]:
        """Between two pieces of work, with no other begun until the block ends."""
        with self._working:
            yield

    @property
    def progress(self) -> IndexingProgress:
        if self._last_report.phase == "idle" and not self.idle:
            return dataclasses.replace(self._last_report, phase="scanning")
        return self._last_report

    @property
    def idle(self) -> bool:
        """Nothing to scan, read or embed."""
        return not self._busy and not self._scan_wanted

    def unwatched(self) -> dict[int, str]:
        """Folders that can't be watched and why; they are scanned instead."""
        return dict(self._watcher.trouble) if self._watcher else {}

    # the thread

    def _run(self) -> None:
        try:
            self._parts = self._open_parts()
            self._remember_crashes(self._parts)
            while not self._stopping:
                self._clear_to_work.wait()
                with self._working:
                    worked = self._step(self._parts)
                if not worked:
                    self._rest()
        except EngineProblem as problem:
            if not self._stopping:
                log.error("indexing can't go on: %s", problem)
                os._exit(70)
        except Exception:
            # a bug here must not look like an index that never ends: the engine dies and is restarted
            log.exception("indexing ended by a bug")
            os._exit(70)
        finally:
            if self._watcher:
                self._watcher.stop()

    def _step(self, parts: IndexerParts) -> bool:
        """Does one piece of work. Returns False when there is none."""
        self._follow_hints()
        if self._paused:
            self._flush(parts)
            self._report("paused")
            return False
        if self._scan_wanted or time.monotonic() - self._last_scan > _SCAN_EVERY:
            self._scan_all()
            return True
        if file := self._next_file():
            self._read(parts, file)
            return True
        if self._batch:
            self._flush(parts)
            return True
        return self._embed(parts)

    def _rest(self) -> None:
        if not self._paused and self._busy:
            if self._written and self._parts:
                self._tidy(self._parts)
            self._busy = bool(self._watcher and self._watcher.pending) or self._scan_wanted
            self._progress.round_over()
            self._report("idle")
            self._on_change()
        pending = self._watcher is not None and self._watcher.pending
        self._wake.wait(0.1 if pending else 5.0)
        self._wake.clear()

    def _remember_crashes(self, parts: IndexerParts) -> None:
        """The file that was being read when the engine died is suspect."""
        word = parts.note.read()
        parts.note.clear()
        file = self._files.file_by_id(int(word)) if word.isdigit() else None
        if file is not None and file.state is FileState.WAITING:
            self._count_death(file, "The program ended while it was being read.")

    def _count_death(self, file: KnownFile, why: str) -> None:
        deaths = file.deaths + 1
        if deaths >= _DEATHS_ALLOWED:
            reason = f"{why} That happened twice, so it is left alone until it changes."
            self._files.set_state(file.id, FileState.QUARANTINED, reason, deaths)
            if self._parts:
                self._parts.ledger.clear(file.id)
        else:
            self._files.set_state(file.id, FileState.WAITING, "", deaths)

    def _folders(self) -> tuple[Folder, ...]:
        return self._files.folders()

    def _scan_all(self) -> None:
        self._scan_wanted = False
        self._busy = True
        self._report("scanning")
        folders = self._folders()
        if self._watcher:
            self._watcher.follow(folders)  # before the scan, so that nothing falls between
        changed = [self._reconciler.scan(folder) for folder in folders]
        if self._watcher:
            self._watcher.follow(self._folders())
        self._last_scan = time.monotonic()
        if any(changed):
            self._written += 1
            self._on_change()

    def _follow_hints(self) -> None:
        if self._watcher is None or not (paths := self._watcher.take_rested()):
            return
        for folder in self._folders():
            prefix = os.path.join(folder.path, "")
            inside = [path for path in paths if path == folder.path or path.startswith(prefix)]
            if inside and self._reconciler.look_at(folder, inside):
                self._busy = True
                self._written += 1
                self._on_change()

    # reading

    def _next_file(self) -> KnownFile | None:
        # files in the batch stay `waiting` till their words are stored, so that a kill loses none
        held = {new.file_id for new in self._batch}
        return next((file for file in self._files.next_waiting(len(held) + 1) if file.id not in held), None)

    def _read(self, parts: IndexerParts, file: KnownFile) -> None:
        started = time.monotonic()
        changed = parts.ledger.change_number(file.id)
        if self._is_unchanged(file):
            self._files.set_state(file.id, FileState.INDEXED)
            self._progress.file_done(time.monotonic() - started, 0)
            return
        self._report("reading", file.path)
        passages = 0
        try:
            found = find_file(file.path)
            if found is None:
                raise FileProblem("The file is not there any more.", state=FileState.MISSING.value)
            parts.note.write(str(file.id))
            document, sha256, _ = parts.reader.read(file.path)
            new = parts.maker.prepare(file, found.stamp, sha256, document, changed)
            passages = len(new.spans)
            self._batch.append(new)
            self._batch_since = self._batch_since or started
        except ReaderDied as death:
            self._count_death(file, f"The file reader {death.cause} on it.")
        except FileProblem as problem:
            self._give_up(parts, file, problem)
        finally:
            parts.note.clear()
        self._progress.file_done(time.monotonic() - started, passages)
        waiting = sum(len(new.spans) for new in self._batch)
        if waiting >= _FLUSH_PASSAGES or (self._batch and time.monotonic() - self._batch_since > _FLUSH_SECONDS):
            self._flush(parts)

    def _is_unchanged(self, file: KnownFile) -> bool:
        """The bytes are those that were read before: a touch, a move, a folder that came back."""
        if not file.sha256:
            return False
        try:
            return hash_file(file.path) == file.sha256
        except OSError:
            return False

    def _give_up(self, parts: IndexerParts, file: KnownFile, problem: FileProblem) -> None:
        if problem.state == FileState.MISSING.value:
            self._files.remove_files([file.id])
        else:
            parts.ledger.clear(file.id)
            self._files.set_state(file.id, FileState(problem.state), str(problem), 0)

    def _flush(self, parts: IndexerParts) -> None:
        if not self._batch:
            return
        batch, self._batch, self._batch_since = self._batch, [], 0.0
        parts.maker.store(batch)
        self._written += sum(len(new.spans) for new in batch)
        self._on_change()
        if self._written > _TIDY_AFTER:
            self._tidy(parts)

    # vectors

    def _embed(self, parts: IndexerParts) -> bool:
        if not parts.maker.can_embed:
            return False
        waiting = parts.ledger.waiting(_EMBED_BATCH * 4)
        if not waiting:
            return False
        started = time.monotonic()
        self._busy = True
        self._report("embedding")
        parts.maker.embed(waiting)
        self._progress.embedding.measure(time.monotonic() - started, len(waiting))
        self._written += len(waiting)
        return True

    def _tidy(self, parts: IndexerParts) -> None:
        parts.upkeep.heal(parts.upkeep.compare())
        parts.upkeep.tidy()
        self._written = 0

    def _report(self, phase: str, current: str = "") -> None:
        counts = self._files.counts()
        waiting = counts.get("waiting", 0) + (1 if phase == "reading" else 0)
        pending = self._parts.ledger.waiting_count() if self._parts and phase != "reading" else 0
        self._last_report = self._progress.report(phase, waiting, pending, current)
        self._on_progress(self._last_report)
