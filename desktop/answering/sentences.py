"""Cuts text into sentences: abbreviations, initials, decimals, lists, table rows, Chinese and Japanese marks.

Works on character ranges and changes no text. Does not know what a sentence says.
"""

import re
from collections.abc import Iterator

from desktop.answering.vocabulary import ABBREVIATIONS, ENDING_ABBREVIATIONS

# a unit longer than this is no sentence (a table without full stops, code): it is cut at a weaker mark
LONGEST = 600

_STOP_MARK = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s|$)|[。！？；]+[」』”’）》]*|[.!?][\"'”’»)\]]*(?=\[\d)")
_LIST_ITEM = re.compile(r"\s*(?:[-*•‣▪–·]\s+|\(?\d{1,3}[.)]\s+|\(?[a-zA-Z][.)]\s+|#{1,6}\s|\||>)")
_LIST_NUMBER = re.compile(r"\s*\(?(?:\d{1,3}|[a-zA-Z]|[ivx]+)\.$")
_ROW = re.compile(r"\S[,;\t|](?=\S)")
_WEAK_MARK = re.compile(r"[;:,]\s+|\s+|[，、；：]")
_MONTH = re.compile(r"\s*(?:jan|feb|mär|mar|apr|mai|jun|jul|aug|sep|okt|nov|dez)[a-zä]*\b", re.IGNORECASE)


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Ranges of the sentences in order, white space trimmed; together they hold every other character."""
    spans: list[tuple[int, int]] = []
    for start, end in _line_groups(text):
        for first, last in _sentences_in(text, start, end):
            spans.extend(_cut_long(text, first, last))
    return spans


def _line_groups(text: str) -> Iterator[tuple[int, int]]:
    """Runs of lines that may share a sentence (hard-wrapped text), cut where a line stands for itself."""
    start, previous = 0, (0, 0)
    for match in re.finditer(r"[^\n]*\n?", text):
        line = (match.start(), match.end())
        if match.start() > 0 and _breaks_before(text[slice(*previous)], text[slice(*line)]):
            yield start, match.start()
            start = match.start()
        previous = line
    yield start, len(text)


def _breaks_before(previous: str, line: str) -> bool:
    before, after = previous.strip(), line.strip()
    if not before or not after or _LIST_ITEM.match(line):
        return True
    if before.startswith(("#", "|")) or before.endswith((":", "。")) or len(_ROW.findall(before)) >= 2:
        return True
    # a short line before a capital is a heading or a line of its own, not a wrapped one
    return len(before) < 45 and not after[0].islower()


def _sentences_in(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    first = start
    for match in _STOP_MARK.finditer(text, start, end):
        if _ends_sentence(text, first, match.start(), match.end(), end):
            yield from _trimmed(text, first, match.end())
            first = match.end()
    yield from _trimmed(text, first, end)


def _ends_sentence(text: str, first: int, mark: int, after: int, end: int) -> bool:
    if text[mark] != "." or text[mark : mark + 2] == "..":
        return True
    following = text[after:end].lstrip()
    if not following or _LIST_NUMBER.match(text[first : mark + 1]):
        return not following
    word = re.split(r"[\s(\[\"“„]", text[first:mark])[-1]
    if following[0].islower():
        return False
    if word.lower() in ENDING_ABBREVIATIONS:
        return True
    if word.lower() in ABBREVIATIONS or re.fullmatch(r"[A-Za-z](?:\.[A-Za-z])*", word):
        return False
    return not (word.isdigit() and len(word) <= 2 and _MONTH.match(following))


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield start, end


def _cut_long(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > LONGEST:
        marks = [match.end() for match in _WEAK_MARK.finditer(text, start + LONGEST // 2, start + LONGEST)]
        cut = marks[-1] if marks else start + LONGEST
        yield from _trimmed(text, start, cut)
        start = cut
    yield from _trimmed(text, start, end)
