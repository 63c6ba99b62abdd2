"""Cuts a finished answer into paragraphs of sentences, with unsupported ones set apart, and writes it as plain text.

Pure functions; the sentences and their support come from the engine.
"""

from dataclasses import dataclass

from desktop.domain.answers import Answer, AnswerFormat, FootnoteLink, Support
from desktop.gui.translation import tr
from desktop.gui.wording import file_name, place_text, superscript


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


def footnote_text(footnote: FootnoteLink) -> str:
    """`lease-2024.pdf, p. 7`"""
    place = place_text(footnote.page, footnote.heading)
    return f"{file_name(footnote.file)}, {place}" if place else file_name(footnote.file)


def as_plain_text(answer: Answer) -> str:
    """The answer with its numbers, and its footnotes below: for the clipboard."""
    if answer.format in (AnswerFormat.SQL, AnswerFormat.JSON):
        return f"{answer.text}\n"  # to be used as it is
    lines: list[str] = [answer.question, ""]
    for paragraph in paragraphs(answer):
        words = "".join(
            piece.text + "".join(superscript(n) for n in piece.footnotes) for piece in paragraph.pieces
        ).strip()
        lines += [f"{words} {not_found_text()}" if paragraph.apart else words, ""]
    lines += [f"{superscript(f.n)} {footnote_text(f)}: “{' '.join(f.quote.split())}”" for f in answer.footnotes]
    return "\n".join(lines).strip() + "\n"


def not_found_text() -> str:
    return tr("(not found in your files)")
