"""A second opinion on supported sentences that shares nothing with the product's own check: numbers, dates and names.

A number, month or name of a supported sentence that neither its quotes, their headings nor the question hold
contradicts it.
"""

import re

from desktop.answering.interfaces import Draft
from desktop.domain.answers import Support

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NAME = re.compile(r"(?<![.!?:]\s)(?<!^)(?<![\"“(]) ([A-Z][a-zà-ÿ]{2,})")
_MONTHS = "january february march april may june july august september october november december".split()
_WORDS = dict(
    zip("one two three four five six seven eight nine ten eleven twelve".split(), map(str, range(1, 13)), strict=True)
)


def contradicted(draft: Draft, question: str) -> tuple[str, ...]:
    """What supported sentences state and their footnotes don't hold."""
    by_number = {footnote.n: footnote for footnote in draft.footnotes}
    found: list[str] = []
    for sentence in draft.sentences:
        if sentence.support is not Support.SUPPORTED:
            continue
        cited = [by_number[n] for n in sentence.footnotes if n in by_number]
        held = " ".join([question, *(f"{footnote.quote} {footnote.heading} {footnote.file}" for footnote in cited)])
        if not cited:
            found.append(f"no footnote: {sentence.text}")
        found += _unheld(sentence.text, held)
    return tuple(found)


def _unheld(text: str, held: str) -> list[str]:
    numbers = {_plain(n) for n in _NUMBER.findall(held)} | {
        _WORDS[w] for w in re.findall(r"[a-z]+", held.lower()) if w in _WORDS
    }
    lower = held.lower()
    lost = [f"number {n}" for n in _NUMBER.findall(text) if _plain(n) not in numbers]
    lost += [f"month {w}" for w in re.findall(r"[A-Z][a-z]+", text) if w.lower() in _MONTHS and w.lower() not in lower]
    lost += [f"name {name}" for name in _NAME.findall(text) if name.lower()[:5] not in lower]
    return lost


def _plain(number: str) -> str:
    return number.replace(",", "").rstrip(".")
