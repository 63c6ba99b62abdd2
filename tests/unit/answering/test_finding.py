"""Finding over a real database and a real search index, with vectors of a few numbers and real files on disk."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from desktop.answering.arranging import LONGEST, arrange
from desktop.answering.finding import PassageFinder
from desktop.answering.fusing import fuse
from desktop.answering.prompting import build_prompt
from desktop.answering.scoping import ScopedQuestion
from desktop.domain.documents import Block, BlockKind, Document
from desktop.domain.files import FileState
from desktop.domain.scopes import Scope
from desktop.indexing.passage_maker import PassageMaker
from desktop.reading import markdown
from desktop.storage.database import Database
from desktop.storage.file_names import FileNames
from desktop.storage.file_table import Changes, FileStamp, FileTable
from desktop.storage.passage_ledger import LedgerPassage, PassageLedger
from desktop.storage.search_index import SearchIndex
from tests.unit.answering.fakes import QueuedModel

DIMENSION = 8


class CountedEmbedder:
    """Texts about money lie one way, all others another; remembers what it was given."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def token_offsets(self, text: str) -> Sequence[int]:
        return range(0, len(text), 4)

    def use_threads(self, threads: int | None) -> None: ...

    def embed(self, texts: Sequence[str], *, query: bool = False) -> np.ndarray:
        self.texts += texts
        return np.stack([self._vector(text) for text in texts])

    def slices(self, texts: Sequence[str]) -> Iterator[tuple[list[int], np.ndarray]]:
        yield list(range(len(texts))), self.embed(texts)

    @staticmethod
    def _vector(text: str) -> np.ndarray:
        vector = np.zeros(DIMENSION, dtype=np.float32)
        vector[0 if any(word in text.lower() for word in ("rent", "euros", "pay")) else 1] = 1.0
        return vector


