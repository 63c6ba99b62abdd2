"""Folders, files and their states: what the library knows about the user's disk."""

from dataclasses import dataclass
from enum import StrEnum

# megabytes of one file that the file reader takes at most: it holds the file in its memory, some formats twice
MOST_MB = 400
# missing files, vectors of an embedder that is not used any more, and passages that were replaced are kept so long
KEPT_DAYS = 30


class FileState(StrEnum):
    WAITING = "waiting"
    READING = "reading"
    INDEXED = "indexed"
    EMPTY = "empty"
    NEEDS_OCR = "needs_ocr"
    LOCKED = "locked"
    UNSUPPORTED = "unsupported"
    TOO_LARGE = "too_large"
    FAILED = "failed"
    QUARANTINED = "quarantined"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder (or single file) that the user added. `path` is absolute; `files` counts every state.

    `rules` are lines as in .gitignore that say what is left out; files above `largest_mb` megabytes are not read.
    `waiting` files are still to be read. `missing` ones are not there now, all of them while the folder is not
    `online`; each is kept for 30 days, the first of them from `missing_since`
    (seconds since 1970; 0 where none are missing).
    """

    id: int
    path: str
    is_file: bool
    online: bool
    files: int
    indexed: int
    rules: str = ""
    largest_mb: int = 200
    waiting: int = 0
    missing_since: float = 0.0
    missing: int = 0


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file of the library as lists show it. Size in bytes, times in seconds since the epoch."""

    id: int
    folder_id: int
    path: str
    state: FileState
    reason: str
    size: int
    modified: float
    passages: int
    format: str
