"""Picks the sentences of the sources that answer a question best, word for word: no language model needed."""

import re

from desktop.answering.evidence import Evidence, Unit

_ASKS_NUMBER = re.compile(
    r"\b(?:how (?:many|much|long|old|far|often|large|big|high)|when|what (?:year|date|percentage|number)|"
    r"in welchem jahr|wann|wie (?:viele?|lange|alt|hoch|oft)|quand|combien|cuándo|cuánt\w+|quando|"
    r"quant\w+|wanneer|hoeveel)\b|多少|几|何时",
    re.IGNORECASE,
)
# of the rank of the best
_NEARLY_AS_GOOD = 0.85
_ASKS_PERSON = re.compile(r"\b(?:who|whose|whom|wer|wen|wem|qui|quién|chi|quem)\b|谁", re.IGNORECASE)


def best_sentences(question: str, evidence: Evidence, limit: int) -> tuple[Unit, ...]:
    """The best sentence, and more while they are nearly as good; in the order of their rank."""
    meanings = (*evidence.meanings, *([0.0] * len(evidence.units)))
    ranks = [_rank(question, unit, evidence) + meanings[i] for i, unit in enumerate(evidence.units)]
    order = sorted(range(len(ranks)), key=lambda i: -ranks[i])[:limit]
    return tuple(evidence.units[i] for i in order if ranks[i] >= _NEARLY_AS_GOOD * ranks[order[0]])


def _rank(question: str, unit: Unit, evidence: Evidence) -> float:
    """Shared words by weight, what the question asks for, and how well the passage was found."""
    weights = {term: evidence.weight(term) for term in evidence.question_terms}
    shared = evidence.held(weights, unit.terms)
    context = evidence.held(weights, unit.terms | evidence.context_terms[unit.passage])
    fits = (0.1 if _ASKS_NUMBER.search(question) and unit.facts.numbers else 0.0) + (
        0.1 if _ASKS_PERSON.search(question) and unit.facts.names else 0.0
    )
    too_short = 0.3 if len(unit.terms - evidence.question_terms) < 2 else 0.0
    return shared + 0.2 * context + fits - too_short - 0.02 * unit.passage
