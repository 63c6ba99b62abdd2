"""The reader's requests to a real engine: words that moved, rows of tables, searches, pages of a long PDF."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop.domain.errors import UserError
from desktop.domain.files import FileRow
from desktop.protocol import engine_messages as m
from tests.support.pdf import pdf_bytes
from tests.support.running_engine import RunningEngine

LEASE = "# Lease\n\nThe house is let furnished.\n\nEither party may end the lease with three months written notice.\n"
QUOTE = "Either party may end the lease with three months written notice."
TABLE = "Month,Tenant,Rent\n" + "".join(f"2024-{n % 12 + 1:02},Tenant {n},{n * 10}\n" for n in range(1, 900))
PAGES = [
    [
        f"Page {n} tells of the garden.",
        f"The number of apples in it is {n * 7}.",
        *(f"Row {n}-{i} of pears." for i in range(30)),
    ]
    for n in range(1, 31)
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("documents")
    (folder / "lease.md").write_text(LEASE)
    (folder / "rents.csv").write_text(TABLE)
    (folder / "garden.pdf").write_bytes(pdf_bytes(PAGES))
    return folder


@pytest.fixture(scope="module")
def engine(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEngine]:
    with RunningEngine(tmp_path_factory.mktemp("data") / "library") as engine:
        engine.call(m.ADD, m.Paths((str(folder),)))
        engine.wait_for(lambda status: status.counts.get("indexed") == 3)
        engine.call_pause(True)  # the words are there; nothing here needs the vectors
        yield engine


@pytest.fixture
def file_of(engine: RunningEngine) -> Callable[[str], FileRow]:
    def find(name: str) -> FileRow:
        (row,) = engine.call(m.LIST_FILES, m.ListFiles("", name, 0, 10, "path", False)).files
        return row

    return find


@pytest.fixture
def lease(folder: Path) -> Iterator[Path]:
    """Put back as it was: the engine may read it again meanwhile."""
    yield folder / "lease.md"
    (folder / "lease.md").write_text(LEASE)


def located(engine: RunningEngine, file: FileRow, quote: str = QUOTE, sha256: str = "0" * 64) -> m.LocatedWords:
    """As cited from a version of the file with another hash."""
    start = LEASE.index(QUOTE)
    words = m.CitedWords(sha256, start, start + len(quote), None, quote)
    (found,) = engine.call(m.LOCATE_WORDS, m.LocateWords(file.id, (words,))).words
    return found


def test_words_of_a_file_that_did_not_change(engine: RunningEngine, file_of: Callable[[str], FileRow]) -> None:
    file = file_of("lease.md")
    start = LEASE.index(QUOTE)
    shown = engine.call(m.OPEN_TEXT, m.OpenText(file.id, 0, 1000, False))
    same = engine.call(
        m.LOCATE_WORDS, m.LocateWords(file.id, (m.CitedWords(shown.sha256, start, start + 20, None, QUOTE[:20]),))
    )
    assert (same.view, same.sha256) == (m.SourceView.TEXT, shown.sha256)
    assert same.words == (m.LocatedWords(m.Found.SAME, start, start + 20, None),)
    nothing = engine.call(m.LOCATE_WORDS, m.LocateWords(file.id, (m.CitedWords("", 0, 0, None, ""),)))
    assert nothing.words[0].found is m.Found.UNKNOWN


def test_words_that_moved(engine: RunningEngine, file_of: Callable[[str], FileRow], lease: Path) -> None:
    file = file_of("lease.md")
    start = LEASE.index(QUOTE)
    assert located(engine, file) == m.LocatedWords(m.Found.IN_PLACE, start, start + len(QUOTE), None)
    lease.write_text("# Deed\n\nA line before.\n\n" + LEASE)
    moved = located(engine, file)
    assert moved.found is m.Found.MOVED and moved.start == start + 24
    lease.write_text(LEASE.replace("three months", "four months"))
    near = located(engine, file)
    assert near.found is m.Found.NEAR and near.start == start
    lease.write_text("# Lease\n\nNothing of it is left.\n")
    assert located(engine, file) == m.LocatedWords(m.Found.GONE, 0, 0, None)


def test_a_file_that_is_gone_is_said(engine: RunningEngine, file_of: Callable[[str], FileRow], lease: Path) -> None:
    file = file_of("lease.md")
    lease.unlink()
    with pytest.raises(UserError, match="not there"):
        located(engine, file)


def test_rows_of_a_table(engine: RunningEngine, file_of: Callable[[str], FileRow]) -> None:
    file = file_of("rents.csv")
    offset = TABLE.index("Tenant 500")
    rows = engine.call(m.OPEN_ROWS, m.OpenRows(file.id, -1, 0, 20, offset))
    (sheet,) = rows.sheets
    assert (sheet.rows, sheet.columns, sheet.header) == (899, 3, ("Month", "Tenant", "Rent"))
    row = rows.rows[rows.row - rows.first]
    assert row.cells[1:] == ("Tenant 500", "5000")
    assert [TABLE[start:end] for start, end in row.ranges] == list(row.cells)
    assert row.number == 501, "the header is the first row of the file"
    assert tuple(TABLE[start:end] for start, end in sheet.header_ranges) == sheet.header
    more = engine.call(m.OPEN_ROWS, m.OpenRows(file.id, 0, 895, 100, 0))
    assert [row.cells[1] for row in more.rows] == ["Tenant 896", "Tenant 897", "Tenant 898", "Tenant 899"]


def test_searching_a_file(engine: RunningEngine, file_of: Callable[[str], FileRow]) -> None:
    found = engine.call(m.FIND_WORDS, m.FindWords(file_of("garden.pdf").id, "GARDEN the  number", 5))
    assert (found.total, found.hits) == (0, ())
    found = engine.call(m.FIND_WORDS, m.FindWords(file_of("garden.pdf").id, "the GARDEN", 5))
    assert (found.total, [hit.page for hit in found.hits]) == (30, [1, 2, 3, 4, 5])
    assert engine.call(m.FIND_WORDS, m.FindWords(file_of("lease.md").id, " ", 5)).total == 0


def test_words_on_a_page_of_a_pdf(engine: RunningEngine, file_of: Callable[[str], FileRow]) -> None:
    """The same boxes whether the page's start is known by its passages or by the whole text."""
    file = file_of("garden.pdf")
    (passage, *_) = [p for p in engine.search("number of apples 196", 20) if "196" in p.text]
    start = passage.start + passage.text.index("196")
    asked = m.OpenPage(file.id, 28, 1.0, (m.TextRange(start, start + 3),))
    by_passage = engine.call(m.OPEN_PAGE, asked)
    text = engine.call(m.OPEN_TEXT, m.OpenText(file.id, 0, 200_000, False))
    assert text.text[start : start + 3] == "196"
    by_text = engine.call(m.OPEN_PAGE, asked)
    assert by_passage.boxes == by_text.boxes and len(by_text.boxes[0]) == 1
    span = next(page for page in text.pages if page.number == 28)
    assert (by_passage.start, by_passage.end) == (span.start, span.end) == (by_text.start, by_text.end)


def test_whole_blocks(engine: RunningEngine, file_of: Callable[[str], FileRow]) -> None:
    file = file_of("lease.md")
    at = LEASE.index("party")
    part = engine.call(m.OPEN_TEXT, m.OpenText(file.id, at, 3, True))
    assert part.text == QUOTE and part.offset == LEASE.index(QUOTE)
    assert engine.call(m.OPEN_TEXT, m.OpenText(file.id, at, 3, False)).text == "par"


def test_preparing_fails_without_a_word(engine: RunningEngine, file_of: Callable[[str], FileRow]) -> None:
    for file_id in (file_of("garden.pdf").id, file_of("lease.md").id, 10_000):
        engine.call(m.PREPARE_SOURCE, m.PrepareSource(file_id, 3))
