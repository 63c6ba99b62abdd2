"""Files by the words of their names and paths: for searching, for `@name`, and for what is typed after an @.

The words are kept by SQLite itself beside the table of files, so that a rename changes nothing else.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from desktop.domain.scopes import Scope
from desktop.storage.analysis import name_words
from desktop.storage.database import Database

_LOOKED_AT = 5_000


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A folder (`file_id` None) or a file in the library, by absolute path; `root` is the added folder it is in."""

    path: str
    file_id: int | None
    root: str

    @property
    def name(self) -> str:
        return PurePath(self.path).name or self.path


class FileNames:
    """Reads what the triggers of the database keep."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def matching(self, terms: Sequence[str], limit: int) -> dict[int, float]:
        """BM25 of the names by file id, best first; words that most names have count next to nothing."""
        if not terms:
            return {}
        rows = self._database.rows(
            "SELECT rowid, -bm25(file_names, 0.0, 1.0) AS score FROM file_names WHERE file_names MATCH ? "
            "ORDER BY score DESC LIMIT ?",
            "terms : (" + " OR ".join(map(_quoted, dict.fromkeys(terms))) + ")",
            limit,
        )
        return {int(file_id): float(score) for file_id, score in rows if score > 0}

    def called(self, name: str) -> list[NamedPlace]:
        """Folders and files of exactly this name (or `folder/name`), whatever its case; a file also without ending."""
        wanted = _folded_parts(name)
        words = name_words(name).split()
        if not wanted or not words:
            return []
        found: dict[str, NamedPlace] = {}
        for place in self._places(" AND ".join(map(_quoted, words))):
            parts = _folded_parts(place.path)
            stemless = (*parts[:-1], PurePath(parts[-1]).stem) if place.file_id is not None else parts
            if wanted in (parts[-len(wanted) :], stemless[-len(wanted) :]):
                found.setdefault(place.path, place)
        return list(found.values())

    def beginning(self, typed: str, limit: int) -> list[NamedPlace]:
        """Folders first, then files, whose own name has words that begin as these do; by name."""
        words = name_words(typed).split()
        query = " AND ".join(f"{_quoted(word)}*" for word in words)
        found: dict[str, NamedPlace] = {}
        for place in self._places(query):
            own = name_words(place.name).split()
            if all(any(part.startswith(word) for part in own) for word in words):
                found.setdefault(place.path, place)
        begins = name_words(typed)
        ranked = sorted(
            found.values(),
            key=lambda p: (p.file_id is not None, not name_words(p.name).startswith(begins), p.name.casefold(), p.path),
        )
        return ranked[:limit]

    def types(self) -> list[tuple[str, int]]:
        """Formats of the library with the number of their files, the commonest first."""
        rows = self._database.rows(
            "SELECT format, count(*) AS n FROM files WHERE format != '' GROUP BY format ORDER BY n DESC, format"
        )
        return [(str(name), int(n)) for name, n in rows]

    def in_scope(self, scope: Scope) -> list[int]:
        """Ids of the files that a scope allows."""
        clauses, values = list[str](), list[Any]()
        for clause, more in (_placed(scope), _typed(scope), _timed(scope)):
            if clause:
                clauses.append(f"({clause})")
                values += more
        rows = self._database.rows(f"SELECT id FROM files WHERE {' AND '.join(clauses) or '1'} ORDER BY id", *values)
        return [int(row[0]) for row in rows]

    def _places(self, query: str) -> list[NamedPlace]:
        """Files whose path has these words, and every folder on the way to them, from the added folder on."""
        match = "f.id IN (SELECT rowid FROM file_names WHERE file_names MATCH ?) AND" if query else ""
        rows = self._database.rows(
            "SELECT f.id, f.path, d.path, d.is_file FROM files f JOIN folders d ON d.id = f.folder_id "
            f"WHERE {match} 1 ORDER BY length(f.path), f.path LIMIT ?",
            *((f"words : ({query})",) if query else ()),
            _LOOKED_AT,
        )
        places: dict[str, NamedPlace] = {}
        for file_id, path_bytes, root_bytes, is_file in rows:
            path, root = os.fsdecode(path_bytes), os.fsdecode(root_bytes)
            folder = os.path.dirname(path)
            while not is_file and folder not in places and len(folder) >= len(root):
                places[folder] = NamedPlace(folder, None, root)
                folder = os.path.dirname(folder)
            places[path] = NamedPlace(path, int(file_id), root)
        return list(places.values())


def _placed(scope: Scope) -> tuple[str, list[Any]]:
    clauses, values = list[str](), list[Any]()
    for folder in scope.folders:
        prefix = os.fsencode(os.path.join(folder, ""))
        clauses.append("(path > ? AND path < ?)")
        values += [prefix, prefix[:-1] + bytes([prefix[-1] + 1])]
    if scope.files:
        clauses.append(f"id IN ({','.join('?' * len(scope.files))})")
        values += scope.files
    return " OR ".join(clauses), values


def _typed(scope: Scope) -> tuple[str, list[Any]]:
    clauses = ["format = ? OR substr(folded(name), -length(?) - 1) = '.' || ?"] * len(scope.types)
    return " OR ".join(clauses), [name for name in scope.types for _ in range(3)]


def _timed(scope: Scope) -> tuple[str, list[Any]]:
    clauses, values = list[str](), list[Any]()
    for sign, time in ((">=", scope.after), ("<", scope.before)):
        if time is not None:
            clauses.append(f"mtime_ns {sign} ?")
            values.append(int(time * 1e9))
    return " AND ".join(clauses), values


def _folded_parts(path: str) -> tuple[str, ...]:
    return tuple(part.casefold() for part in path.replace("\\", "/").split("/") if part)


def _quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'
