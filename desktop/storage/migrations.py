"""The numbered steps that make and upgrade `library.db`, recorded by name. Newer data than we know is refused."""

import shutil
import sqlite3
import time
from pathlib import Path

from desktop.domain.errors import EngineProblem

_FIRST = """
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
INSERT INTO counters VALUES ('next_passage', 1), ('files_read', 0), ('passages_embedded', 0), ('passages_kept', 0);
CREATE TABLE notes (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE folders (
    id INTEGER PRIMARY KEY AUTOINCREMENT, path BLOB NOT NULL UNIQUE, is_file INTEGER NOT NULL,
    online INTEGER NOT NULL DEFAULT 1, added_at REAL NOT NULL
) STRICT;
CREATE TABLE files (
    id INTEGER PRIMARY KEY AUTOINCREMENT, folder_id INTEGER NOT NULL REFERENCES folders(id),
    path BLOB NOT NULL UNIQUE, name TEXT NOT NULL, format TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '', size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
    inode INTEGER NOT NULL, sha256 TEXT NOT NULL DEFAULT '', title TEXT NOT NULL DEFAULT '',
    header TEXT NOT NULL DEFAULT '', language TEXT NOT NULL DEFAULT '', passages INTEGER NOT NULL DEFAULT 0,
    deaths INTEGER NOT NULL DEFAULT 0, changed INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX files_by_folder ON files(folder_id);
CREATE INDEX files_by_state ON files(state);
CREATE INDEX files_by_hash ON files(sha256);
CREATE INDEX files_by_inode ON files(inode);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY, file_id INTEGER NOT NULL REFERENCES files(id), ordinal INTEGER NOT NULL,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, page INTEGER, heading TEXT NOT NULL, text TEXT NOT NULL,
    digest TEXT NOT NULL, gap TEXT NOT NULL, embedded INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX passages_by_file ON passages(file_id, ordinal);
CREATE INDEX passages_by_digest ON passages(digest);
CREATE INDEX passages_waiting ON passages(id) WHERE embedded = 0;
CREATE TABLE conversations (
    id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL, updated_at REAL NOT NULL, deleted_at REAL
) STRICT;
CREATE TABLE answers (
    id INTEGER PRIMARY KEY AUTOINCREMENT, conversation_id INTEGER NOT NULL REFERENCES conversations(id),
    question TEXT NOT NULL, asked_at REAL NOT NULL, state TEXT NOT NULL, partial TEXT NOT NULL DEFAULT '', content TEXT
) STRICT;
CREATE INDEX answers_by_conversation ON answers(conversation_id, id);
CREATE TABLE attempts (subject TEXT PRIMARY KEY, deaths INTEGER NOT NULL, started_at REAL) STRICT;
"""

_QUEUE = """
ALTER TABLE files ADD COLUMN transient INTEGER NOT NULL DEFAULT 0;
ALTER TABLE files ADD COLUMN split_by TEXT NOT NULL DEFAULT '';
CREATE INDEX files_waiting ON files(deaths, id) WHERE state = 'waiting';
"""

# `name_words` and `name_terms` are functions of the database's own: see file_names.py
_NAMES = """
CREATE VIRTUAL TABLE file_names USING fts5(words, terms, tokenize = "unicode61 remove_diacritics 0 tokenchars '-./:'");
CREATE TRIGGER names_added AFTER INSERT ON files BEGIN
    INSERT INTO file_names (rowid, words, terms) VALUES (new.id, name_words(new.name), name_terms(new.name));
END;
CREATE TRIGGER names_changed AFTER UPDATE OF name ON files WHEN new.name != old.name BEGIN
    UPDATE file_names SET words = name_words(new.name), terms = name_terms(new.name) WHERE rowid = new.id;
END;
CREATE TRIGGER names_removed AFTER DELETE ON files BEGIN
    DELETE FROM file_names WHERE rowid = old.id;
END;
INSERT INTO file_names (rowid, words, terms) SELECT id, name_words(name), name_terms(name) FROM files;
CREATE INDEX files_by_format ON files(format);
"""

_RULES = """
ALTER TABLE folders ADD COLUMN rules TEXT NOT NULL DEFAULT '';
ALTER TABLE folders ADD COLUMN largest_mb INTEGER NOT NULL DEFAULT 200;
"""

# what is newest, or was opened last, is read and embedded first
_CURRENT = """
ALTER TABLE files ADD COLUMN recent INTEGER NOT NULL DEFAULT 0;
UPDATE files SET recent = mtime_ns;
DROP INDEX files_waiting;
CREATE INDEX files_waiting ON files(deaths, recent DESC, id) WHERE state = 'waiting';
DROP INDEX passages_waiting;
CREATE INDEX passages_waiting ON passages(file_id, ordinal) WHERE embedded = 0;
ALTER TABLE folders ADD COLUMN missing_since REAL NOT NULL DEFAULT 0;
"""

