"""Compares what is on disk with what the library knows and writes the difference into the table of files.

Renames and touches are told from changes here, so that nothing is read again for them. Reads no file but to hash one.
"""

import hashlib
import os
from collections.abc import Iterable

from desktop.domain.files import FileState, Folder
from desktop.indexing.walking import Found, find_file, root_is_healthy, starting_state, walk
from desktop.storage.file_table import FileStamp, FileTable, KnownFile

_FINAL = frozenset({FileState.INDEXED, FileState.WAITING, FileState.READING})


def hash_file(path: str) -> str:
    """Hex SHA-256 of a regular file's bytes. Raises OSError."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags), "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Reconciler:
    """Brings the table of files into line with the disk. Every method says whether anything changed."""

    def __init__(self, files: FileTable) -> None:
        self._files = files

    def scan(self, folder: Folder) -> bool:
        """The authority: a full walk of one folder."""
        known = self._files.known_files(folder.id)
        if not root_is_healthy(folder.path, folder.is_file, bool(known)):
            return self._lose(folder, known)
        seen = walk(folder.path)
        if not folder.online:
            self._files.set_online(folder.id, True)
        shielded = tuple(os.path.join(path, "") for path in seen.unreadable)
        gone = {p: k for p, k in known.items() if p not in seen.files and not p.startswith(shielded)}
        return self._settle(folder, seen.files, known, gone) or not folder.online

    def look_at(self, folder: Folder, paths: Iterable[str]) -> bool:
        """Follows hints: these paths (files or folders below `folder`) may have changed."""
        if not folder.online or not root_is_healthy(folder.path, folder.is_file, True):
            return self.scan(folder)
        found: dict[str, Found] = {}
        known: dict[str, KnownFile] = {}
        everything = self._files.known_files(folder.id)
        for path in paths:
            prefix = os.path.join(path, "")
            known |= {p: k for p, k in everything.items() if p == path or p.startswith(prefix)}
            if os.path.isdir(path) and not os.path.islink(path):
                found |= walk(path).files
            elif single := find_file(path):
                found[path] = single
        gone = {p: k for p, k in known.items() if p not in found}
        return self._settle(folder, found, known, gone)

    def _lose(self, folder: Folder, known: dict[str, KnownFile]) -> bool:
        if not folder.online:
            return False
        self._files.set_online(folder.id, False)
        for file in known.values():
            self._files.set_state(file.id, FileState.MISSING, "Its folder is not there now.")
        return True

    def _settle(
        self, folder: Folder, found: dict[str, Found], known: dict[str, KnownFile], gone: dict[str, KnownFile]
    ) -> bool:
        new = [f for path, f in found.items() if path not in known]
        moved = self._moves(new, gone)
        for source, target in moved:
            self._files.move(source.id, folder.id, target.path, target.stamp)
        arrived = {target.path for _, target in moved}
        self._files.add_files(
            folder.id, [(f.path, f.stamp, *starting_state(f), f.format) for f in new if f.path not in arrived]
        )
        changes = [change for path, file in known.items() if path in found and (change := _change(file, found[path]))]
        self._files.queue(changes)
        left = {source.id for source, _ in moved}
        self._files.remove_files([file.id for file in gone.values() if file.id not in left])
        return bool(new or changes or gone)

    def _moves(self, new: list[Found], gone: dict[str, KnownFile]) -> list[tuple[KnownFile, Found]]:
        """Pairs of a file that is gone and the new one that is the same: by inode, else by size and hash."""
        pairs: list[tuple[KnownFile, Found]] = []
        if not new:
            return pairs
        pool = list(gone.values())
        for target in new:
            candidates = [*pool, *(f for f in self._files.with_inode(target.stamp.inode) if not _is_there(f.path))]
            if source := _same(target, candidates):
                pairs.append((source, target))
                pool = [file for file in pool if file.id != source.id]
        return pairs


def _is_there(path: str) -> bool:
    return os.path.lexists(path)


def _same(target: Found, candidates: list[KnownFile]) -> KnownFile | None:
    for file in candidates:
        if file.stamp == target.stamp:
            return file
    alike = [f for f in candidates if f.sha256 and f.stamp.size == target.stamp.size]
    if not alike:
        return None
    try:
        digest = hash_file(target.path)
    except OSError:
        return None
    return next((file for file in alike if file.sha256 == digest), None)


def _change(file: KnownFile, found: Found) -> tuple[int, FileStamp, FileState, str] | None:
    if file.stamp == found.stamp and file.state is not FileState.MISSING:
        return None
    state, reason = starting_state(found)
    return file.id, found.stamp, state, reason
