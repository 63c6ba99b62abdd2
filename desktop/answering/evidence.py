"""The sentences of the sources, ready to be compared with: terms, facts and how telling each term is here.

Holds what was read for one answer; finds nothing and judges nothing.
"""

import math
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from desktop.answering.facts import Facts, facts_of, folded
from desktop.answering.sentences import sentence_spans
from desktop.domain.answers import FoundPassage
from desktop.storage.analysis import content_terms, language_of

# shorter stems that share a beginning are too often different words
_SHORTEST_PREFIX = 5


@dataclass(frozen=True, slots=True)
class Unit:
    """One sentence of a source. `start` and `end` count in the source file; `passage` in the evidence's passages."""

    passage: int
    start: int
    end: int
    text: str
    terms: frozenset[str]
    facts: Facts


class Evidence:
    """`passages` are best first; `units` stand in order within each passage."""

    def __init__(self, passages: Sequence[FoundPassage], question: str) -> None:
        self.passages = tuple(passages)
        sample = " ".join((question, *(passage.text[:500] for passage in self.passages[:3])))
        spoken = {"english", language_of(question), language_of(sample)}
        self.languages = tuple(sorted(spoken))
        self.nouns_are_capital = "german" in spoken
        self.units = tuple(unit for number in range(len(self.passages)) for unit in self._units_of(number))
        self.context_terms = tuple(frozenset(self.terms(f"{p.context} {_stem_of(p.file)}")) for p in self.passages)
        self._counts = Counter(term for unit in self.units for term in unit.terms)
        self.question_terms = frozenset(self.terms(question))
        self.question_facts = self.facts(question)

    def terms(self, text: str) -> list[str]:
        return content_terms(text, self.languages)

    def facts(self, text: str) -> Facts:
        return facts_of(text, nouns_are_capital=self.nouns_are_capital)

    def weight(self, term: str) -> float:
        """How telling a term is among these sentences: its inverse document frequency, numbers a little more."""
        total = len(self.units)
        weight = math.log(1 + (total + 1) / (self._counts[term] + 0.5))
        return weight * (1.2 if any(character.isdigit() for character in term) else 1.0)

    def near(self, unit: int, reach: int = 2) -> list[Unit]:
        """The sentences around a unit, in its own passage."""
        here = self.units[unit]
        around = range(max(0, unit - reach), min(len(self.units), unit + reach + 1))
        return [self.units[i] for i in around if i != unit and self.units[i].passage == here.passage]

    def _units_of(self, number: int) -> list[Unit]:
        passage = self.passages[number]
        units: list[Unit] = []
        for start, end in sentence_spans(passage.text):
            text = passage.text[start:end]
            first, last = passage.start + start, passage.start + end
            units.append(Unit(number, first, last, text, frozenset(self.terms(text)), self.facts(text)))
        return units


def similarity(term: str, terms: Collection[str]) -> float:
    """1 for the same stem, 0.7 for a long shared beginning (compounds, derived words), else 0."""
    if term in terms:
        return 1.0
    if len(term) < _SHORTEST_PREFIX or any(character.isdigit() for character in term):
        return 0.0
    return 0.7 if any(_related(term, other) for other in terms) else 0.0


def _related(one: str, other: str) -> bool:
    shared = max(_SHORTEST_PREFIX, round(0.7 * min(len(one), len(other))))
    return len(other) >= _SHORTEST_PREFIX and one[:shared] == other[:shared]


def holds_name(name: str, text_terms: Collection[str]) -> bool:
    """Whether all words of a name are among the terms of a text."""
    return all(similarity(word, text_terms) > 0 for word in folded(name))


def _stem_of(file: str) -> str:
    name = file.replace("\\", "/").rsplit("/", 1)[-1]
    return name.rsplit(".", 1)[0].replace("_", " ")
