"""The main job on files that nobody here wrote: articles with questions, and real documents, sound and broken.

They lie beside the project and are never part of it; where they are absent these tests are skipped.
"""

import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop.domain.answers import Answer, FoundPassage
from desktop.domain.files import FileRow, FileState
from desktop.platform_support.paths import data_folders
from desktop.protocol import engine_messages as m
from desktop.protocol.common_messages import Nothing
from tests.support.project import ROOT
from tests.support.running_engine import RunningEngine, small_model_path

SHARED = ROOT.parent / "shared"
ARTICLES = SHARED / "eval" / "xquad_en"
CORPUS = SHARED / "corpus"
QUESTIONS, FOUND_AT_LEAST, QUOTED_AT_LEAST = 12, 10, 6
# files of each of the corpus's folders
SAMPLE = {"pdf": 14, "office": 10, "mixed": 8, "mail": 4, "scans": 4}
SEED = 20261
LARGEST = 150_000  # bytes; larger ones only make the sample slow
UNDECIDED = {FileState.WAITING, FileState.READING, FileState.MISSING}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not ARTICLES.is_dir():
        pytest.skip("the articles with questions are not beside the project")
    return Path(shutil.copytree(ARTICLES / "docs", tmp_path_factory.mktemp("articles") / "docs"))


