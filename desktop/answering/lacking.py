"""Names the words of a partly supported sentence that its sources don't carry, as the sentence writes them.

Judges nothing: that a sentence is only partly supported was decided before.
"""

import re
from collections.abc import Sequence

from desktop.answering.evidence import Evidence, Unit
from desktop.answering.facts import negation_in
from desktop.domain.answers import Support

MOST = 4
_WORD = re.compile(r"[^\W_]+(?:[-'’./][^\W_]+)*")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def lacking(
    sentence: str, support: Support, units: Sequence[Unit], facts: Sequence[str], evidence: Evidence
) -> tuple[str, ...]:
    """`facts` are those that no unit has: they are named alone where there are any; else a denial, else words."""
    if support is not Support.PARTLY:
        return ()
    denial = negation_in(sentence)
    if denial and not any(unit.facts.negated for unit in units):
        facts = (*facts, denial)
    return tuple(dict.fromkeys(facts))[:MOST] or _words(sentence, units, evidence)


def _words(sentence: str, units: Sequence[Unit], evidence: Evidence) -> tuple[str, ...]:
    """The most telling ones, in their order. Languages that put no space between words have none to name."""
    if _CJK.search(sentence):
        return ()
    held = frozenset[str]().union(*(unit.terms | evidence.context_terms[unit.passage] for unit in units))
    weights: dict[str, float] = {}
    for word in dict.fromkeys(_WORD.findall(sentence)):
        terms = {term: evidence.weight(term) for term in evidence.telling_terms(word)}
        if terms and evidence.held(terms, held) == 0:
            weights[word] = max(terms.values())
    told = sorted(weights, key=lambda word: -weights[word])[:MOST]
    return tuple(word for word in weights if word in told)
