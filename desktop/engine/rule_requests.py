"""Requests about what is left out of a folder: see what rules would do, and set them."""

import os

from desktop.domain.errors import UserError
from desktop.domain.files import MOST_MB, FileState, Folder
from desktop.engine.library_requests import whole_characters
from desktop.indexing.ignoring import FolderRules, parse_rules
from desktop.indexing.indexer import Indexer
from desktop.indexing.walking import Walk, is_too_large, walk
from desktop.protocol.common_messages import Nothing
from desktop.protocol.engine_messages import FolderRulesOf, RulesPreview
from desktop.storage.file_table import FileTable

_PREVIEW_SECONDS = 10.0
_SHOWN = 200
_LONGEST_RULES = 20_000


class RuleRequests:
    """Answers what the window asks about the rules of a folder."""

    def __init__(self, files: FileTable, indexer: Indexer, own: str) -> None:
        self._files, self._indexer, self._own = files, indexer, own

    def preview_rules(self, asked: FolderRulesOf) -> RulesPreview:
        """Looks at the disk and changes nothing."""
        folder = self._checked(asked)
        inner = {other.path for other in self._files.folders() if other.id != folder.id}
        rules = FolderRules(folder.path, asked.rules, asked.largest_mb)
        seen = walk(folder.path, _PREVIEW_SECONDS, frozenset({*inner, self._own}), rules)
        known = {
            path for path, file in self._files.known_files(folder.id).items() if file.state is not FileState.TOO_LARGE
        }
        return _preview(folder, seen, known)

    def set_rules(self, asked: FolderRulesOf) -> Nothing:
        """Files that are left out now leave the library at the scan that follows; others are added."""
        folder = self._checked(asked)
        self._files.set_rules(folder.id, whole_characters(asked.rules), asked.largest_mb)
        self._indexer.scan()
        return Nothing()

    def _checked(self, asked: FolderRulesOf) -> Folder:
        folder = next((folder for folder in self._files.folders() if folder.id == asked.folder_id), None)
        if folder is None:
            raise UserError("That folder is not in the library any more.")
        if not 1 <= asked.largest_mb <= MOST_MB:
            raise UserError(f"The largest file must be between 1 and {MOST_MB} MB.")
        if len(asked.rules) > _LONGEST_RULES:
            raise UserError("These are too many rules.", f"At most {_LONGEST_RULES:,} characters can be kept.")
        parse_rules(asked.rules)
        return folder


def _preview(folder: Folder, seen: Walk, known: set[str]) -> RulesPreview:
    read = {path for path, found in seen.files.items() if not is_too_large(found)}
    too_large = seen.files.keys() - read
    left_out = sorted([*seen.left_out, *too_large])
    leaving = sorted(known - read) if seen.complete else sorted(known & too_large)
    arriving = sorted(read - known)
    return RulesPreview(
        *_listed(folder, left_out), *_listed(folder, leaving), *_listed(folder, arriving), seen.complete
    )


def _listed(folder: Folder, paths: list[str]) -> tuple[tuple[str, ...], int]:
    shown = (path.removeprefix(os.path.join(folder.path, "")) for path in paths[:_SHOWN])
    return tuple(shown), len(paths)
