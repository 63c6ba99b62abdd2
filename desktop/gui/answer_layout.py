"""Writes a finished answer as plain text for the clipboard, and the words that mark what the files don't carry.

Pure functions; the sentences and their support come from the engine.
"""

from desktop.domain.answers import Answer, AnswerFormat, AnswerMode, FootnoteLink, Support
from desktop.domain.paragraphs import Piece, paragraphs
from desktop.gui.translation import tr
from desktop.gui.wording import file_name, partly_text, place_text, superscript


def footnote_text(footnote: FootnoteLink) -> str:
    """`lease-2024.pdf, p. 7`"""
    place = place_text(footnote.page, footnote.heading, footnote.place)
    return f"{file_name(footnote.file)}, {place}" if place else file_name(footnote.file)


def as_plain_text(answer: Answer) -> str:
    """The answer with its numbers, and its footnotes below: for the clipboard. The user's own words have none."""
    if answer.format in (AnswerFormat.SQL, AnswerFormat.JSON) and answer.own_words is None:
        return f"{answer.text}\n"  # to be used as it is
    lines: list[str] = [answer.question, ""]
    if answer.own_words is not None:
        return "\n".join([*lines, answer.own_words]).strip() + "\n"
    for paragraph in paragraphs(answer):
        words = "".join(_words(piece, answer) for piece in paragraph.pieces).strip()
        lines += [f"{words} {apart_text(answer.mode)}" if paragraph.apart else words, ""]
    lines += [f"{superscript(f.n)} {footnote_text(f)}: “{' '.join(f.quote.split())}”" for f in answer.footnotes]
    return "\n".join(lines).strip() + "\n"


def _words(piece: Piece, answer: Answer) -> str:
    """With its numbers, and with what the files lack of it: a copy has no dotted line to show that."""
    numbered = piece.text + "".join(superscript(n) for n in piece.footnotes)
    if piece.support is not Support.PARTLY:
        return numbered
    return f"{numbered} ({partly_text(answer.sentences[piece.sentence].missing)})"


def apart_text(mode: AnswerMode) -> str:
    """What is said of a sentence that no source carries."""
    if mode is AnswerMode.FREE:
        return tr("(the model’s own knowledge, not from your files)")
    return tr("(not found in your files)")
