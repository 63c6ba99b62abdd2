"""Cuts a finished answer into paragraphs of sentences, with unsupported ones set apart. Pure functions."""

from dataclasses import dataclass

from desktop.domain.answers import Answer, Support


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of answer text. `sentence` is its index in `Answer.sentences`, or -1 for text between sentences."""

    text: str
    sentence: int
    support: Support
    footnotes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """`apart` holds for sentences that no source carries."""

    pieces: tuple[Piece, ...]
    apart: bool


def paragraphs(answer: Answer) -> tuple[Paragraph, ...]:
    """In the order of the answer. Line breaks of the answer's text begin a paragraph."""
    made: list[Paragraph] = []
    pieces: list[Piece] = []
    apart = False

    def end() -> None:
        if pieces:
            made.append(Paragraph(tuple(pieces), apart))
            pieces.clear()

    at = 0
    for index, sentence in enumerate(answer.sentences):
        found = answer.text.find(sentence.text, at)
        gap = answer.text[at:found] if found >= 0 else " "
        at = found + len(sentence.text) if found >= 0 else at
        alone = sentence.support is Support.UNSUPPORTED
        if "\n" in gap or alone != apart:
            pieces.extend(_between(gap.rpartition("\n")[0].rstrip()) if not apart else ())
            end()
            gap = gap.rpartition("\n")[2].lstrip()
        apart = alone
        pieces.extend(_between(gap) if pieces or gap.strip() else ())
        pieces.append(Piece(sentence.text, index, sentence.support, sentence.footnotes))
    rest = answer.text[at:]
    if rest.strip():
        if apart:
            end()
            apart = False
        pieces.extend(_between(rest.rstrip()))
    end()
    return tuple(made)


def _between(text: str) -> tuple[Piece, ...]:
    return (Piece(text, -1, Support.NONE, ()),) if text else ()
