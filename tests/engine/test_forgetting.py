"""Forgetting a folder now: its text is in no file of the library any more, and all else still is."""

import os
from collections.abc import Iterator
from pathlib import Path

import lancedb
import pytest

from desktop.domain.errors import UserError
from desktop.protocol import engine_messages as m
from tests.support.running_engine import RunningEngine

SECRET = "The heron ledger of Saltmarsh names Quillon Ferrand as the only keeper of the third key to the vault."
KEPT = "The bakery on Mill Lane opens at six and sells rye loaves to the whole of the lower town until noon."


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[RunningEngine]:
    with RunningEngine(tmp_path / "library") as engine:
        yield engine


def holding(data: Path, *words: str) -> set[str]:
    """Names of the files of the library that hold any of the words, whatever their case."""
    wanted = [word.lower().encode() for word in words]
    return {
        name
        for above, _, names in os.walk(data)
        for name in names
        if any(word in Path(above, name).read_bytes().lower() for word in wanted)
    }


def rows_with(data: Path, term: str) -> int:
    """Rows of the search index that hold the term."""
    connection = lancedb.connect(data / "passages.lance")
    (words,) = [name for name in connection.list_tables().tables if name.startswith("words")]
    return connection.open_table(words).count_rows(f"terms LIKE '%{term}%'")


def test_nothing_of_a_forgotten_folder_is_left(engine: RunningEngine, tmp_path: Path) -> None:
    private, kept = tmp_path / "private", tmp_path / "kept"
    private.mkdir()
    kept.mkdir()
    for number in range(40):
        (kept / f"{number}.txt").write_text(f"{KEPT} It was written down in the year {1900 + number}.")
    (private / "ledger.txt").write_text(SECRET)
    (kept / "copy of a copy.txt").write_text(KEPT)
    engine.add(private, kept)
    answer = engine.ask("Who is the keeper of the third key of the heron ledger?", model=None)
    assert str(private / "ledger.txt") in {passage.file for passage in answer.passages}
    other = engine.ask("When does the bakery on Mill Lane open? @kept")
    library = engine.data
    assert holding(library, "Quillon Ferrand") and holding(library, "ferrand")

    report = engine.call(m.FORGET_FOLDER, m.FolderId(_id(engine, private)))

    assert (report.files, report.passages, report.answers) == (1, 1, 1)
    assert report.samples == 1 and report.found_in == ()
    engine.wait_until_indexed()
    # words of the search index too, and no copy that a migration, a log or an old version kept
    assert holding(library, "Quillon", "ferrand", "saltmarsh") == set()
    assert engine.call(m.READ_CONVERSATION, m.ConversationId(answer.conversation_id)).answers == ()
    assert len(engine.call(m.READ_CONVERSATION, m.ConversationId(other.conversation_id)).answers) == 1
    assert KEPT in engine.search("When does the bakery on Mill Lane open?")[0].text
    check = engine.call(m.CHECK, m.Nothing())
    assert check.problems == ()
    assert engine.status().counts == {"indexed": 41}
    assert (private / "ledger.txt").read_text() == SECRET


def test_what_another_folder_has_too_is_no_leftover(engine: RunningEngine, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
        (folder / "note.txt").write_text(KEPT)
    engine.add(one, two)
    report = engine.call(m.FORGET_FOLDER, m.FolderId(_id(engine, one)))
    assert (report.samples, report.found_in) == (0, ())
    assert [Path(p.file).parent.name for p in engine.search("bakery rye loaves")] == ["two"]


def test_an_unknown_folder(engine: RunningEngine) -> None:
    with pytest.raises(UserError, match="not in the library"):
        engine.call(m.FORGET_FOLDER, m.FolderId(99))


def _id(engine: RunningEngine, folder: Path) -> int:
    return next(known.id for known in engine.status().folders if known.path == str(folder))


def test_a_folder_is_forgotten_in_the_middle_of_reading(engine: RunningEngine, tmp_path: Path) -> None:
    """What was read and waits to be stored with others is of the folder too."""
    private, kept = tmp_path / "private", tmp_path / "kept"
    kept.mkdir()
    private.mkdir()
    for number in range(400):
        (kept / f"{number}.txt").write_text(f"{KEPT} It was written down in the year {1600 + number}.")
        os.utime(kept / f"{number}.txt", (1e9, 1e9))  # read last: the newest come first
    for number in range(200):
        (private / f"ledger {number}.txt").write_text(f"{SECRET} Copy {number}.")
    engine.call(m.ADD, m.Paths((str(private), str(kept))))
    engine.wait_for(lambda s: s.progress.phase == "reading" and s.progress.done >= 20)
    report = engine.call(m.FORGET_FOLDER, m.FolderId(_id(engine, private)))
    assert report.found_in == ()
    engine.wait_for(lambda s: s.counts.get("indexed", 0) >= 100)
    assert rows_with(engine.data, "ferrand") == 0  # LanceDB writes them short: a look at its bytes finds nothing
    engine.wait_until_indexed()
    assert engine.status().counts == {"indexed": 400}
    assert engine.call(m.CHECK, m.Nothing()).problems == ()
