"""The questions of `bench answer`: a fixed sample, asked of a library that holds their article, that doesn't, or that
holds all of it but the paragraph with the answer.
"""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop.answering.finding import PassageFinder
from desktop.answering.interfaces import Place
from desktop.answering.scoping import ScopedQuestion
from desktop.domain.answers import FoundPassage
from desktop.domain.scopes import Scope
from tests.benchmarks.finding.libraries import BOTH, Library

SEED = 20_261
MOST = 100
_MORE = 3  # times as many are found where some may be taken away


@dataclass(frozen=True, slots=True)
class Case:
    """`start` and `end` are those of the paragraph that holds the answer, in the file `document`."""

    qid: str
    question: str
    answers: tuple[str, ...]
    document: str
    start: int
    end: int


def read_cases(folder: Path, count: int) -> tuple[list[Case], list[Case]]:
    """Two samples without a question in common; fewer are the first of more."""
    chosen = random.Random(SEED).sample(all_cases(folder), 2 * MOST)
    return chosen[:MOST][:count], chosen[MOST:][:count]


def all_cases(folder: Path) -> list[Case]:
    lines = (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return [_case(json.loads(line)) for line in lines]


def _case(row: dict[str, object]) -> Case:
    gold = row["gold"][0]  # type: ignore[index]
    name = Path(gold["doc"]).name
    return Case(str(row["qid"]), str(row["question"]), tuple(row["answers"]), name, gold["start"], gold["end"])  # type: ignore[arg-type]


def finder_without(library: Library, document: str) -> PassageFinder:
    """As if the file were not in the library: it is left out inside the search."""
    files = [f for folder in library.files.folders() for f in library.files.known_files(folder.id).values()]
    others = tuple(file.id for file in files if Path(file.path).name != document)
    return library.finder(BOTH).within(ScopedQuestion("", Scope(files=others), ""))


class WithoutParagraph:
    """A finder that never shows one paragraph; what stands next to it is there."""

    def __init__(self, finder: PassageFinder, case: Case) -> None:
        self._finder, self._case = finder, case

    def find(self, question: str, limit: int) -> tuple[FoundPassage, ...]:
        found = self._finder.find(question, limit * _MORE)
        return tuple(passage for passage in found if not self._shows(passage))[:limit]

    def around(self, passage: FoundPassage, characters: int) -> FoundPassage:
        wide = self._finder.around(passage, characters)
        return passage if self._shows(wide) else wide

    def place_of(self, file_id: int, start: int, end: int) -> Place:
        return self._finder.place_of(file_id, start, end)

    def likeness(self, text: str, others: Sequence[str]) -> Sequence[float]:
        return self._finder.likeness(text, others)

    def coverage(self) -> str:
        return self._finder.coverage()

    def _shows(self, passage: FoundPassage) -> bool:
        case = self._case
        return Path(passage.file).name == case.document and passage.start < case.end and case.start < passage.end
