"""From a question as it was asked to one that can be understood alone, together with what was found by it.

A follow-up is searched both as it was asked and rewritten; which of the two stays is told in `rewriting`.
"""

from desktop.answering.interfaces import AnswerLimits, AskedQuestion, Finder, Generator
from desktop.answering.leaning import leans_back
from desktop.answering.rewriting import finds_less, rewritten
from desktop.domain.answers import FoundPassage


def understood(
    question: AskedQuestion, finder: Finder, generator: Generator | None, limits: AnswerLimits
) -> tuple[str, tuple[FoundPassage, ...]]:
    """(the question that was searched, the passages, best first). Raises what the finder and the generator raise."""
    wanted = max(limits.passages, limits.sources)
    original = question.question.strip()
    found = finder.find(original, wanted)
    if question.standalone or not leans_back(original, question.history):
        return original, found
    rewrite = rewritten(original, question.history, generator, limits.rewrite_tokens)
    if rewrite == original:
        return original, found
    found_then = finder.find(rewrite, wanted)
    return (original, found) if finds_less(found_then, found) else (rewrite, found_then)