# an answer is an attempt at the question of the first one; `chosen` is the attempt that the conversation goes on from
_ATTEMPTS = """
ALTER TABLE conversations ADD COLUMN mode TEXT NOT NULL DEFAULT 'strict';
ALTER TABLE answers ADD COLUMN attempt_of INTEGER;
ALTER TABLE answers ADD COLUMN chosen INTEGER NOT NULL DEFAULT 1;
ALTER TABLE answers ADD COLUMN rating INTEGER NOT NULL DEFAULT 0;
ALTER TABLE answers ADD COLUMN own_words TEXT;
"""

# JSON of a Voice; empty: as last chosen
_VOICES = """
ALTER TABLE conversations ADD COLUMN voice TEXT NOT NULL DEFAULT '';
"""

# `sha256` is of the bytes whose pictures were looked at; `made_by` names what recognised them all, empty: not yet
_READING = """
CREATE TABLE recognition (
    file_id INTEGER PRIMARY KEY REFERENCES files(id) ON DELETE CASCADE, sha256 TEXT NOT NULL DEFAULT '',
    made_by TEXT NOT NULL DEFAULT ''
) STRICT;
INSERT INTO recognition (file_id) SELECT id FROM files WHERE state = 'needs_ocr';
CREATE INDEX recognition_wanted ON recognition(made_by);
"""

_PLACES = """
ALTER TABLE passages ADD COLUMN places TEXT NOT NULL DEFAULT '';
"""

# 1: its passages are here, its words not yet in the search index
_STORED = """
ALTER TABLE files ADD COLUMN stored INTEGER NOT NULL DEFAULT 0;
"""

# a table's header once, for all passages of its rows; until now a file had one at most
_HEADERS = """
CREATE TABLE headers (
    id INTEGER PRIMARY KEY, file_id INTEGER NOT NULL REFERENCES files(id) ON DELETE CASCADE, text TEXT NOT NULL
) STRICT;
CREATE INDEX headers_by_file ON headers(file_id);
INSERT INTO headers (file_id, text) SELECT id, header FROM files WHERE header != '';
ALTER TABLE passages ADD COLUMN header_id INTEGER;
UPDATE passages SET header_id = (SELECT h.id FROM headers h WHERE h.file_id = passages.file_id)
    WHERE file_id IN (SELECT file_id FROM headers);
ALTER TABLE files DROP COLUMN header;
"""

# see former_passages.py; `content` NULL: the file has its passages still
_FORMER = """
CREATE TABLE former_passages (
    file_id INTEGER PRIMARY KEY REFERENCES files(id) ON DELETE CASCADE, since REAL NOT NULL, sha256 TEXT NOT NULL,
    split_by TEXT NOT NULL, content BLOB, revision TEXT NOT NULL DEFAULT '', vectors BLOB,
    wanted INTEGER NOT NULL DEFAULT 0
) STRICT;
"""

# when a folder with missing files was last looked at: only time in which somebody looked counts
_LOOKED = """
ALTER TABLE folders ADD COLUMN looked_at REAL NOT NULL DEFAULT 0;
UPDATE folders SET looked_at = missing_since;
"""

# folders in a folder on which another drive is mounted, or was when its files were last there; missing counts by file
_DRIVES = """
CREATE TABLE drives (
    folder_id INTEGER NOT NULL REFERENCES folders(id) ON DELETE CASCADE, path BLOB NOT NULL,
    PRIMARY KEY (folder_id, path)
) STRICT, WITHOUT ROWID;
ALTER TABLE files ADD COLUMN missing_since REAL NOT NULL DEFAULT 0;
UPDATE files SET missing_since = (SELECT missing_since FROM folders WHERE id = folder_id) WHERE state = 'missing';
ALTER TABLE folders DROP COLUMN missing_since;
"""

STEPS: tuple[tuple[str, str], ...] = (
    ("0001_first", _FIRST),
    ("0002_queue", _QUEUE),
    ("0003_names", _NAMES),
    ("0004_rules", _RULES),
    ("0005_current", _CURRENT),
    ("0006_attempts", _ATTEMPTS),
    ("0007_voices", _VOICES),
    ("0008_reading", _READING),
    ("0010_places", _PLACES),
    ("0011_stored", _STORED),
    ("0012_headers", _HEADERS),
    ("0013_former", _FORMER),
    ("0014_looked", _LOOKED),
    ("0015_drives", _DRIVES),
)


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Brings the database up to date, each step in one transaction, with a copy of the file kept first.

    Raises EngineProblem when the library was written by a newer Footnote.
    """
    connection.execute("CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, applied_at REAL NOT NULL) STRICT")
    done = {str(row[0]) for row in connection.execute("SELECT name FROM migrations")}
    if unknown := done - {name for name, _ in STEPS}:
        raise EngineProblem(
            "This library was made by a newer Footnote.",
            f"Update Footnote to open it. It has {', '.join(sorted(unknown))}, which this version does not know.",
        )
    missing = [(name, script) for name, script in STEPS if name not in done]
    if done and missing:
        _back_up(connection, path)
    for name, script in missing:
        connection.executescript(
            f"BEGIN IMMEDIATE; {script} INSERT INTO migrations VALUES ('{name}', {time.time()}); COMMIT;"
        )


def _back_up(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    # with its mode: it is as private as the library itself
    shutil.copy(path, path.with_name(f"{path.name}.before-{STEPS[-1][0]}"))
