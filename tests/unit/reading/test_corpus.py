"""Real files that nobody here wrote: each ends in a document or a problem, none in a crash; words are found."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.domain.documents import Document
from desktop.domain.errors import FileProblem
from desktop.domain.files import FileState
from desktop.domain.places import place_words
from desktop.indexing.passage_maker import WordOffsets
from desktop.indexing.splitting import split
from desktop.reading.client import FileReader
from desktop.reading.endings import ReaderDied
from desktop.reading.formats import format_of
from tests.support.project import ROOT

CORPUS = ROOT.parent / "shared" / "corpus"
SAMPLE = 60


def corpus_files() -> list[Path]:
    folders = [CORPUS / name for name in ("pdf", "office", "mixed", "mail")]
    files = sorted(path for folder in folders if folder.is_dir() for path in folder.iterdir() if format_of(path.name))
    return files[:: max(1, len(files) // SAMPLE)][:SAMPLE]


def check_passages(document: Document) -> None:
    """Each passage is exactly its stretch, and where its first words are said to stand they do."""
    for passage in split(document, WordOffsets()):
        assert passage.text == document.text[passage.start : passage.end]
        page = next((page for page in document.pages if page.number == passage.page), None)
        if document.pages:
            assert page is not None and page.start <= passage.start <= page.end
        for place in passage.places:
            assert max(place.start, passage.start) < min(place.end, passage.end)
        assert place_words(passage.places).isprintable()


@pytest.fixture
def corpus() -> Iterator[list[Path]]:
    files = corpus_files()
    if not files:
        pytest.skip("the shared corpus of real files is not beside the project")
    yield files


def test_every_file_ends_in_a_definite_state(corpus: list[Path], reader: FileReader) -> None:
    read = 0
    for path in corpus:
        try:
            document, _, size = reader.read(str(path))
        except ReaderDied as died:
            pytest.fail(f"{path.name}: {died.cause}")
        except FileProblem as problem:
            assert FileState(problem.state) and problem.title and problem.hint
        else:
            read += 1
            assert size == path.stat().st_size
            assert document.text.strip() and document.blocks
            document.text.encode("utf-8")
            check_passages(document)
    assert read > len(corpus) / 2
