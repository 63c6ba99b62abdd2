"""Aligns a sentence of an answer to the smallest run of source sentences that carries it, and says how far they do.

Facts (numbers, months, names, negation) must agree first; then words count, weighted by how telling they are.
Works on any text, whatever wrote it: markers printed by a model play no part.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from desktop.answering.evidence import Evidence, Unit, holds_name
from desktop.answering.facts import holds_number
from desktop.answering.lacking import lacking
from desktop.answering.vocabulary import ASKING_STEMS, EVERYDAY_STEMS
from desktop.domain.answers import Support

# read off labelled claims: at 0.58 about one in fifteen of the partly supported ones passes, none of the unsupported
_SUPPORTED_FROM = 0.58
_PARTLY_FROM = 0.36
_MOST_UNITS = 3
# words that only repeat the question say little about what is claimed
_ECHO = 0.4
# words, pieces of words and surroundings count alike in a rank, meaning a little less; read off the tuning half of
# labelled claims. So many sentences are compared by meaning: below them none was the right one
_MEANING = 0.75
_COMPARED = 8
# of these, one that says little beside the claim's own words is a heading or an echo; what a source is about stands
# early in it. Read off the same half: from 0.15 and 0.25 to 0.25 and 0.35 it makes no difference
_ECHOES = 0.2
_LATE = 0.3
# of several sentences that hold a short answer, the one that speaks of what was asked carries it
_ASKED = 0.5
_LATER = 0.02
_LEAST_GAIN = 0.15
_CLAIMS_NOTHING = re.compile(
    r"(?:here (?:is|are)|hier (?:ist|sind)|voici|aquí (?:está|están)|ecco|based on|according to (?:the|your) "
    r"(?:sources?|files?|documents?)|let me know|i hope|feel free|sure|certainly|of course|in summary)"
    r"\b[^.]{0,80}[:.!]?$"
    r"|[^.]{0,120}:$|.*\?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Checked:
    """`units` carry the sentence, best first; `missing` are its words that they lack, where they carry it partly.

    `score` is 0 to 1. `nearest` speaks most of the same thing, whatever the support. `terms` counts the telling words
    of the sentence.
    """

    support: Support
    units: tuple[Unit, ...]
    score: float
    missing: tuple[str, ...] = ()
    terms: int = 0
    nearest: Unit | None = None


def check(sentence: str, evidence: Evidence) -> Checked:
    """Judge one sentence against the evidence."""
    terms = frozenset(evidence.terms(sentence)) if re.search(r"\w", sentence) else frozenset[str]()
    if not terms or _CLAIMS_NOTHING.fullmatch(sentence.strip()):
        return Checked(Support.NONE, (), 0.0)
    if not evidence.units:
        return Checked(Support.UNSUPPORTED, (), 0.0)
    return _Alignment(sentence, terms, evidence).judged()


def nearest(sentence: str, evidence: Evidence, limit: int) -> tuple[Unit, ...]:
    """The source sentences that speak most of the same thing, best first, whatever they support."""
    terms = frozenset(evidence.terms(sentence))
    return tuple(evidence.units[i] for i in _Alignment(sentence, terms, evidence).best_first()[:limit])


class _Alignment:
    """One sentence laid over all source sentences."""

    def __init__(self, sentence: str, terms: frozenset[str], evidence: Evidence) -> None:
        self._sentence, self._terms, self._evidence = sentence, terms, evidence
        self._facts = evidence.facts(sentence)
        self._telling = terms - ASKING_STEMS - EVERYDAY_STEMS
        asked = evidence.question_terms
        self._weights = {term: evidence.weight(term) * (_ECHO if term in asked else 1.0) for term in terms}
        self._asked = {term: evidence.weight(term) for term in asked - terms - ASKING_STEMS}
        self._total = sum(self._weights.values())

    def judged(self) -> Checked:
        chosen = self._chosen()
        units = tuple(self._evidence.units[i] for i in chosen)
        missing = self._missing(units)
        score = self._score(chosen)
        support = self._support(score, units, missing)
        if support is Support.SUPPORTED and self._speaks_of_something_else(chosen):
            support = Support.PARTLY
        carrying = () if support is Support.UNSUPPORTED else units
        lost = lacking(self._sentence, support, units, missing, self._evidence)
        return Checked(support, carrying, score, lost, len(self._terms), units[0])

    def _chosen(self) -> list[int]:
        """Greedy: the best sentence, then whichever adds most, while it adds enough."""
        chosen = self.best_first()[:1]
        while len(chosen) < _MOST_UNITS:
            covered = self._gain([], chosen)
            best = max(self._adding(chosen), key=lambda i: self._next_rank(i, chosen, covered), default=chosen[0])
            if best in chosen or self._gain([best], chosen) - covered < _LEAST_GAIN:
                break
            chosen.append(best)
        return chosen

    def _adding(self, chosen: list[int]) -> list[int]:
        """The sentences that bring a fact or a telling word that the chosen ones lack. One of another passage that
        holds a single word speaks of something else: "earlier dynasties" for "early quantum mechanics".
        """
        units = [self._evidence.units[i] for i in chosen]
        lacking_now = len(self._missing(units))
        known = self._shares(frozenset[str]().union(*(unit.terms for unit in units)))

        def adds(more: Unit) -> bool:
            if len(self._missing([*units, more])) < lacking_now:
                return True
            shares = self._shares(more.terms)
            near = more.passage == units[0].passage or sum(share > 0 for share in shares) > 1
            return near and any(share > before for share, before in zip(shares, known, strict=True))

        return [i for i, unit in enumerate(self._evidence.units) if adds(unit)]

    def _shares(self, terms: frozenset[str]) -> list[float]:
        """How well each telling word is held, in one order."""
        return [self._evidence.held({term: 1.0}, terms) for term in self._telling]

    def best_first(self) -> list[int]:
        """By words, and of the best of these by meaning too."""
        pieces = self._evidence.pieces.shares(self._sentence)
        ranks = {i: self._first_rank(i) + pieces[i] for i in range(len(self._evidence.units))}
        first = sorted(ranks, key=lambda i: -ranks[i])[:_COMPARED]
        likeness = self._evidence.likeness(self._sentence, [self._evidence.units[i].text for i in first])
        for i, value in zip(first, likeness, strict=False):
            ranks[i] += _MEANING * value
        for i in first:
            ranks[i] -= _ECHOES * self._echo(i) + _LATE * self._evidence.place(i)
        return sorted(first, key=lambda i: -ranks[i])

    def _echo(self, index: int) -> float:
        """How much of what a source sentence says is in the sentence that is checked, 0 to 1."""
        terms = self._evidence.units[index].terms
        return self._evidence.held({term: self._evidence.weight(term) for term in terms}, self._terms) if terms else 0.0

    def _first_rank(self, index: int) -> float:
        unit = self._evidence.units[index]
        near = unit.terms.union(*(other.terms for other in self._evidence.near(index)))
        asked = self._evidence.held(self._asked, unit.terms) + self._evidence.held(self._asked, near)
        return self._gain([index], []) + self._nearby(index) + _ASKED * asked - _LATER * unit.passage

    def _next_rank(self, index: int, chosen: list[int], covered: float) -> float:
        same_passage = self._evidence.units[index].passage == self._evidence.units[chosen[0]].passage
        return self._gain([index], chosen) - covered + (0.05 if same_passage else 0.0)

    def _gain(self, more: list[int], chosen: list[int]) -> float:
        """Share of the weight of words and facts that these sentences hold together."""
        units = [self._evidence.units[i] for i in (*chosen, *more)]
        if not units:
            return 0.0
        needed = len(self._facts.numbers) + len(self._facts.names) + len(self._facts.months)
        held = needed - len(self._missing(units))
        return (self._words(units) * self._total + 1.5 * held) / (self._total + 1.5 * needed)

    def _words(self, units: Sequence[Unit]) -> float:
        held = frozenset[str]().union(*(unit.terms for unit in units))
        return self._evidence.held(self._weights, held)

    def _nearby(self, index: int) -> float:
        """What the neighbours, the title and the headings add to a sentence that leans on them."""
        unit = self._evidence.units[index]
        held = unit.terms.union(
            self._evidence.context_terms[unit.passage], *(u.terms for u in self._evidence.near(index))
        )
        return self._evidence.held(self._weights, held)

    def _score(self, chosen: list[int]) -> float:
        """Words and facts held, less the facts that are nowhere; 0 to 1. The weights were read off claims."""
        units = [self._evidence.units[i] for i in chosen]
        held = 0.2 * self._gain([], chosen) + 0.8 * self._nearby(chosen[0])
        lost = 0.2 * self._share_lost(units) + self._share_lost(self._evidence.units)
        return min(1.0, max(0.0, held - lost - 0.05 * (len(chosen) - 1)))

    def _share_lost(self, units: Sequence[Unit]) -> float:
        needed = len(self._facts.numbers) + len(self._facts.names) + len(self._facts.months)
        return len(self._missing(units)) / needed if needed else 0.0

    def _missing(self, units: Sequence[Unit]) -> tuple[str, ...]:
        terms = frozenset[str]().union(*(unit.terms for unit in units))
        numbers = [number for unit in units for number in unit.facts.numbers]
        months = frozenset[str]().union(*(unit.facts.months for unit in units))
        lost = [n.written for n in self._facts.numbers if not holds_number(n, numbers)]
        lost += [written for month, written in self._facts.month_words if month not in months]
        return (*lost, *(name for name in self._facts.names if not holds_name(name, terms)))

    def _support(self, score: float, units: tuple[Unit, ...], missing: tuple[str, ...]) -> Support:
        """A fact that no chosen sentence has is never supported: partly when title, headings or question give it."""
        if score < _PARTLY_FROM or not all(self._is_context(fact, units) for fact in missing):
            return Support.UNSUPPORTED
        if missing or score < _SUPPORTED_FROM or self._denies(units):
            return Support.PARTLY
        return Support.SUPPORTED

    def _is_context(self, fact: str, units: tuple[Unit, ...]) -> bool:
        known = self._evidence.question_terms.union(*(self._evidence.context_terms[u.passage] for u in units))
        return holds_name(fact, known)

    def _speaks_of_something_else(self, chosen: list[int]) -> bool:
        """What was asked about most tellingly, and the sentence repeats, is nowhere near the words that carry it:
        "the deposit is 2,150" over "the rent is 2,150"."""
        echoed = [term for term in self._terms & self._evidence.question_terms if term not in ASKING_STEMS]
        if not echoed:
            return False
        most_telling = max(echoed, key=lambda term: (self._evidence.weight(term), term))
        near = frozenset[str]().union(
            *(self._evidence.context_terms[self._evidence.units[i].passage] for i in chosen),
            *(unit.terms for i in chosen for unit in (self._evidence.units[i], *self._evidence.near(i))),
        )
        return self._evidence.held({most_telling: 1.0}, near) == 0

    def _denies(self, units: tuple[Unit, ...]) -> bool:
        return self._facts.negated != any(unit.facts.negated for unit in units)
