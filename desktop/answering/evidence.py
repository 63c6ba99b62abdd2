"""The sentences of the sources, ready to be compared with: terms, facts and how telling each term is here.

Holds what was read for one answer; finds nothing and judges nothing.
"""

import math
import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property

from desktop.answering.facts import Facts, facts_of, folded, ungrouped
from desktop.answering.interfaces import Likeness
from desktop.answering.sentences import sentence_spans
from desktop.answering.word_pieces import WordPieces
from desktop.domain.answers import FoundPassage
from desktop.storage.analysis import STOP_TERMS, content_terms, language_of

# shorter stems that share a beginning are too often different words
_SHORTEST_PREFIX = 5
_RELATED = 0.7
# sentences of the best passages, in their order: a question waits for this
_COMPARED = 60


def unknown_likeness(_text: str, _others: Sequence[str]) -> Sequence[float]:
    """Nothing is known of meanings."""
    return ()


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
    """`passages` are best first; `units` stand in order within each passage.

    `likeness` compares meanings, where an embedder can be had; words do without it.
    """

    def __init__(self, passages: Sequence[FoundPassage], question: str, likeness: Likeness = unknown_likeness) -> None:
        self.passages = tuple(passages)
        self.question = question
        self.likeness = likeness
        sample = " ".join((question, *(passage.text[:500] for passage in self.passages[:3])))
        spoken = {"english", language_of(question), language_of(sample)}
        self.languages = tuple(sorted(spoken))
        self.nouns_are_capital = "german" in spoken
        self.units = tuple(unit for number in range(len(self.passages)) for unit in self._units_of(number))
        self.pieces = WordPieces([unit.text for unit in self.units])
        self.context_terms = tuple(
            frozenset(self.terms(f"{p.context} {p.header} {_stem_of(p.file)}")) for p in self.passages
        )
        self._vocabulary = frozenset[str]().union(*self.context_terms, *(unit.terms for unit in self.units))
        self._relatives: dict[str, frozenset[str]] = {}
        self._counts = Counter(term for unit in self.units for term in unit.terms)
        self.usual_share, self.usual_closeness = _usual(question, language_of(question))
        self.question_terms = frozenset(self.terms(question))
        self.question_facts = self.facts(question)

    @cached_property
    def meanings(self) -> tuple[float, ...]:
        """How near in meaning each sentence is to the question, as far as they are compared; empty without embedder."""
        return tuple(self.likeness(self.question, [unit.text for unit in self.units[:_COMPARED]]))

    def terms(self, text: str) -> list[str]:
        return content_terms(ungrouped(text), self.languages)

    def telling_terms(self, word: str) -> list[str]:
        """The terms of one word, none for a word that is in every text."""
        return [term for term in self.terms(word) if term not in STOP_TERMS]

    def facts(self, text: str) -> Facts:
        return facts_of(text, nouns_are_capital=self.nouns_are_capital)

    def weight(self, term: str) -> float:
        """How telling a term is among these sentences: its inverse document frequency, numbers a little more."""
        total = len(self.units)
        weight = math.log(1 + (total + 1) / (self._counts[term] + 0.5))
        return weight * (1.2 if any(character.isdigit() for character in term) else 1.0)

    def held(self, weights: Mapping[str, float], terms: Set[str]) -> float:
        """The share of the weights whose words are among the terms of these sources, 0 to 1."""
        total = sum(weights.values())
        return sum(self._likeness(term, terms) * weight for term, weight in weights.items()) / total if total else 1.0

    def _likeness(self, term: str, terms: Set[str]) -> float:
        if term in terms:
            return 1.0
        if term not in self._relatives:
            self._relatives[term] = frozenset(other for other in self._vocabulary if _are_related(term, other))
        return _RELATED if not self._relatives[term].isdisjoint(terms) else 0.0

    def near(self, unit: int, reach: int = 2) -> list[Unit]:
        """The sentences around a unit, in its own passage."""
        here = self.units[unit]
        around = range(max(0, unit - reach), min(len(self.units), unit + reach + 1))
        return [self.units[i] for i in around if i != unit and self.units[i].passage == here.passage]

    def place(self, unit: int) -> float:
        """How far into its own passage a unit stands, by sentences, from 0 to 1."""
        passage = self.units[unit].passage
        first = bisect_left(self.units, passage, key=lambda other: other.passage)
        after = bisect_right(self.units, passage, key=lambda other: other.passage)
        return (unit - first) / (after - first)

    def _units_of(self, number: int) -> list[Unit]:
        passage = self.passages[number]
        units: list[Unit] = []
        for start, end in sentence_spans(passage.text):
            text = passage.text[start:end]
            first, last = passage.start + start, passage.start + end
            units.append(Unit(number, first, last, text, frozenset(self.terms(text)), self.facts(text)))
        return units


def _are_related(one: str, other: str) -> bool:
    """A long shared beginning: compounds and derived words. Never numbers."""
    if min(len(one), len(other)) < _SHORTEST_PREFIX or any(character.isdigit() for character in one):
        return False
    shared = max(_SHORTEST_PREFIX, round(0.7 * min(len(one), len(other))))
    return one[:shared] == other[:shared]


def holds_name(name: str, text_terms: Collection[str]) -> bool:
    """Whether all words of a name are among the terms of a text."""
    return all(word in text_terms or any(_are_related(word, other) for other in text_terms) for word in folded(name))


def _stem_of(file: str) -> str:
    name = file.replace("\\", "/").rsplit("/", 1)[-1]
    return name.rsplit(".", 1)[0].replace("_", " ")


def _usual(question: str, language: str) -> tuple[float, float]:
    """How much of a question's words its answer's surroundings hold in this language, and how close they come to it,
    against English.

    Pairs of characters overlap less than words, inflected and compound words less than English ones; a mostly English
    embedder finds any two Chinese sentences near each other.
    """
    if re.search(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]", question):
        return 0.5, 1.2
    return (1.0, 1.0) if language == "english" else (0.85, 0.87)
