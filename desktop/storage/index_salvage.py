"""What is left of a damaged search index: tables that can be read from beginning to end stay, the others go.

Vectors are hours of work, also those of other embedders. What is missing then is made again by `indexing/upkeep.py`.
"""

import contextlib
import logging
import shutil
from collections.abc import Generator
from pathlib import Path
from typing import Any

from desktop.storage.hindrances import Hindrance, hindrance_of
from desktop.storage.index_damage import IndexDamaged

MISHAPS = (RuntimeError, ValueError, OSError)

log = logging.getLogger("footnote.storage")


@contextlib.contextmanager
def translated() -> Generator[None]:
    """LanceDB's errors become ours: Hindrance where the system is to blame, else IndexDamaged."""
    try:
        yield
    except MISHAPS as error:
        raise hindrance_of(error) or IndexDamaged() from error


def keep_readable(connection: Any, folder: Path) -> list[str]:
    """Names of the tables that were thrown away. Raises Hindrance, and has thrown nothing away then."""
    _drop_empty_manifests(folder)
    tables = {path.name.removesuffix(".lance"): path for path in sorted(folder.glob("*.lance"))}
    unreadable = [name for name in tables if not _is_readable(connection, name)]
    for name in unreadable:
        shutil.rmtree(tables[name], ignore_errors=True)
    log.warning("unreadable tables of the search index: %s", ", ".join(unreadable) or "none")
    return unreadable


def _drop_empty_manifests(folder: Path) -> None:
    """As a power cut may leave the newest: the version before is whole."""
    for manifest in folder.glob("*.lance/_versions/*.manifest"):
        if not manifest.stat().st_size:
            manifest.unlink()


def _is_readable(connection: Any, name: str) -> bool:
    """Reads every row. Its indices are dropped, for they may be what is damaged, and are soon made again."""
    try:
        with translated():
            table = connection.open_table(name)
            for _ in table.search().limit(None).to_batches():
                pass
            for index in table.list_indices():
                table.drop_index(index.name)
    except Hindrance:
        raise
    except IndexDamaged:
        return False
    return True
