"""Passages that a newer splitter replaced, with their vectors: for a month the user can go back to them.

A row a file, away with it. It is noted when the file is to be cut anew, filled when its passages are replaced, and
`wanted` once the user goes back. What it holds is worth nothing once the file has other bytes.
"""

import json
import zlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from desktop.domain.documents import PassageSpan
from desktop.domain.files import KEPT_DAYS
from desktop.domain.places import of_json
from desktop.storage.database import Database
from desktop.storage.passage_rows import CutFile, LedgerPassage

if TYPE_CHECKING:
    import numpy as np  # the engine's start must not wait for it

_KEPT_SECONDS = KEPT_DAYS * 86_400.0

_OF_FILE = "EXISTS (SELECT 1 FROM files f WHERE f.id = file_id AND f.sha256 = former_passages.sha256"
_SAME_BYTES = f"{_OF_FILE})"
_WAITING = f"{_OF_FILE} AND f.state = 'waiting')"
# and measured by what measures passages now, the word after the splitter's version
_USABLE = (
    f"{_OF_FILE} AND f.state IN ('indexed', 'waiting')) "
    "AND substr(split_by, instr(split_by, ' ')) = substr(?1, instr(?1, ' '))"
)


class FormerPassages:
    """`keep`, `wanted` and `vectors_of` are for the indexing thread alone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def count(self, split_by: str) -> int:
        """Files that can go back to the passages before. `split_by` names what makes passages now."""
        return self._database.count(f"SELECT count(*) FROM former_passages WHERE wanted = 0 AND {_USABLE}", split_by)

    def is_expected(self, file_id: int, sha256: str) -> bool:
        """The file is to be cut anew, and what it was is not kept yet."""
        row = self._database.row(
            "SELECT 1 FROM former_passages WHERE file_id = ? AND sha256 = ? AND content IS NULL AND wanted = 0",
            file_id,
            sha256,
        )
        return row is not None

    def keep(self, passages: Sequence[LedgerPassage], revision: str, vectors: Mapping[int, "np.ndarray"]) -> None:
        """All of one file's, before they are replaced. `vectors`: float32 [dimension] by passage id, of some.

        `revision` names the embedder that made them.
        """
        content = {
            "title": passages[0].title,
            "language": passages[0].language,
            "passages": [
                [p.start, p.end, p.page, p.heading, p.text, p.digest, p.places, p.header, p.gap] for p in passages
            ],
            "with_vectors": [p.digest for p in passages if p.id in vectors],
        }
        packed = zlib.compress(json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass"))
        flat = [vectors[p.id].astype("<f4") for p in passages if p.id in vectors]
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE former_passages SET content = ?, revision = ?, vectors = ? WHERE file_id = ?",
                (packed, revision, b"".join(vector.tobytes() for vector in flat), passages[0].file_id),
            )

    def go_back(self, split_by: str) -> None:
        """Files that were cut anew get their passages back once they are looked at; the others stay as they are."""
        with self._database.transaction() as connection:
            connection.execute(f"DELETE FROM former_passages WHERE NOT ({_USABLE})", (split_by,))
            connection.execute("UPDATE former_passages SET wanted = 1 WHERE content IS NOT NULL")
            connection.execute(
                "UPDATE files SET state = 'waiting', split_by = '', changed = changed + 1 "
                "WHERE id IN (SELECT file_id FROM former_passages WHERE wanted = 1)"
            )
            # as they are what they were, a look at their bytes is all it takes
            connection.execute(
                "UPDATE files SET split_by = f.split_by, changed = changed + 1 FROM former_passages f "
                "WHERE f.file_id = files.id AND f.wanted = 0 AND files.state = 'waiting' AND files.split_by = ''"
            )
            connection.execute("DELETE FROM former_passages WHERE wanted = 0")

    def wanted(self, file_id: int) -> CutFile | None:
        """What the file is to be again."""
        row = self._database.row(
            "SELECT p.sha256, p.split_by, f.format, f.reason, p.content FROM former_passages p "
            "JOIN files f ON f.id = p.file_id WHERE p.file_id = ? AND p.wanted = 1",
            file_id,
        )
        if row is None:
            return None
        sha256, split_by, format_, note, content = row
        found = _unpacked(content)
        spans = tuple(
            PassageSpan(start, end, page, heading, text, digest, of_json(places), header)
            for start, end, page, heading, text, digest, places, header, _ in found["passages"]
        )
        gaps = tuple(gap for *_, gap in found["passages"])
        return CutFile(sha256, split_by, found["title"], found["language"], format_, note, spans, gaps)

    def vectors_of(self, file_id: int, revision: str) -> "dict[str, np.ndarray]":
        """float32 [dimension] by digest, of a file that is wanted; empty where none are of this embedder."""
        import numpy as np

        row = self._database.row(
            "SELECT content, revision, vectors FROM former_passages WHERE file_id = ? AND wanted = 1", file_id
        )
        if row is None or row[1] != revision:
            return {}
        digests = _unpacked(row[0])["with_vectors"]
        if not digests:
            return {}
        matrix = np.frombuffer(row[2], dtype="<f4").reshape(len(digests), -1)
        return dict(zip(digests, matrix, strict=True))

    def drop(self, file_ids: Sequence[int]) -> None:
        """These files have their passages back, or other bytes."""
        with self._database.transaction() as connection:
            connection.executemany("DELETE FROM former_passages WHERE file_id = ?", [(i,) for i in file_ids])

    def tidy(self, now: float) -> None:
        """Drops what is older than a month, of no use any more, or done. `now`: seconds since 1970."""
        with self._database.transaction() as connection:
            connection.execute(
                f"DELETE FROM former_passages WHERE since < ? OR NOT {_SAME_BYTES} OR (wanted = 1 AND NOT {_WAITING})",
                (now - _KEPT_SECONDS,),
            )


def _unpacked(content: bytes) -> Any:
    return json.loads(zlib.decompress(content).decode("utf-8", "surrogatepass"))
