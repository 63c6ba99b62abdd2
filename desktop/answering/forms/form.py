"""What a form of answers is: rules for the model, tidying, what is claimed where, and what is wrong."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from desktop.answering.sentences import sentence_spans

Span = tuple[int, int]

_FENCE = re.compile(r"```[\w-]*[ \t]*\n?(.*?)(?:```|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Claim:
    """A piece of an answer from `start` to `end`, and what it says in words, to be checked; empty: it claims nothing.

    Between two pieces there is only white space.
    """

    start: int
    end: int
    says: str


@dataclass(frozen=True, slots=True)
class Form:
    """`rules` are the model's orders, `given` what the user gave for it (a schema), with its heading.

    `problems` says what keeps the text from being of this form: nothing where it is. `needs_files` is False for
    what may be answered without them. `json_schema` is what the model is kept to when it did not keep to it by itself.
    `prose`: a refusal may come in this form. `claims` takes text and question.
    """

    rules: str
    given: str = ""
    tidy: Callable[[str], str] = str.strip
    claims: Callable[[str, str], tuple[Claim, ...]] = lambda text, _question: sentence_claims(text)
    problems: Callable[[str], tuple[str, ...]] = lambda _text: ()
    needs_files: bool = True
    prose: bool = False
    json_schema: str = ""


def sentence_claims(text: str) -> tuple[Claim, ...]:
    """Each sentence claims what it says."""
    return tuple(Claim(start, end, text[start:end]) for start, end in sentence_spans(text))


def line_spans(text: str) -> list[Span]:
    """Ranges of the lines that hold something, white space trimmed."""
    spans: list[Span] = []
    for match in re.finditer(r"[^\n]+", text):
        words = match.group()
        if words.strip():
            start = match.start() + len(words) - len(words.lstrip())
            spans.append((start, start + len(words.strip())))
    return spans


def without_fence(text: str) -> str:
    """What stands in the first code fence, or the text as it is."""
    fenced = _FENCE.search(text)
    return (fenced.group(1) if fenced else text).strip()
