"""What may be put back of passages that were cut anew, and when it goes away."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from desktop.domain.files import KEPT_DAYS, FileState
from desktop.storage.database import Database
from desktop.storage.file_table import Changes, FileStamp, FileTable
from desktop.storage.former_passages import FormerPassages
from desktop.storage.passage_rows import LedgerPassage

NOW = "2 words"
STAMP = FileStamp(1, 1, 1)
PASSAGE = LedgerPassage(7, 1, "", 0, 0, 12, None, "Rent", "It is 900 \udcff", "d1", "", "House", "", "en", "")


class Kept:
    """Files 1 and 2, of version 1's passages; `cut` says that they are to be cut anew."""

    def __init__(self, folder: Path) -> None:
        self.database = Database(folder / "library.db")
        self.files, self.former = FileTable(self.database), FormerPassages(self.database)
        self.folder = self.files.add_folder(str(folder), is_file=False)
        for name in ("a", "b"):
            self.files.apply(Changes(added=[(self.folder, name, STAMP, FileState.INDEXED, "", "text")]))
        self.set("sha256 = 'old', split_by = '1 words', passages = 1")

    def set(self, what: str) -> None:
        with self.database.transaction() as connection:
            connection.execute(f"UPDATE files SET {what}")

    def cut(self) -> None:
        self.files.split_again(NOW, older_too=True)

    def keep(self, file_id: int) -> None:
        vector = np.array([0.25, -3.0], dtype=np.float32)
        self.former.keep([replace(PASSAGE, file_id=file_id)], "r1", {7: vector})

    def states(self) -> list[tuple[object, ...]]:
        return self.database.rows("SELECT state, split_by FROM files ORDER BY id")


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    library = Kept(tmp_path)
    yield library
    library.database.close()


def test_what_was_kept_comes_back_with_its_vectors(kept: Kept) -> None:
    kept.cut()
    assert kept.former.is_expected(1, "old") and not kept.former.is_expected(1, "new")
    kept.keep(1)
    assert not kept.former.is_expected(1, "old")
    assert kept.former.wanted(1) is None, "nobody asked for it"
    kept.former.go_back(NOW)
    found = kept.former.wanted(1)
    assert found is not None
    assert (found.split_by, found.title, found.language, found.gaps) == ("1 words", "House", "en", ("",))
    (span,) = found.spans
    assert (span.end, span.heading, span.text, span.digest) == (12, "Rent", "It is 900 \udcff", "d1")
    assert kept.former.vectors_of(1, "r1")["d1"].tolist() == [0.25, -3.0]
    assert kept.former.vectors_of(1, "r2") == {}, "another embedder's"


def test_a_file_that_still_waits_to_be_cut_stays_as_it_is(kept: Kept) -> None:
    kept.cut()
    kept.keep(1)
    kept.former.go_back(NOW)
    assert kept.states() == [("waiting", ""), ("waiting", "1 words")]
    assert kept.former.wanted(2) is None


def test_nothing_is_put_back_of_a_file_that_changed_or_that_is_measured_otherwise(kept: Kept) -> None:
    kept.cut()
    kept.keep(1)
    kept.keep(2)
    assert (kept.former.count(NOW), kept.former.count("2 letters")) == (2, 0)
    with kept.database.transaction() as connection:
        connection.execute("UPDATE files SET sha256 = 'new', state = 'indexed' WHERE id = 1")
    assert kept.former.count(NOW) == 1
    kept.former.go_back(NOW)
    assert kept.former.wanted(1) is None
    assert kept.states()[0][0] == "indexed"


def test_it_goes_away_after_a_month_and_with_its_file(kept: Kept) -> None:
    kept.cut()
    kept.keep(1)
    kept.keep(2)
    (since,) = kept.database.rows("SELECT min(since) FROM former_passages")[0]
    kept.former.tidy(since + KEPT_DAYS * 86_400 - 60)
    assert kept.former.count(NOW) == 2
    kept.files.remove_files([2])
    assert kept.former.count(NOW) == 1
    kept.former.tidy(since + KEPT_DAYS * 86_400 + 60)
    assert kept.database.count("SELECT count(*) FROM former_passages") == 0
