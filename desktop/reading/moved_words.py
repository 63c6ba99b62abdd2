"""Where cited words stand in a text that has changed: at the same place, elsewhere, or those nearest to them.

Works on text alone and knows no file. Its time is bounded: a text of any length costs two passes over it.
"""

import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from desktop.domain.documents import PageSpan

NEAR_ENOUGH = 0.6  # of the words, in order; below that it is another sentence
LONGEST = 400  # words of a quote that are looked for one by one
HITS = 200_000  # words of the text that may be looked at
WINDOWS = 12  # the places that are compared word by word
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Place:
    start: int
    end: int


def same_words(text: str, start: int, end: int, quote: str) -> bool:
    """Whether the quote still stands at [start, end); white space may have changed."""
    return bool(quote.split()) and text[start:end].split() == quote.split()


def find_words(text: str, quote: str, near: int = 0) -> Place | None:
    """Where the quote stands in the text, nearest to offset `near`; white space may have changed."""
    words = quote.split()
    if not words:
        return None
    pattern = re.compile(r"\s+".join(re.escape(word) for word in words))
    found = (Place(*match.span()) for match in pattern.finditer(text))
    return min(found, key=lambda place: abs(place.start - near), default=None)


def find_near_words(text: str, quote: str, near: int = 0, seconds: float = 2.0) -> Place | None:
    """The words most like the quote, where they are like enough; None also when the time is up before any are."""
    deadline = time.monotonic() + seconds
    wanted = [word.lower() for word in _WORD.findall(quote)][:LONGEST]
    if len(wanted) < 3:
        return None
    hits = list(_hits(text, wanted, deadline))
    best: tuple[float, float, Place] | None = None
    for first, last in _windows(hits, wanted, near):
        if time.monotonic() > deadline:
            break
        ratio, place = _compared(text, wanted, hits[first].start, hits[last].end)
        if ratio >= NEAR_ENOUGH and (best is None or (ratio, -abs(place.start - near)) > best[:2]):
            best = (ratio, -abs(place.start - near), place)
    return best[2] if best is not None else None


def page_of(pages: Sequence[PageSpan], offset: int) -> int | None:
    return next((page.number for page in pages if page.start <= offset < page.end), None)


@dataclass(frozen=True, slots=True)
class _Hit:
    start: int
    end: int
    word: str


def _hits(text: str, wanted: Sequence[str], deadline: float) -> Iterator[_Hit]:
    """Words of the quote in the text. Its commonest words are left out where they would be too many."""
    pattern = re.compile(r"\b(?:" + "|".join(re.escape(word) for word in sorted(set(wanted))) + r")\b", re.IGNORECASE)
    counts: Counter[str] = Counter()
    most = max(HITS // max(1, len(set(wanted))), 1000)
    for number, match in enumerate(pattern.finditer(text)):
        if number % 1024 == 0 and time.monotonic() > deadline:
            return
        word = match.group().lower()
        counts[word] += 1
        if counts[word] <= most:
            yield _Hit(match.start(), match.end(), word)


def _windows(hits: Sequence[_Hit], wanted: Sequence[str], near: int) -> list[tuple[int, int]]:
    """The stretches, as long as the quote and half as much again, that hold most of its words; apart from each other.

    Slides once over the hits, counting each word as often as the quote has it.
    """
    reach = int(1.5 * sum(len(word) + 1 for word in wanted)) + 20
    need = Counter(wanted)
    have: Counter[str] = Counter()
    score, last = 0, 0
    scored: list[tuple[int, float, int, int]] = []
    for first, hit in enumerate(hits):
        while last < len(hits) and hits[last].end <= hit.start + reach:
            word = hits[last].word
            have[word] += 1
            score += have[word] <= need[word]
            last += 1
        if score >= 0.5 * len(wanted):
            scored.append((score, -abs(hit.start - near), first, last - 1))
        score -= have[hit.word] <= need[hit.word]
        have[hit.word] -= 1
    return _apart(scored)


def _apart(scored: list[tuple[int, float, int, int]]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for _, _, first, last in sorted(scored, reverse=True):
        if all(last < other or first > end for other, end in kept):
            kept.append((first, last))
            if len(kept) == WINDOWS:
                break
    return kept


def _compared(text: str, wanted: Sequence[str], start: int, end: int) -> tuple[float, Place]:
    """How alike the stretch is, 0 to 1, and the part of it from the first to the last word that fits."""
    found = list(_WORD.finditer(text, start, end))
    matcher = SequenceMatcher(None, wanted, [match.group().lower() for match in found], autojunk=False)
    blocks = [block for block in matcher.get_matching_blocks() if block.size]
    if not blocks:
        return 0.0, Place(start, start)
    first, last = blocks[0].b, blocks[-1].b + blocks[-1].size - 1
    same = sum(block.size for block in blocks)
    return 2 * same / (len(wanted) + last - first + 1), Place(found[first].start(), found[last].end())
