"""What became of files that answers cite, by the hashes that the library knows. Looks at no file itself."""

import os

from desktop.domain.answers import FileChange
from desktop.domain.files import FileState
from desktop.storage.database import Database


class FilesNow:
    """Reads the table of files; `file_table.py` writes it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def change_since(self, file_id: int, file: str, sha256: str) -> FileChange:
        """`file` was its path, `sha256` its hash. A file whose new hash is not known yet counts as the same."""
        row = self._database.row("SELECT state, sha256 FROM files WHERE id = ?", file_id)
        if row is None:  # its folder was taken out and added again
            row = self._database.row("SELECT state, sha256 FROM files WHERE path = ?", os.fsencode(file))
        if row is None or row[0] == FileState.MISSING:
            return FileChange.GONE
        return FileChange.CHANGED if row[1] and row[1] != sha256 else FileChange.SAME
