"""The sample folder and its questions: complete, true to the files as the file reader reads them, and reproducible."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop.domain.documents import Document
from desktop.platform_support.paths import project_data
from desktop.reading.client import FileReader
from desktop.reading.formats import format_of
from tests.support.make_sample import make_sample

SAMPLE = project_data("resources", "sample")
QUESTIONS: list[dict[str, Any]] = json.loads(
    project_data("resources", "sample-questions.json").read_text(encoding="utf-8")
)
ANSWERABLE = [question for question in QUESTIONS if question["answerable"]]
FORMATS = {"text", "markdown", "html", "pdf", "docx", "csv", "code"}
MADE = ("lease.docx", "letter-arrears-second.docx", "stride-trial.pdf")


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Document]]:
    """Every sample file as the real reader process reads it, by file name."""
    reader = FileReader(tmp_path_factory.mktemp("scratch"))
    try:
        yield {path.name: reader.read(str(path))[0] for path in sorted(SAMPLE.iterdir())}
    finally:
        reader.close()


def test_there_are_twelve_files_in_all_first_formats() -> None:
    names = [path.name for path in SAMPLE.iterdir()]
    assert len(names) == 12
    assert {format_of(name) for name in names} == FORMATS


def test_every_file_is_read_as_what_it_is(documents: dict[str, Document]) -> None:
    assert {name: document.format for name, document in documents.items()} == {
        path.name: format_of(path.name) for path in SAMPLE.iterdir()
    }
    assert all(document.text.strip() and document.blocks for document in documents.values())


def test_the_research_summary_has_its_pages(documents: dict[str, Document]) -> None:
    document = documents["stride-trial.pdf"]
    assert [page.number for page in document.pages] == [1, 2, 3]
    start = document.text.index("Calder Foundation")
    assert document.pages[2].start <= start < document.pages[2].end


def test_there_are_twenty_questions_of_which_sixteen_have_an_answer() -> None:
    assert (len(QUESTIONS), len(ANSWERABLE)) == (20, 16)
    assert len({question["id"] for question in QUESTIONS}) == 20


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question["id"])
def test_a_question_has_its_keys_and_no_others(question: dict[str, Any]) -> None:
    expected = {"id", "question", "answerable"}
    if question["answerable"]:
        expected |= {"answer", "file", "quote"}
    assert set(question) - {"follows"} == expected


def test_a_follow_up_comes_after_the_question_that_it_follows() -> None:
    order = [question["id"] for question in QUESTIONS]
    pairs = [(question["follows"], question["id"]) for question in QUESTIONS if "follows" in question]
    assert len(pairs) >= 2
    assert all(order.index(first) < order.index(second) for first, second in pairs)


@pytest.mark.parametrize("question", ANSWERABLE, ids=lambda question: question["id"])
def test_the_quote_stands_in_the_file_once_and_holds_the_answer(
    question: dict[str, Any], documents: dict[str, Document]
) -> None:
    assert documents[question["file"]].text.count(question["quote"]) == 1
    assert question["answer"] in question["quote"]


def test_every_file_answers_a_question() -> None:
    assert {question["file"] for question in ANSWERABLE} == {path.name for path in SAMPLE.iterdir()}


def test_the_script_makes_the_same_files_again(tmp_path: Path) -> None:
    make_sample(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == set(MADE)
    for name in MADE:
        assert unpacked(tmp_path / name) == unpacked(SAMPLE / name)


def unpacked(path: Path) -> dict[str, bytes]:
    """The parts of a docx, or the file itself: compressed bytes differ between builds of zlib."""
    if path.suffix != ".docx":
        return {"": path.read_bytes()}
    with zipfile.ZipFile(path) as parts:
        return {name: parts.read(name) for name in parts.namelist()}
