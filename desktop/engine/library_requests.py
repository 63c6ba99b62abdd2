"""Requests about folders and files: add, remove, list, status, search, check, rebuild."""

import datetime
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from desktop.answering.scoping import read_scopes, suggest_scopes
from desktop.domain.errors import EngineProblem, UserError
from desktop.domain.files import FileState
from desktop.engine.broadcast import Broadcast
from desktop.engine.folder_notices import folder_notices
from desktop.engine.heavy_parts import HeavyLoader
from desktop.gguf.kind import kind_of_gguf
from desktop.indexing.ignoring import rules_of
from desktop.indexing.indexer import Indexer
from desktop.indexing.walking import find_file, find_special, starting_state, walk
from desktop.protocol.common_messages import Nothing
from desktop.protocol.engine_messages import (
    AddItem,
    AddPreview,
    CheckReport,
    FileId,
    FileList,
    FolderId,
    FolderList,
    LibraryChanged,
    ListFiles,
    Passages,
    Paths,
    Pause,
    ScopeSuggestion,
    ScopeSuggestions,
    Search,
    Status,
    SuggestScopes,
)
from desktop.settings.store import SettingsFile
from desktop.storage.database import Database
from desktop.storage.file_names import FileNames
from desktop.storage.file_table import Changes, FileTable
from desktop.storage.index_damage import IndexDamaged
from desktop.storage.passage_ledger import PassageLedger
from desktop.tones.peft_folder import peft_folder

_PREVIEW_SECONDS = 2.0
_LIST_LIMIT = 1_000
_SEARCH_LIMIT = 100
_SUGGESTIONS = 50
_OUTDATED = "Questions go on with them; the settings say what new ones cost, and make them."


class LibraryRequests:
    """Answers what the window and the CLI ask about the library."""

    def __init__(
        self,
        database: Database,
        files: FileTable,
        ledger: PassageLedger,
        names: FileNames,
        heavy: HeavyLoader,
        indexer: Indexer,
        settings: SettingsFile,
        broadcast: Broadcast,
        notices: Callable[[], tuple[str, ...]],
        own: str = "",
    ) -> None:
        self._database, self._files, self._ledger = database, files, ledger
        self._names = names
        self._heavy, self._indexer, self._settings = heavy, indexer, settings
        self._broadcast = broadcast
        self._notices = notices
        self._own = own
        self._all_split_by = ""

    def status(self, _: Nothing) -> Status:
        progress = self._indexer.progress  # first: a file that is done after it was counted must not be called waiting
        passages, embedded = self._ledger.totals()
        counters = self._ledger.counters()
        return Status(
            counts=self._files.counts(),
            folders=self._files.folders(),
            progress=progress,
            covered=embedded / passages if passages else 1.0,
            notices=self._all_notices(),
            files_read=counters["files_read"],
            passages_embedded=counters["passages_embedded"],
            passages_kept=counters["passages_kept"],
        )

    def _all_notices(self) -> tuple[str, ...]:
        told = folder_notices(self._files.folders(), self._indexer.disk.unwatched(), self._indexer.disk.unreadable())
        return (*self._notices(), *told, *self._outdated())

    def _outdated(self) -> list[str]:
        split_by = self._heavy.split_by
        if split_by == self._all_split_by:  # counting goes through all files, and none gets older
            return []
        older, _ = self._files.split_otherwise(split_by, older_too=True)
        if not older:
            self._all_split_by = split_by
            return []
        return [f"{older:,} files are in passages that an older Footnote made. {_OUTDATED}"]

    def list_files(self, asked: ListFiles) -> FileList:
        limit = max(0, min(asked.limit, _LIST_LIMIT))
        rows, total = self._files.list_files(
            asked.state, asked.containing, max(0, asked.offset), limit, asked.order, asked.descending
        )
        return FileList(rows, total)

    def preview_add(self, asked: Paths) -> AddPreview:
        deadline = time.monotonic() + _PREVIEW_SECONDS
        return AddPreview(tuple(_preview(_absolute(path), deadline) for path in asked.paths))

    def add(self, asked: Paths) -> FolderList:
        """Adds folders and files, or scans known ones now."""
        paths = [_absolute(path) for path in asked.paths]
        for path in paths:
            self._check_can_add(path)
        known = [(folder.path, folder.is_file) for folder in self._files.folders()]
        for path in sorted(set(paths), key=len):  # a folder before what stands in it
            if not _covered(path, known):
                self._files.add_folder(path, os.path.isfile(path))
                known.append((path, os.path.isfile(path)))
        self._indexer.scan()
        self._changed()
        return FolderList(self._files.folders())

    def _check_can_add(self, path: str) -> None:
        _check_can_add(path)
        if self._own and os.path.join(path, "").startswith(os.path.join(self._own, "")):
            raise UserError("Footnote keeps its own data there.", "Add the folder with your documents instead.")

    def remove(self, asked: FolderId) -> Nothing:
        self._files.remove_folder(asked.folder_id)
        self._indexer.forget()
        self._indexer.scan()  # files that a folder still covers come back
        self._changed()
        return Nothing()

    def rescan(self, _: Nothing) -> Nothing:
        self._indexer.scan()
        return Nothing()

    def retry_file(self, asked: FileId) -> Nothing:
        file = self._files.file_by_id(asked.file_id)
        if file is None:
            raise UserError("That file is not in the library any more.")
        folder = next((folder for folder in self._files.folders() if folder.id == file.folder_id), None)
        found = (find_file(file.path, rules_of(folder).largest) or find_special(file.path)) if folder else None
        if found is None:
            raise UserError("That file is not there any more.", "Scan the folder again to update the list.")
        self._files.apply(Changes(queued=[(file.id, found.stamp, *starting_state(found), found.format)]))
        self._indexer.work_arrived()
        self._changed()
        return Nothing()

    def forget_missing(self, asked: FolderId) -> Nothing:
        """The user says that the missing files of a folder are gone for good."""
        self._files.missing.forget(asked.folder_id)
        self._indexer.forget()
        self._indexer.scan()  # an emptied folder is a healthy one from now on
        self._changed()
        return Nothing()

    def user_active(self, _: Nothing) -> Nothing:
        self._indexer.user_is_active()
        return Nothing()

    def pause(self, asked: Pause) -> Nothing:
        self._settings.set("paused", asked.paused)
        self._indexer.pause(asked.paused)
        return Nothing()

    def search(self, asked: Search) -> Passages:
        try:
            finder = self._heavy.get().finder
            read = read_scopes(whole_characters(asked.question), self._names, datetime.datetime.now())
            found = finder.within(read).find(read.text, max(1, min(asked.limit, _SEARCH_LIMIT)))
            return Passages(found, read.words)
        except IndexDamaged:
            self._indexer.rebuild()
            raise

    def suggest_scopes(self, asked: SuggestScopes) -> ScopeSuggestions:
        limit = max(1, min(asked.limit, _SUGGESTIONS))
        found = suggest_scopes(whole_characters(asked.typed), self._names, limit, datetime.datetime.now())
        return ScopeSuggestions(tuple(ScopeSuggestion(s.kind, s.name, s.detail, s.insert) for s in found))

    def check(self, _: Nothing) -> CheckReport:
        """Compares SQLite, the ledger and LanceDB; mends nothing."""
        if damaged := self._database.integrity():
            return CheckReport(0, 0, 0, tuple(f"The database is damaged: {line}" for line in damaged))
        problems: list[str] = []
        upkeep = self._heavy.get().upkeep
        try:
            with self._indexer.held():  # a file half-way between both stores is no damage
                found, coming = upkeep.compare(), self._ledger.ids_on_their_way()
        except IndexDamaged as damage:
            passages, embedded = self._ledger.totals()
            return CheckReport(0, passages, embedded, (damage.title,))
        problems += _sentences(len(found.without_words - coming), "passages are missing from the keyword index")
        problems += _sentences(len(found.without_vector), "passages have lost their vector")
        problems += _sentences(len(found.doubled), "passages are in the index twice")
        passages, embedded = self._ledger.totals()
        indexed = self._files.counts().get(FileState.INDEXED.value, 0)
        return CheckReport(indexed, passages, embedded, tuple(problems))

    def rebuild(self, _: Nothing) -> Nothing:
        upkeep = self._heavy.get().upkeep
        with self._indexer.held():
            upkeep.rebuild()
        self._indexer.work_arrived()
        self._changed()
        return Nothing()

    def _changed(self) -> None:
        self._broadcast.send(LibraryChanged(self._files.counts()))


