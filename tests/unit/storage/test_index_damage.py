"""Trouble of the system is no damage, and of a damaged index no more is thrown away than can't be read."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from desktop.storage.hindrances import Hindrance, hindrance_of
from desktop.storage.index_damage import IndexDamaged
from desktop.storage.search_index import SearchIndex, WordRow, salvage

DIMENSION, ROWS = 8, 60

# as lancedb 0.40 said it here
SAID = [
    (
        'lance error: LanceError(IO): Too many open files (os error 24) at path "/x/data/.tmpsLEYAw", '
        "/build/lance-io-13.0.0/src/object_store.rs:1006:34",
        "Too many files are open.",
    ),
    (
        "lance error: LanceError(IO): Generic LocalFileSystem error: Unable to walk dir: IO error for operation on "
        "/x: Permission denied (os error 13), /build/read_dir.rs:173:22",
        "The library could not be opened or written to.",
    ),
    ("lance error: LanceError(IO): No space left on device (os error 28), structural.rs:258:9", "The disk is full."),
    ("LanceError(IO): Disk quota exceeded (os error 122)", "The space that you may use on the disk is used up."),
    ("LanceError(IO): Read-only file system (os error 30)", "The library could not be opened or written to."),
    ("LanceError(IO): Input/output error (os error 5)", "The disk with the library can't be read or written now."),
    ("LanceError(IO): File too large (os error 27)", "The disk with the library can't be read or written now."),
    ("LanceError(IO): Cannot allocate memory (os error 12)", "Memory ran short."),
]
DAMAGE = [
    "lance error: LanceError(IO): Generic memory error: Invalid range 0..834 for object of size 417 bytes",
    "Invalid input, file does not appear to be a Lance file (invalid magic: [76, 65, 78, 67])",
    "lance error: Not found: /x/_indices/106d477c/tokens.lance, /build/object_store.rs:1650:12",
    "Table 'words_4' was not found",
    "No such file or directory (os error 2)",
]


def vectors(seed: int) -> np.ndarray:
    found = np.random.default_rng(seed).standard_normal((ROWS, DIMENSION)).astype(np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def filled(folder: Path, table: str) -> SearchIndex:
    index = SearchIndex(folder, table, DIMENSION)
    if not index.word_ids().size:
        index.add_words([WordRow(i, 1, (f"number{i}", "barley"), ("barley",)) for i in range(ROWS)])
    index.add_vectors(range(ROWS), [1] * ROWS, vectors(1))
    return index


def cut(folder: Path, table: str) -> None:
    """Every file of the table's rows and indices loses its second half."""
    for path in (folder / f"{table}.lance").rglob("*.lance"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.mark.skipif(sys.platform == "win32", reason="numbers of errors are others there")
@pytest.mark.parametrize(("said", "title"), SAID)
def test_what_the_system_did_is_said(said: str, title: str) -> None:
    hindrance = hindrance_of(RuntimeError(said))
    assert hindrance is not None and hindrance.title == title
    assert hindrance.hint.endswith("Footnote goes on by itself.")


@pytest.mark.parametrize("said", DAMAGE)
def test_damage_is_no_trouble_of_the_system(said: str) -> None:
    assert hindrance_of(RuntimeError(said)) is None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_too_many_open_files_cost_nothing(folder: Path) -> None:
    index = filled(folder, "vectors_a")
    index.vectors_of([1])  # what is loaded on first need is loaded
    with no_more_files():
        with pytest.raises(Hindrance, match="Too many files are open"):
            index.add_vectors([ROWS], [1], vectors(2)[:1])
        with pytest.raises(Hindrance, match="Too many files are open"):
            index.vector_ids()
        with pytest.raises(Hindrance, match="Too many files are open"):
            salvage(folder)
    assert sorted(index.vector_ids()) == list(range(ROWS))
    assert len(index.find_words(["barley"], ROWS)) == ROWS


@contextmanager
def no_more_files() -> Iterator[None]:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (os.open(os.devnull, os.O_RDONLY), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_damaged_words_leave_all_vectors(folder: Path) -> None:
    filled(folder, "vectors_b")
    index = filled(folder, "vectors_a")
    cut(folder, next(path.stem for path in folder.glob("words_*.lance")))
    with pytest.raises(IndexDamaged):
        SearchIndex(folder, "vectors_a", DIMENSION).word_ids()
    index.salvage()
    assert index.word_ids().size == 0
    assert index.find_vectors(vectors(1)[7], 1)[0][0] == 7
    assert index.count_of("vectors_b") == ROWS, "the embedder before can still be gone back to"


def test_damaged_vectors_leave_words_and_those_of_the_embedder_before(folder: Path) -> None:
    filled(folder, "vectors_b")
    index = filled(folder, "vectors_a")
    cut(folder, "vectors_a")
    with pytest.raises(IndexDamaged):
        index.find_vectors(vectors(1)[7], 1)
    index.salvage()
    assert index.vector_ids().size == 0
    assert len(index.find_words(["barley"], ROWS)) == ROWS
    assert index.count_of("vectors_b") == ROWS


def test_a_version_cut_to_nothing_costs_what_came_with_it(folder: Path) -> None:
    index = filled(folder, "vectors_a")
    index.add_vectors([ROWS], [1], vectors(2)[:1])
    newest = max(
        (folder / "vectors_a.lance" / "_versions").glob("*.manifest"), key=lambda path: path.stat().st_mtime_ns
    )
    newest.write_bytes(b"")
    with pytest.raises(IndexDamaged):
        SearchIndex(folder, "vectors_a", DIMENSION)
    salvage(folder)
    assert sorted(SearchIndex(folder, "vectors_a", DIMENSION).vector_ids()) == list(range(ROWS))


def test_opened_anew_it_goes_on_after_another_made_a_table_again(folder: Path) -> None:
    index, other = filled(folder, "vectors_a"), SearchIndex(folder, "vectors_a", DIMENSION)
    other.rewrite()
    assert index.find_vectors(vectors(1)[7], 1)[0][0] == 7
    assert sorted(index.word_ids()) == list(range(ROWS))
