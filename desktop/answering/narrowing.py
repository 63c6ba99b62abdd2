"""Cuts a source sentence down to the clauses that carry what an answer's sentence takes from it.

Judges nothing: that the whole sentence carries it was decided before. What is cut off adds no word, number, month or
name of the answer or its question, and turns nothing round.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from desktop.answering.evidence import Evidence, Unit, holds_name
from desktop.answering.facts import Facts, holds_number, negation_in
from desktop.answering.vocabulary import ASKING_STEMS, EVERYDAY_STEMS

# words, or characters where no spaces stand between them: what is shorter is found in too many places to lead anywhere
_SHORT = 6
_SHORT_UNSPACED = 12
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_]+")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_CUT = re.compile(
    r"[,;:]\s+(?:(?:and|und|et)\s)?|\s+[–—|-]\s+|—|\t+|[，、；：]|"
    r"\s+(?:(?:and|und|et)\s|(?=(?:but|while|whereas|which|aber|mais|pero|ma)\s))"
)
_OPENING, _CLOSING = "([{“„«「『（", ")]}”»」』）"
# what a condition limits is shown with all of it
_CONDITION = re.compile(
    r"\b(?:if|unless|except|provided|wenn|falls|sofern|außer|si|sauf|sinon|salvo|excepto|indien|mits|tenzij)\b|"
    r"(?:^|,\s)(?:als|se)\b|如果|除非|場合",
    re.IGNORECASE,
)
# words that make less of what stands beside them
_LIMIT = re.compile(
    r"\b(?:only|alleg\w+|claim\w*|reported\w*|suppos\w+|nur|angeblich|seulement|solo|alleen)\b|只有|据称|だけ",
    re.IGNORECASE,
)


def narrowed(sentence: str, unit: Unit, others: Sequence[Unit], evidence: Evidence) -> tuple[int, int]:
    """The shortest run of clauses, as a range of the source file, that holds of the sentence and its question what the
    unit does. `others` are the units that carry the sentence already: what they hold is not looked for again.
    """
    clauses = _clauses(unit.text)
    if len(clauses) < 2 or _CONDITION.search(unit.text):
        return unit.start, unit.end
    wanted = _Wanted(sentence, unit, others, evidence)
    terms = [frozenset(evidence.terms(unit.text[start:end])) for start, end in clauses]
    for first, last in sorted(_runs(len(clauses)), key=lambda run: clauses[run[1]][1] - clauses[run[0]][0]):
        start, end = clauses[first][0], clauses[last][1]
        held = frozenset[str]().union(*terms[first : last + 1])
        if wanted.holds_words(held) and wanted.holds_the_rest(unit.text[start:end], held):
            return unit.start + start, unit.start + end
    return unit.start, unit.end


class _Wanted:
    """What a unit gives to a sentence, beyond what others give."""

    def __init__(self, sentence: str, unit: Unit, others: Sequence[Unit], evidence: Evidence) -> None:
        self._unit, self._evidence = unit, evidence
        known = frozenset[str]().union(*(other.terms for other in others))
        asked = frozenset[str]() if others else evidence.question_terms - ASKING_STEMS - EVERYDAY_STEMS
        terms = (frozenset(evidence.terms(sentence)) | asked) - known
        # one by one: a word that is held twice must not make up for one that is not
        given = ((term, evidence.held({term: 1.0}, unit.terms)) for term in terms)
        self._terms = {term: share for term, share in given if share}
        self._facts = _shared(evidence.facts(sentence), unit.facts, unit.terms)

    def holds_words(self, terms: frozenset[str]) -> bool:
        return all(self._evidence.held({term: 1.0}, terms) >= share for term, share in self._terms.items())

    def holds_the_rest(self, text: str, terms: frozenset[str]) -> bool:
        """Facts, and what makes less of them; nothing too short to lead anywhere."""
        if len(_WORD.findall(text)) < (_SHORT_UNSPACED if _CJK.search(text) else _SHORT) or text.count('"') % 2:
            return False
        whole = self._unit.text
        if negation_in(text) != negation_in(whole) or _LIMIT.findall(text) != _LIMIT.findall(whole):
            return False
        return self._facts == _shared(self._facts, self._evidence.facts(text), terms)


def _shared(claimed: Facts, found: Facts, terms: frozenset[str]) -> Facts:
    """The claimed facts that are among the found ones."""
    return replace(
        claimed,
        numbers=tuple(number for number in claimed.numbers if holds_number(number, found.numbers)),
        month_words=tuple(pair for pair in claimed.month_words if pair[0] in found.months),
        names=tuple(name for name in claimed.names if holds_name(name, terms)),
    )


def _clauses(text: str) -> list[tuple[int, int]]:
    """Ranges of what stands between the marks; what is in brackets or quotation marks stays together."""
    cuts = [match.span() for match in _CUT.finditer(text) if not _is_inside(text[: match.start()])]
    starts, ends = [0, *(end for _, end in cuts)], [*(start for start, _ in cuts), len(text)]
    return [(start, end) for start, end in zip(starts, ends, strict=True) if start < end]


def _is_inside(before: str) -> bool:
    """Whether a bracket or a quotation mark is open."""
    return sum(map(before.count, _OPENING)) > sum(map(before.count, _CLOSING))


def _runs(count: int) -> Iterator[tuple[int, int]]:
    """The first and the last of so many, but for all of them."""
    return ((first, last) for first in range(count) for last in range(first, count) if last - first < count - 1)