def whole_characters(text: str) -> str:
    """Half a character, as a terminal or a broken copy may give, is nothing that a library of ours takes."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _absolute(path: str) -> str:
    return os.path.abspath(os.path.expanduser(path))


def _covered(path: str, known: Iterable[tuple[str, bool]]) -> bool:
    return any(path == other or (not is_file and path.startswith(os.path.join(other, ""))) for other, is_file in known)


def _check_can_add(path: str) -> None:
    if not os.path.lexists(path):
        raise UserError(f"“{path}” does not exist.", "Check the name, or whether its drive is connected.")
    if os.path.isdir(path):
        if not os.access(path, os.R_OK | os.X_OK):
            raise UserError(f"“{path}” may not be opened.", "Ask its owner for permission to read it.")
    elif find_file(path) is None:
        raise UserError(f"“{path}” is neither a folder nor an ordinary file.", "Add the folder it stands in instead.")


def _preview(path: str, deadline: float) -> AddItem:
    if path.lower().endswith(".gguf") and os.path.isfile(path):
        return _preview_gguf(path)  # a link too: programs that keep models link to them
    if (adapter := peft_folder(path)) is not None:
        size = sum(file.stat().st_size for file in adapter.iterdir() if file.is_file())
        return AddItem(path, "tone", 1, size, {}, True, "")
    try:
        _check_can_add(path)
    except UserError as error:
        return AddItem(path, "refused", 0, 0, {}, True, str(error))
    seen = walk(path, seconds=max(0.1, deadline - time.monotonic()))
    readable = [found for found in seen.files.values() if starting_state(found)[0] is FileState.WAITING]
    formats = Counter(found.format for found in readable)
    kind = "folder" if os.path.isdir(path) else "file"
    size = sum(found.stamp.size for found in readable)
    if kind == "file" and not readable:
        reason = next((starting_state(found)[1] for found in seen.files.values()), "It can't be read.")
        return AddItem(path, "refused", 0, 0, {}, True, reason)
    return AddItem(path, kind, len(readable), size, dict(formats), seen.complete, "")


def _preview_gguf(path: str) -> AddItem:
    size = Path(path).stat().st_size
    try:
        kind = kind_of_gguf(Path(path))
        return AddItem(path, kind, 1, size, {}, True, "")
    except (UserError, EngineProblem) as error:
        return AddItem(path, "refused", 0, 0, {}, True, str(error))


def _sentences(count: int, what: str) -> list[str]:
    return [f"{count} {what}."] if count else []