@pytest.fixture(scope="module")
def questions(articles: Path) -> list[dict[str, Any]]:
    lines = (ARTICLES / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return random.Random(2).sample([json.loads(line) for line in lines], QUESTIONS)


@pytest.fixture(scope="module")
def reading(articles: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEngine]:
    """An engine that has read the articles. It has the user's embedder and no model but the one it is told."""
    home = tmp_path_factory.mktemp("home")
    (home / "embedders").symlink_to(data_folders().embedders, target_is_directory=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FOOTNOTE_HOME", str(home))
        engine = RunningEngine(home / "library")
    with engine:
        status = engine.add(articles)
        assert status.counts == {"indexed": len(list(articles.iterdir()))}
        for name, value in (("passages_in_prompt", "2"), ("answer_tokens", "64")):
            engine.call(m.CHANGE_SETTING, m.Setting(name, value))
        yield engine


def holds_gold(passage: FoundPassage, question: dict[str, Any]) -> bool:
    return any(
        Path(gold["doc"]).name == Path(passage.file).name
        and passage.start < gold["end"]
        and gold["start"] < passage.end
        for gold in question["gold"]
    )


def assert_exact(engine: RunningEngine, answer: Answer) -> None:
    """Each footnote's words are the file's own at that place, on disk and in the reader. Failing, shows no words."""
    assert answer.refused is not bool(answer.footnotes)
    for note in answer.footnotes:
        on_disk = Path(note.file).read_bytes().decode("utf-8-sig")[note.start : note.end]
        shown = engine.call(m.OPEN_TEXT, m.OpenText(note.file_id, note.start, note.end - note.start, False))
        same = on_disk == note.quote == shown.text
        assert same and shown.unchanged, (note.file, note.start, note.end)


def test_the_paragraph_with_the_answer_is_found(reading: RunningEngine, questions: list[dict[str, Any]]) -> None:
    found = [any(holds_gold(p, one) for p in reading.search(one["question"], 5)) for one in questions]
    assert sum(found) >= FOUND_AT_LEAST


def test_quotes_are_the_files_own_words(reading: RunningEngine, questions: list[dict[str, Any]]) -> None:
    answers = [reading.ask(one["question"]) for one in questions]
    for answer in answers:
        assert_exact(reading, answer)
    assert sum(bool(answer.footnotes) for answer in answers) >= QUOTED_AT_LEAST


# two that the small model finds words for; how good they are is not asked of it
@pytest.mark.parametrize("number", [1, 10])
def test_a_models_footnotes_are_the_files_own_words(
    reading: RunningEngine, questions: list[dict[str, Any]], number: int
) -> None:
    if not small_model_path().exists():
        pytest.skip("the small test model is not installed: python3 -m installer setup --model tiny")
    assert_exact(reading, reading.ask(questions[number]["question"], model=small_model_path()))


def test_articles_are_followed(reading: RunningEngine, articles: Path) -> None:
    file = articles / "zz-errand.txt"
    file.write_text("The quartermaster Ottoline Brackwater keeps the spare rudder.", encoding="utf-8")
    reading.wait_until_found("Ottoline Brackwater")
    file.write_text("The quartermaster Peregrine Mossgrove keeps the spare rudder.", encoding="utf-8")
    reading.wait_until_found("Peregrine Mossgrove")
    reading.wait_until_found("Ottoline Brackwater", found=False)
    file.unlink()
    reading.wait_until_found("Peregrine Mossgrove", found=False)


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample of the corpus, in folders as it lies there."""
    if not CORPUS.is_dir():
        pytest.skip("the corpus of real files is not beside the project")
    folder = tmp_path_factory.mktemp("corpus")
    for name, count in SAMPLE.items():
        files = sorted(p for p in (CORPUS / name).rglob("*") if p.is_file() and p.stat().st_size < LARGEST)
        for path in random.Random(SEED).sample(files, count):
            target = folder / path.relative_to(CORPUS)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    return folder


@pytest.fixture(scope="module")
def corpus(documents: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEngine]:
    with RunningEngine(tmp_path_factory.mktemp("corpus-library") / "library") as engine:
        engine.add(documents)
        yield engine


def rows(engine: RunningEngine, state: str = "") -> tuple[FileRow, ...]:
    return engine.call(m.LIST_FILES, m.ListFiles(state, "", 0, 1_000)).files


def test_every_real_file_ends_in_a_definite_state(corpus: RunningEngine, documents: Path) -> None:
    found = rows(corpus)
    on_disk = {str(p) for p in documents.rglob("*") if p.is_file() and not p.name.startswith(".")}
    assert {row.path for row in found} == on_disk
    for row in found:
        assert row.state not in UNDECIDED, row.path
        assert row.state is not FileState.QUARANTINED, row.path  # a reader died on it twice
        if row.state is FileState.INDEXED:
            assert row.passages > 0, row.path
            assert not row.reason or row.reason.endswith("."), row.path  # what in it could not be read
        else:
            assert len(row.reason.split()) > 2 and row.reason.endswith("."), row.path
            assert row.passages == 0, row.path
    assert corpus.call(m.CHECK, Nothing()).problems == ()
    assert not corpus.child.ended
    log = corpus.data / "logs" / "engine.log"
    assert not log.exists() or "ERROR" not in log.read_text(encoding="utf-8")


def test_a_real_file_is_found_by_its_own_words(corpus: RunningEngine) -> None:
    indexed = rows(corpus, "indexed")
    assert len(indexed) >= 10
    for row in indexed:
        shown = corpus.call(m.OPEN_TEXT, m.OpenText(row.id, 0, 200_000, False))
        assert shown.unchanged and shown.total
        words = shown.text.split()
        middle = len(words) // 2
        found = corpus.search(" ".join(words[middle : middle + 12])[:300], 10)
        # the same words in two files are shown once; compared out of sight of pytest, which would print them
        is_found = any(p.file == row.path or " ".join(p.text.split()) in " ".join(words) for p in found)
        assert is_found, row.path
        exact = all(
            shown.text[p.start : p.end] == p.text for p in found if p.file == row.path and p.end <= len(shown.text)
        )
        assert exact, row.path


def test_a_real_pdf_opens_at_its_words(corpus: RunningEngine) -> None:
    opened = 0
    for row in rows(corpus, "indexed"):
        if row.format != "pdf":
            continue
        shown = corpus.call(m.OPEN_TEXT, m.OpenText(row.id, 0, 200_000, False))
        span = next(page for page in shown.pages if shown.text[page.start : page.end].strip())
        word = shown.text[span.start : span.end].split()[0]
        start = shown.text.index(word, span.start)
        page = corpus.call(m.OPEN_PAGE, m.OpenPage(row.id, span.number, 1.0, (m.TextRange(start, start + len(word)),)))
        assert Path(page.image).read_bytes().startswith(b"\x89PNG"), row.path
        (boxes,) = page.boxes
        assert boxes and 1 <= span.number <= page.pages, row.path
        for box in boxes:
            assert -1 <= box.left < box.right <= page.width + 1, row.path
            assert -1 <= box.top < box.bottom <= page.height + 1, row.path
        opened += 1
    assert opened >= 3
