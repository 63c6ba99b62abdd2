"""A second opinion on carried sentences that shares nothing with the product's own check: numbers, dates and names.

A number, month or name of such a sentence that neither its quotes, their headings nor the question hold contradicts
it.
"""

import re
from collections.abc import Collection

from desktop.answering.interfaces import Draft
from desktop.domain.answers import FootnoteLink, Sentence, Support

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NAME = re.compile(r"(?<![.!?:]\s)(?<!^)(?<![\"“(]) ([A-Z][a-zà-ÿ]{2,})")
_MONTHS = "january february march april may june july august september october november december".split()
_WORDS = dict(
    zip("one two three four five six seven eight nine ten eleven twelve".split(), map(str, range(1, 13)), strict=True)
)


def contradicted(draft: Draft, question: str) -> tuple[str, ...]:
    """What supported sentences state and their footnotes don't hold."""
    return tuple(
        what
        for sentence in draft.sentences
        if sentence.support is Support.SUPPORTED
        for what in _against(sentence, draft.footnotes, question)
    )


def failed_footnotes(draft: Draft, question: str) -> frozenset[int]:
    """The numbers of the footnotes under some sentence, supported or partly so, that they don't hold."""
    carried = (Support.SUPPORTED, Support.PARTLY)
    return frozenset(
        number
        for sentence in draft.sentences
        if sentence.support in carried and _against(sentence, draft.footnotes, question)
        for number in sentence.footnotes
    )


def _against(sentence: Sentence, footnotes: Collection[FootnoteLink], question: str) -> list[str]:
    cited = [footnote for footnote in footnotes if footnote.n in sentence.footnotes]
    held = " ".join([question, *(f"{footnote.quote} {footnote.heading} {footnote.file}" for footnote in cited)])
    return ([] if cited else [f"no footnote: {sentence.text}"]) + unheld(sentence.text, held)


def unheld(text: str, held: str) -> list[str]:
    """The numbers, months and names of a text that another lacks."""
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
