"""Scopes as people type them, over a real library of names; no file is opened."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from desktop.answering.scoping import ScopedQuestion, read_scopes, suggest_scopes, without_scopes
from desktop.answering.time_spans import span_of
from desktop.domain.files import FileState
from desktop.storage.database import Database
from desktop.storage.file_names import FileNames
from desktop.storage.file_table import Changes, FileStamp, FileTable

NOW = datetime(2026, 3, 18, 12, 0)
ROOT = "/home/ada/Papers"
FILES = (
    ("Taxes/2024/return.pdf", "pdf", datetime(2025, 5, 2)),
    ("Taxes/2025/return.pdf", "pdf", datetime(2026, 2, 11)),
    ("Taxes/notes.md", "markdown", datetime(2026, 3, 18)),
    ("Flat/lease agreement.docx", "docx", datetime(2023, 1, 9)),
    ("Flat/leaseTerms_v2.txt", "text", datetime(2026, 2, 28, 23, 59)),
    ("müll.xlsx", "xlsx", datetime(2026, 3, 17)),
)


class Shelf:
    def __init__(self, database: Database) -> None:
        self.files, self.names = FileTable(database), FileNames(database)
        self.folder = self.files.add_folder(ROOT, is_file=False)
        self.files.apply(
            Changes(
                added=[
                    (
                        *(self.folder, f"{ROOT}/{name}", FileStamp(1, int(changed.timestamp() * 1e9), n)),
                        *(FileState.INDEXED, "", form),
                    )
                    for n, (name, form, changed) in enumerate(FILES)
                ]
            )
        )

    def read(self, question: str) -> ScopedQuestion:
        return read_scopes(question, self.names, NOW)

    def within(self, question: str) -> set[str]:
        ids = set(self.names.in_scope(self.read(question).scope))
        rows, _ = self.files.list_files("", "", 0, 100)
        return {row.path.removeprefix(f"{ROOT}/") for row in rows if row.id in ids}


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    database = Database(tmp_path / "library.db")
    yield Shelf(database)
    database.close()


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("what is due?", {name for name, *_ in FILES}),
        ("what is due @Taxes?", {"Taxes/2024/return.pdf", "Taxes/2025/return.pdf", "Taxes/notes.md"}),
        ("@taxes/2024 what is due", {"Taxes/2024/return.pdf"}),
        ("@2024 what is due", {"Taxes/2024/return.pdf"}),
        ("date:2025 what is due", {"Taxes/2024/return.pdf"}),
        ('notice in @"lease agreement.docx", please', {"Flat/lease agreement.docx"}),
        ('notice in @"Lease Agreement"', {"Flat/lease agreement.docx"}),
        ("notice @notes.md.", {"Taxes/notes.md"}),
        ("@return.pdf sum", {"Taxes/2024/return.pdf", "Taxes/2025/return.pdf"}),
        ("@taxes @flat sum type:pdf", {"Taxes/2024/return.pdf", "Taxes/2025/return.pdf"}),
        ("@.txt sum", {"Flat/leaseTerms_v2.txt"}),
        ("type:text sum", {"Flat/leaseTerms_v2.txt"}),
        ("@excel sum", {"müll.xlsx"}),
        ("@MÜLL sum", {"müll.xlsx"}),
        ("what did I write @last-month", {"Taxes/2025/return.pdf", "Flat/leaseTerms_v2.txt"}),
        ('what did I write @"last month"', {"Taxes/2025/return.pdf", "Flat/leaseTerms_v2.txt"}),
        ("@yesterday", {"müll.xlsx"}),
        ("@today", {"Taxes/notes.md"}),
        ("@after:2026-02 sum", {"Taxes/notes.md", "müll.xlsx"}),
        ("@before:2024 sum", {"Flat/lease agreement.docx"}),
        ("@2026 @taxes @pdf", {"Taxes/2025/return.pdf"}),
    ],
)
def test_a_scope_is_the_files_it_names(shelf: Shelf, question: str, names: set[str]) -> None:
    assert shelf.within(question) == names


def test_what_is_left_is_the_question_and_the_scope_is_said(shelf: Shelf) -> None:
    read = shelf.read("How much @Taxes did I pay, @pdf @last-month?")
    assert read.text == "How much did I pay, ?"
    assert read.words == "Taxes, PDF, changed last month"
    assert shelf.read("@Taxes @pdf").text == "Taxes pdf"
    assert without_scopes("How much @Taxes @unknown did I pay?") == "How much did I pay?"


@pytest.mark.parametrize("question", ["mail bob@example.com", "50 @ 3 euros", "@", "a @ b", "see https://x.org/@me"])
def test_an_at_sign_that_is_no_scope_stays(shelf: Shelf, question: str) -> None:
    read = shelf.read(question)
    assert read.text == question
    assert not read.scope
    assert read.words == ""


def test_an_unknown_name_is_searched_as_a_word_and_said(shelf: Shelf) -> None:
    read = shelf.read("rent @Garage @Taxes")
    assert read.text == "rent Garage"
    assert read.words == "Taxes; nothing in the library is called “Garage”"
    kept = shelf.read("open file:///etc/passwd")
    assert kept.text == "open file:///etc/passwd"
    assert not kept.scope


def test_suggestions_come_by_name_folders_first(shelf: Shelf) -> None:
    def suggested(typed: str) -> list[tuple[str, str]]:
        return [(s.kind, s.insert) for s in suggest_scopes(typed, shelf.names, 8, NOW)]

    assert suggested("ta") == [("folder", "@Taxes")]
    assert suggested("lea") == [("file", '@"lease agreement.docx"'), ("file", "@leaseTerms_v2.txt")]
    assert suggested("terms") == [("file", "@leaseTerms_v2.txt")]
    assert suggested('"lease ag') == [("file", '@"lease agreement.docx"')]
    assert suggested("pd")[-1] == ("type", "@pdf")
    assert suggested("pdf")[0] == ("file", "@return.pdf")
    assert ("date", "@last-month") in suggested("last")
    assert suggested("202")[:2] == [("folder", "@2024"), ("folder", "@2025")]
    assert suggested("202")[-3:] == [("date", "@2026"), ("date", "@2025"), ("date", "@2024")]
    assert suggested("zzz") == []
    assert suggested("")[0][0] == "folder"
    assert ("date", "@today") in suggested("")


def test_a_renamed_or_removed_file_is_called_by_its_new_name_only(shelf: Shelf) -> None:
    (before,) = shelf.names.called("notes.md")
    assert before.file_id is not None
    shelf.files.apply(Changes(moved=[(before.file_id, shelf.folder, f"{ROOT}/Taxes/todo.md", FileStamp(1, 1, 1))]))
    assert shelf.names.called("notes.md") == []
    assert [place.file_id for place in shelf.names.called("todo.md")] == [before.file_id]
    shelf.files.remove_files([before.file_id])
    assert shelf.names.called("todo.md") == []


def test_every_word_of_a_name_counts_in_a_search(shelf: Shelf) -> None:
    for terms in (["leas", "term"], ["v2"], ["leaseterm"], ["flat"]):
        (first, *_) = shelf.names.matching(terms, 5)
        assert shelf.files.file_by_id(first).path.startswith(f"{ROOT}/Flat/")  # type: ignore[reportOptionalMemberAccess]  # it was just found
    assert shelf.names.matching(["nothing"], 5) == {}
    assert shelf.names.matching([], 5) == {}
    assert shelf.names.matching(['a" OR "b', "*", "(", "NEAR"], 5) == {}


@pytest.mark.parametrize("name", ["2024-13", "2024-06-31", "1824", "after", "soon", "", "2024-00"])
def test_what_is_no_time_is_none(name: str) -> None:
    assert span_of(name, NOW) is None


def test_months_and_years_end_where_the_next_begin() -> None:
    december, year = span_of("2025-12", NOW), span_of("2025", NOW)
    assert december is not None
    assert year is not None
    assert december[1] == year[1] == datetime(2026, 1, 1).timestamp()
    assert span_of("last-month", datetime(2026, 1, 31)) == december
    assert span_of("last-week", NOW) == (datetime(2026, 3, 9).timestamp(), datetime(2026, 3, 16).timestamp())
