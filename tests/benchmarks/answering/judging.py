"""Whether an answer is right, by the words alone: the scoring of question answering sets, and what was footnoted."""

import re
import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from desktop.answering.interfaces import Draft
from tests.benchmarks.answering.cases import Case
from tests.benchmarks.answering.recheck import contradicted, failed_footnotes

LONGEST = 40  # words: copying the top paragraph is no answer
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")


@dataclass(frozen=True, slots=True)
class Row:
    """One question and what became of it. `f1` is 0 to 1; `cited`: the footnoted words hold the right answer.

    `broken` of the `footnotes` don't resolve; `failed` don't, or don't pass the independent re-check.
    """

    qid: str
    question: str
    right_answers: tuple[str, ...]
    answer: str
    refused: bool
    right: bool
    cited: bool
    f1: float
    words: int
    quoted_words: int
    source_has_it: bool
    broken: int
    contradicted: tuple[str, ...]
    by_quote: bool
    footnotes: int
    failed: int


def judged(case: Case, draft: Draft, sources: Sequence[str], texts: dict[str, str]) -> Row:
    """`sources` are what the model read; `texts` the files by path, to resolve footnotes with."""
    quotes = [footnote.quote for footnote in draft.footnotes]
    words = len(draft.text.split())
    answered = not draft.refused
    broken = {f.n for f in draft.footnotes if texts.get(f.file, "")[f.start : f.end] != f.quote or not f.quote}
    return Row(
        qid=case.qid,
        question=case.question,
        right_answers=case.answers,
        answer=draft.text,
        refused=draft.refused,
        right=answered and words <= LONGEST and _holds(draft.text, case.answers),
        cited=answered and any(_holds(quote, case.answers) for quote in quotes),
        f1=max(_f1(draft.text, answer) for answer in case.answers) if answered else 0.0,
        words=words,
        quoted_words=sum(len(quote.split()) for quote in quotes),
        source_has_it=any(_holds(source, case.answers) for source in sources),
        broken=len(broken),
        contradicted=contradicted(draft, case.question),
        by_quote=draft.by_quote,
        footnotes=len(draft.footnotes),
        failed=len(broken | failed_footnotes(draft, case.question)),
    )


def normalised(text: str) -> str:
    text = "".join(" " if c in string.punctuation + "–—“”‘’„" else c for c in text.lower())
    return " ".join(_ARTICLES.sub(" ", text).split())


def _holds(text: str, answers: Sequence[str]) -> bool:
    padded = f" {normalised(text)} "
    return any(f" {wanted} " in padded for answer in answers if (wanted := normalised(answer)))


def _f1(text: str, answer: str) -> float:
    said, wanted = normalised(text).split(), normalised(answer).split()
    shared = sum((Counter(said) & Counter(wanted)).values())
    if not shared:
        return 0.0
    precision, recall = shared / len(said), shared / len(wanted)
    return 2 * precision * recall / (precision + recall)
