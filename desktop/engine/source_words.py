"""Where words stand in a document now: cited ones after the file has changed, and those that a person searches."""

import re
from bisect import bisect_right

from desktop.domain.documents import Document
from desktop.protocol import engine_messages as m
from desktop.reading.moved_words import find_near_words, find_words, page_of, same_words


def locate(document: Document, cited: m.CitedWords) -> m.LocatedWords:
    """The exact range, then the words, then near words, then the page."""
    text, pages = document.text, document.pages
    if same_words(text, cited.start, cited.end, cited.quote):
        return m.LocatedWords(m.Found.IN_PLACE, cited.start, cited.end, page_of(pages, cited.start))
    for find, found in ((find_words, m.Found.MOVED), (find_near_words, m.Found.NEAR)):
        place = find(text, cited.quote, cited.start)
        if place is not None:
            return m.LocatedWords(found, place.start, place.end, page_of(pages, place.start))
    page = next((page for page in pages if page.number == cited.page), None)
    if page is not None:
        return m.LocatedWords(m.Found.PAGE, page.start, page.start, page.number)
    return m.LocatedWords(m.Found.GONE, 0, 0, 1 if pages else None)


def hits_of(document: Document, words: str, most: int) -> m.FoundWords:
    """Every place of the words, without regard to case; any white space counts for a space."""
    parts = words.split()
    if not parts:
        return m.FoundWords((), 0)
    pattern = re.compile(r"\s+".join(re.escape(part) for part in parts), re.IGNORECASE)
    starts = [page.start for page in document.pages]
    hits: list[m.WordsHit] = []
    total = 0
    for match in pattern.finditer(document.text):
        total += 1
        if len(hits) < most:
            at = bisect_right(starts, match.start()) - 1
            hits.append(m.WordsHit(*match.span(), document.pages[max(at, 0)].number if starts else None))
    return m.FoundWords(tuple(hits), total)
