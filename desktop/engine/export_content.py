"""What an exported conversation says, in whatever form: questions, answers, footnotes with files and hashes, by whom.

Footnotes are numbered through the whole conversation, so that each number stands for one of them.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from desktop.domain.answers import Answer, AnswerMode, AnswerState, FileChange, FootnoteLink, Support
from desktop.domain.paragraphs import Piece, paragraphs

# what makes letters run the other way: a file could pose as another by it
_TURNING = dict.fromkeys(map(ord, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"), "\ufffd")
_CHANGED = "The file has changed since: these are its words as they were."
_GONE = "The file is not in the library any more."


@dataclass(frozen=True, slots=True)
class Words:
    """A run of text with the numbers of its footnotes; `lack` tells what of it is not in the files, if only part is."""

    text: str
    notes: tuple[int, ...]
    lack: str


@dataclass(frozen=True, slots=True)
class Part:
    """A paragraph; `mark` says why it is set apart, if it is."""

    words: tuple[Words, ...]
    mark: str


@dataclass(frozen=True, slots=True)
class Note:
    """A footnote: `place` is file and page or heading, `remark` what became of the file."""

    number: int
    place: str
    quote: str
    sha256: str
    remark: str


@dataclass(frozen=True, slots=True)
class Exchange:
    question: str
    remark: str
    parts: tuple[Part, ...]
    notes: tuple[Note, ...]
    made_by: str


@dataclass(frozen=True, slots=True)
class Exported:
    title: str
    made: str
    exchanges: tuple[Exchange, ...]


def exported(title: str, answers: Sequence[Answer], changes: Mapping[tuple[str, str], FileChange]) -> Exported:
    made: list[Exchange] = []
    notes = 0
    for answer in answers:
        made.append(_exchange(answer, changes, notes))
        notes += len(answer.footnotes)
    return Exported(safe(title), f"Exported from Footnote on {_date(datetime.now())}", tuple(made))


def safe(text: str) -> str:
    """Text that shows as it is: no controls, nothing that turns the direction of reading."""
    turned = text.translate(_TURNING)
    return "".join(c if c.isprintable() or c in "\n\t" else " " if c.isspace() else "\ufffd" for c in turned)


def _exchange(answer: Answer, changes: Mapping[tuple[str, str], FileChange], before: int) -> Exchange:
    if answer.own_words is not None:
        parts = tuple(Part((Words(safe(line), (), ""),), "") for line in answer.own_words.split("\n") if line.strip())
        return Exchange(safe(answer.question), "Written by the user, not checked.", parts, (), _made_by(answer))
    parts = tuple(
        Part(
            tuple(
                Words(safe(p.text), tuple(before + n for n in p.footnotes), _lack(p, answer)) for p in paragraph.pieces
            ),
            _apart(answer) if paragraph.apart else "",
        )
        for paragraph in paragraphs(answer)
    )
    notes = tuple(_note(f, before + f.n, changes) for f in answer.footnotes)
    return Exchange(safe(answer.question), _remark(answer), parts, notes, _made_by(answer))


def _lack(piece: Piece, answer: Answer) -> str:
    if piece.support is not Support.PARTLY:
        return ""
    missing = answer.sentences[piece.sentence].missing
    return f"Not in the files: {safe(', '.join(missing))}" if missing else "Only part of this is in the files"


def _apart(answer: Answer) -> str:
    return (
        "The model’s own knowledge, not from the files."
        if answer.mode is AnswerMode.FREE
        else "Not found in the files."
    )


def _remark(answer: Answer) -> str:
    if answer.refused:
        return "Not in the files."
    states = {
        AnswerState.FINISHED: "",
        AnswerState.STOPPED: "This answer was stopped.",
        AnswerState.CUT: "This answer had reached its longest length.",
        AnswerState.INTERRUPTED: "This answer was interrupted.",
    }
    return states[answer.state]


def _note(footnote: FootnoteLink, number: int, changes: Mapping[tuple[str, str], FileChange]) -> Note:
    page = f"p. {footnote.page}" if footnote.page is not None else ""
    heading = f"§ {footnote.heading.split(' > ')[-1]}" if footnote.heading and not page else ""
    where = footnote.place or page or heading
    place = ", ".join(part for part in (os.path.basename(footnote.file), where) if part)
    change = changes.get((footnote.file, footnote.sha256), FileChange.SAME)
    remark = {FileChange.SAME: "", FileChange.CHANGED: _CHANGED, FileChange.GONE: _GONE}[change]
    return Note(number, safe(place), safe(" ".join(footnote.quote.split())), footnote.sha256, remark)


def _made_by(answer: Answer) -> str:
    """`qwen · tone: firm (80 %) · 28 November 2026, 22:40`"""
    parts = [safe(os.path.basename(answer.model)).removesuffix(".gguf") if answer.model else "The files’ own words"]
    for tone in answer.tones:
        name = safe(os.path.basename(tone.path)).removesuffix(".gguf")
        parts.append(f"tone: {name} ({tone.strength:.0%})".replace("%", " %"))
    if answer.mode is AnswerMode.FREE:
        parts.append("free: may add the model’s own knowledge")
    parts.append(_date(datetime.fromtimestamp(answer.asked_at)))
    return " · ".join(parts)


def _date(when: datetime) -> str:
    return when.strftime("%Y-%m-%d %H:%M")