class SmallLibrary:
    """A folder of text files, indexed as the engine does it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "files"
        self.folder.mkdir()
        self.database = Database(folder / "library.db")
        self.files, self.ledger = FileTable(self.database), PassageLedger(self.database)
        self.index = SearchIndex(folder / "index", "vectors_test", DIMENSION)
        self.embedder = CountedEmbedder()
        self._maker = PassageMaker(self.ledger, self.index, self.embedder, "test")
        self.folder_id = self.files.add_folder(str(self.folder), is_file=False)
        self.finder = PassageFinder(
            self.files, self.ledger, self.index, lambda: self.embedder, FileNames(self.database)
        )
        self.words_finder = PassageFinder(self.files, self.ledger, self.index, lambda: None, FileNames(self.database))

    def write(self, name: str, *paragraphs: str) -> Path:
        """Each paragraph is long enough to be a passage of its own."""
        text = "\n\n".join(paragraphs)
        starts = [sum(len(p) + 2 for p in paragraphs[:i]) for i in range(len(paragraphs))]
        blocks = tuple(
            Block(BlockKind.PARAGRAPH, start, start + len(p)) for start, p in zip(starts, paragraphs, strict=True)
        )
        return self.write_document(name, Document(text, "", "txt", True, blocks, ()))

    def write_document(self, name: str, document: Document) -> Path:
        """A file whose text is its source."""
        path = self.folder / name
        path.write_text(document.text, encoding="utf-8")
        status = path.stat()
        stamp = FileStamp(status.st_size, status.st_mtime_ns, status.st_ino)
        if str(path) not in self.files.known_files(self.folder_id):
            self.files.apply(Changes(added=[(self.folder_id, str(path), stamp, FileState.WAITING, "", "txt")]))
        known = self.files.known_files(self.folder_id)[str(path)]
        sha256 = hashlib.sha256(document.text.encode()).hexdigest()
        changed = self.ledger.change_number(known.id)
        self._maker.store([self._maker.prepare(known, stamp, sha256, document, changed)])
        if waiting := self.ledger.waiting(1_000):
            self._maker.embed(waiting)
        return path


def padded(words: str, seed: int, length: int = 420) -> str:
    """The words, and after them others that no question asks for."""
    rng = np.random.default_rng(seed)
    filler = " ".join("".join(rng.choice(list("bcdfghklmnprstvwz"), 6)) for _ in range(length // 7))
    return f"{words} {filler}"[:length] + "."


@pytest.fixture
def library(tmp_path: Path) -> Iterator[SmallLibrary]:
    library = SmallLibrary(tmp_path)
    yield library
    library.database.close()


def test_an_identifier_is_found_and_the_passage_is_the_files_own_words(library: SmallLibrary) -> None:
    path = library.write("bills.txt", padded("Invoice INV-2024-0031 is open", 1), padded("Invoice INV-2024-0032", 2))
    library.write("other.txt", *(padded("Nothing of interest", seed) for seed in range(10, 16)))
    (first, *_) = library.finder.find("What about inv-2024-0032?", 5)
    assert "INV-2024-0032" in first.text
    assert first.text == path.read_text(encoding="utf-8")[first.start : first.end]


def test_what_stands_beside_the_words_asked_for_comes_before_what_does_not(library: SmallLibrary) -> None:
    library.write("a.txt", *(padded("The deposit", seed) for seed in range(5)))
    library.write("b.txt", padded("Of the orangery", 20, 600), padded("The deposit", 21, 600), padded("Aside", 22, 600))
    found = library.words_finder.find("deposit orangery", 10)
    assert [Path(p.file).name for p in found[:1]] == ["b.txt"]
    beside = library.ledger.of_file(found[0].file_id)[1].id
    scores = dict(library.index.find_words(["deposit", "orangeri"], 20))
    far = [score for i, score in scores.items() if i != beside and i not in library.ledger.order(found[0].file_id)]
    assert scores[beside] > max(far)


def test_a_kept_passage_forgets_the_words_of_a_neighbour_that_went(library: SmallLibrary) -> None:
    kept, last = padded("A cellar with a window", 1), padded("An attic", 3)
    library.write("house.txt", padded("Of the orangery", 2), kept, last)
    (file_id,) = library.ledger.files_of(None)
    before = library.ledger.order(file_id)
    assert set(dict(library.index.find_words(["orangeri"], 9))) == set(before[:2])
    library.embedder.texts.clear()
    library.write("house.txt", padded("Of the stables", 4), kept, last)
    after = library.ledger.order(file_id)
    assert after[1:] == before[1:]
    assert len(library.embedder.texts) == 1
    assert after[1] not in dict(library.index.find_words(["orangeri"], 9))
    assert after[1] in dict(library.index.find_words(["stabl"], 9))
    assert len(library.index.word_ids()) == len(set(library.index.word_ids()))


def test_the_same_words_are_shown_once_where_they_stand_first(library: SmallLibrary) -> None:
    same = padded("The ferry leaves at nine", 1)
    library.write("first.txt", same)
    library.write("second.txt", same)
    found = library.finder.find("When does the ferry leave?", 10)
    assert [Path(p.file).name for p in found] == ["first.txt"]


def test_the_first_result_grows_by_the_hit_that_it_touches(library: SmallLibrary) -> None:
    parts = [padded("The ferry and its captain", seed) for seed in range(6)]
    path = library.write("ferry.txt", *parts)
    assert len(library.ledger.ids()) == 6
    found = library.finder.find("the captain of the ferry", 10)
    text = path.read_text(encoding="utf-8")
    assert len(parts[0]) < len(found[0].text) <= LONGEST
    assert all(p.text == text[p.start : p.end] for p in found)
    covered = sorted((p.start, p.end) for p in found)
    assert all(left[1] <= right[0] for left, right in pairwise(covered))


def test_words_in_quotes_lift_the_passages_that_hold_them(library: SmallLibrary) -> None:
    library.write("a.txt", padded("notice two months, months of notice, two, notice", 1))
    library.write("b.txt", padded("He gave two months notice", 2))
    found = library.words_finder.find("who gave “Two Months Notice”?", 5)
    assert Path(found[0].file).name == "b.txt"


def test_meaning_alone_answers_when_no_word_is_known(library: SmallLibrary) -> None:
    library.write("a.txt", padded("Thirty euros", 1))
    library.write("b.txt", padded("A walk by the sea", 2))
    found = library.finder.find("pay?", 5)
    assert [Path(p.file).name for p in found] == ["a.txt", "b.txt"]
    assert library.words_finder.find("pay?", 5) == ()


def test_a_file_that_is_gone_or_away_is_not_returned(library: SmallLibrary) -> None:
    path = library.write("a.txt", padded("The ferry", 1))
    assert library.finder.find("ferry", 5)
    path.rename(path.with_name("elsewhere.txt"))
    assert library.finder.find("ferry", 5) == ()
    path.with_name("elsewhere.txt").rename(path)
    library.files.missing.set_offline(library.folder_id, "The folder is not there.", 0.0)
    assert library.finder.find("ferry", 5) == ()


def test_a_file_that_may_not_be_read_now_is_not_returned(
    library: SmallLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = library.write("a.txt", padded("The ferry", 1))
    assert library.finder.find("ferry", 5)
    path.chmod(0o000)
    if os.access(path, os.R_OK):  # root may read everything; an ordinary user is told what the mode says
        monkeypatch.setattr(os, "access", lambda place, _: bool(os.stat(place).st_mode & 0o400))
    assert library.finder.find("ferry", 5) == ()
    path.chmod(0o600)
    assert library.finder.find("ferry", 5)


@pytest.mark.parametrize(
    "question",
    [
        *(
            "",
            " ",
            "a",
            "\U0001f6a2",
            '"ferry',
            "ferry' OR 1=1; --",
            "ferry AND NOT (boat*) ^2 ~3 terms:x",
            "ferry " * 5000,
        ),
        *("когда отходит паром", "渡轮几点开", "متى تغادر العبارة"),
    ],
)
def test_any_question_is_answered_without_a_fault(library: SmallLibrary, question: str) -> None:
    library.write("a.txt", padded("The ferry", 1))
    found = library.finder.find(question, 5)
    assert len(found) == (1 if question.strip() else 0)
    assert library.finder.find(question, 0) == ()


def test_an_empty_library_finds_nothing(library: SmallLibrary) -> None:
    assert library.finder.find("ferry", 5) == ()


def test_each_leg_says_itself_how_sure_it_is() -> None:
    flat = {1: 0.70, 2: 0.71, 3: 0.72}
    by_words = fuse({1: 20.0, 2: 6.0}, flat, 60)
    assert max(by_words, key=by_words.__getitem__) == 1
    sharp = {1: 0.10, 2: 0.15, 3: 0.80}
    by_meaning = fuse({1: 6.0, 2: 5.0}, sharp, 60)
    assert max(by_meaning, key=by_meaning.__getitem__) == 3


def test_what_a_full_leg_left_out_counts_there_as_its_last() -> None:
    assert fuse({1: 9.0, 2: 8.0}, {3: 0.5}, 2)[3] == pytest.approx(fuse({3: 8.0}, {3: 0.5}, 2)[3])
    assert fuse({1: 9.0}, {3: 0.5}, 2)[3] == pytest.approx(fuse({}, {3: 0.5}, 2)[3])


def test_the_name_of_a_file_is_searched_but_never_embedded(library: SmallLibrary) -> None:
    library.write("Orchard_plan2025.txt", padded("Rows and distances", 1))
    library.write("other.txt", *(padded("Nothing of interest", seed) for seed in range(10, 16)))
    library.embedder.texts.clear()
    (first, *_) = library.words_finder.find("the orchard plan of 2025", 5)
    assert Path(first.file).name == "Orchard_plan2025.txt"
    assert first.why is not None
    assert first.why.name_words == ("orchard", "plan", "2025")
    (again, *_) = library.words_finder.find("distances in the orchard plan", 5)
    assert again.passage_id == first.passage_id
    assert library.embedder.texts == []


def test_a_search_within_a_scope_returns_nothing_from_elsewhere(library: SmallLibrary) -> None:
    library.write("a.txt", *(padded("The rent is due in March", seed) for seed in range(12)))
    library.write("b.txt", padded("The rent was paid", 20))
    (b,) = (place.file_id for place in FileNames(library.database).called("b.txt"))
    assert b is not None
    scoped = library.finder.within(ScopedQuestion("rent", Scope(files=(b,)), "b.txt"))
    assert [Path(p.file).name for p in scoped.find("when is the rent due in March?", 5)] == ["b.txt"]
    assert scoped.coverage() == "only b.txt"
    nowhere = library.finder.within(ScopedQuestion("rent", Scope(types=("pdf",)), "PDF"))
    assert nowhere.find("rent", 5) == ()


def test_it_says_why_a_passage_was_found(library: SmallLibrary) -> None:
    library.write("a.txt", padded("The rent is thirty euros", 1))
    library.write("b.txt", padded("The rents of the others", 2))
    first, second = library.finder.find("What do the rents cost?", 5)
    assert first.why is not None
    assert second.why is not None
    assert {first.why.words, second.why.words} == {("rents",)}
    assert {first.why.word_rank, second.why.word_rank} == {1, 2}
    assert {first.why.meaning_rank, second.why.meaning_rank} == {1, 2}
    assert first.why.cosine == pytest.approx(1.0)
    assert first.score == pytest.approx(first.why.word_score + 40 * (first.why.cosine or 0), abs=0.01)
    (alone,) = library.words_finder.find("thirty", 5)
    assert alone.why is not None
    assert (alone.why.meaning_rank, alone.why.cosine) == (None, None)


def test_a_word_with_a_star_stands_for_all_that_begin_so(library: SmallLibrary) -> None:
    library.write("a.txt", padded("A photosynthesis chapter", 1))
    library.write("b.txt", padded("A photograph of the Café", 2))
    library.write("c.txt", padded("Something else", 3))
    assert library.words_finder.find("photo", 5) == ()
    assert {Path(p.file).name for p in library.words_finder.find("photo*", 5)} == {"a.txt", "b.txt"}
    assert [Path(p.file).name for p in library.words_finder.find("Caf*", 5)] == ["b.txt"]
    assert library.words_finder.find("*", 5) == ()


def test_a_quoted_phrase_of_common_words_is_found(library: SmallLibrary) -> None:
    library.write("a.txt", *(padded("The question of the day and the hour", seed) for seed in range(80)))
    library.write("b.txt", padded("He said: it is to be or not to be", 99))
    found = library.words_finder.find('the question "or not to be"', 5)
    assert Path(found[0].file).name == "b.txt"


def test_a_link_in_the_place_of_a_file_is_not_followed(library: SmallLibrary, tmp_path: Path) -> None:
    path = library.write("a.txt", padded("The ferry", 1))
    outside = tmp_path / "outside.txt"
    path.rename(outside)
    path.symlink_to(outside)
    assert library.finder.find("ferry", 5) == ()


def test_rows_are_found_by_the_header_of_their_own_table_and_bring_it(library: SmallLibrary) -> None:
    trees, rivers = (
        f"| {name} | {size} |\n|---|---|\n" + "\n".join(f"| {padded('', seed + n, 60)} | {n} |" for n in range(60))
        for name, size, seed in (("Tree", "Girth", 0), ("River", "Discharge", 100))
    )
    document = markdown.read(f"# Survey\n\n{trees}\n\n{rivers}\n".encode())
    library.write_document("table.md", document)
    found = library.words_finder.find("which discharge", 40)
    rows = [passage for passage in found if passage.start > document.text.index("Discharge")]
    assert len(rows) > 5 and all(passage.header == "| River | Discharge |" for passage in rows)
    assert all(passage.text == document.text[passage.start : passage.end] for passage in found)
    prompt = build_prompt("Which?", (), rows[:1], QueuedModel(), 100)
    assert "table.md · Survey\n| River | Discharge |\n| " in prompt.turns[1].text


def test_copies_with_small_differences_are_shown_once_but_not_where_a_number_differs(library: SmallLibrary) -> None:
    words = padded("The ferry leaves the harbour", 1)
    library.write("first.txt", words)
    library.write("second.txt", words.replace("leaves", "departs"))
    assert len(library.words_finder.find("ferry of the harbour", 10)) == 1
    library.write("third.txt", words.replace("leaves", "9"))
    assert len(library.words_finder.find("ferry of the harbour", 10)) == 2


def test_one_file_leaves_places_to_others_that_are_nearly_as_good() -> None:
    def hit(number: int, file_id: int, score: float) -> tuple[float, LedgerPassage]:
        words = " ".join(f"w{number}x{n}" for n in range(20))
        row = LedgerPassage(
            number, file_id, f"{file_id}.txt", 2 * number, 0, 9, None, "", words, "", "", "", "", "english"
        )
        return score, row

    crowd = [hit(n, 1, 30.0 - n / 10) for n in range(30)]
    good, worse, weak = hit(40, 2, 26.0), hit(41, 2, 25.5), hit(42, 3, 20.0)
    shown = [result.hit.id for result in arrange([*crowd, good, worse, weak], 10)]
    assert shown == [0, 1, 2, 3, 4, 5, 6, 7, 8, 40]
    assert [result.hit.id for result in arrange([*crowd, weak], 10)] == list(range(10))
    assert [result.hit.id for result in arrange([*crowd, good], 3)] == [0, 1, 2]


def test_likeness_is_measured_from_strangers(library: SmallLibrary) -> None:
    """Strangers are of the other kind here, so what is of it is no nearer than any text."""
    money = library.finder.likeness("the rent", ["euros a month", "the weather"])
    assert money == pytest.approx([1.0, 0.0], abs=1e-4)
    assert library.finder.likeness("the sun", ["the weather"]) == pytest.approx([0.0], abs=1e-4)
    assert library.words_finder.likeness("the rent", ["euros"]) == ()
