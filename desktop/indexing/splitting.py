"""Splits a document into passages at places that depend on nearby text alone: an edit moves only its neighbours.

First every boundary that outranks all others within a window of tokens becomes a cut (by structure, then by a stable
hash of the text around it); then what is still too long is cut inside. Reads no files, embeds nothing.
"""

import re
import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from desktop.domain.documents import Document, PassageSpan
from desktop.domain.places import PlaceSpan, joined
from desktop.indexing.boundaries import LINE, PAGE, rank_boundaries
from desktop.indexing.passage_context import Outline, TableHeaders, context_of, passage_digest

SPLITTER_VERSION = 5

_HASHED = 20  # characters on each side of a boundary
_LEAST_ROOM = 32  # tokens; beside a long context, an embedder of little room loses the end of a passage
_GIANT = 4.0  # times too long: cut from the left, as halving would make every cut depend on the length

_WORDS = re.compile(r"\s+|(?<=[，、；：])")


def split_name(measure: str) -> str:
    """Names what makes passages: this splitter, with what it measures by."""
    return f"{SPLITTER_VERSION} {measure}"


def same_measure(one: str, other: str) -> bool:
    """Of two such names: passages of an older splitter fit the embedder too. The user says when they are renewed."""
    return one.partition(" ")[2] == other.partition(" ")[2]


class TokenCounter(Protocol):
    """The embedder's tokenizer."""

    def offsets(self, text: str) -> Sequence[int]:
        """Where each token starts, ascending, in code points; no special tokens, nothing left out."""
        ...


@dataclass(frozen=True, slots=True)
class Sizes:
    """Sizes in tokens, but for `characters`. `embedded` is what the embedder takes of context and text together."""

    window: int = 50
    section: int = 40
    crumb: int = 16
    most: int = 160
    embedded: int = 254
    characters: int = 1500


USUAL_SIZES = Sizes()


def split(document: Document, tokens: TokenCounter, sizes: Sizes = USUAL_SIZES) -> tuple[PassageSpan, ...]:
    """The passages of a document, in order: all of its text but white space between them.

    Each fits the embedder together with its context, and a cut inside a word is made only where a word is too long.
    """
    return _Splitter(document, tokens, sizes).passages()


class _Splitter:
    """Splits one document once."""

    def __init__(self, document: Document, tokens: TokenCounter, sizes: Sizes) -> None:
        self._document = document
        self._text = document.text
        self._counter = tokens
        self._sizes = sizes
        self._tokens = tokens.offsets(document.text)
        self._outline, self._headers = Outline(document), TableHeaders(document)
        ranks = rank_boundaries(document)
        self._positions = sorted(ranks)
        self._ranks = [ranks[position] for position in self._positions]
        self._rooms: dict[tuple[str, str], int] = {}
        self._page_starts = [page.start for page in document.pages]
        self._place_starts = [place.start for place in document.places]
        self._place_ends = [place.end for place in document.places]

    def passages(self) -> tuple[PassageSpan, ...]:
        cuts = [0, *self._cuts(), len(self._text)]
        pieces = (piece for start, end in pairwise(cuts) for piece in self._fitting(start, end))
        return tuple(self._passage(start, end) for start, end in pieces)

    def _passage(self, start: int, end: int) -> PassageSpan:
        document, text = self._document, self._text[start:end]
        heading, header = self._outline.path(start, end), self._headers.above(start)
        digest = passage_digest(document.title, heading, header, text)
        places = joined(self._places(start, end))
        return PassageSpan(start, end, self._page(start), heading, text, digest, places, header)

    def _places(self, start: int, end: int) -> tuple[PlaceSpan, ...]:
        return self._document.places[bisect_right(self._place_ends, start) : bisect_left(self._place_starts, end)]

    def _page(self, start: int) -> int | None:
        index = bisect_right(self._page_starts, start) - 1
        return self._document.pages[max(index, 0)].number if self._page_starts else None

    # -- first pass: cuts that nearby text alone decides

    def _cuts(self) -> Iterator[int]:
        usable = [i for i, rank in enumerate(self._ranks) if rank >= LINE]
        positions = [self._positions[i] for i in usable]
        ranks = [self._ranks[i] for i in usable]
        places = [self._index(position) for position in positions]
        walls = self._walls(ranks, places)
        for left, right in pairwise([-1, *walls, len(usable)]):
            begin = places[left] if left >= 0 else 0
            finish = places[right] if right < len(usable) else len(self._tokens)
            inner = range(left + 1, right)
            keys = [(ranks[i], self._hash(positions[i])) for i in inner]
            for i in _peaks([begin, *(places[i] for i in inner), finish], keys, self._sizes.window):
                yield positions[left + 1 + i]
            if right < len(usable):
                yield positions[right]

    def _walls(self, ranks: list[int], places: list[int]) -> list[int]:
        """Headings that always cut: of a section of some size, after text of some size."""
        headings = [i for i, rank in enumerate(ranks) if rank > PAGE]
        edges = [0, *(places[i] for i in headings), len(self._tokens)]
        return [
            i
            for number, i in enumerate(headings, 1)
            if edges[number + 1] - edges[number] >= self._sizes.section
            and edges[number] - edges[number - 1] >= self._sizes.crumb
        ]

    def _hash(self, position: int) -> int:
        around = self._text[max(0, position - _HASHED) : position + _HASHED]
        return zlib.crc32(around.encode("utf-8", "replace"))

    # -- second pass: pieces that are too long

    def _fitting(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The piece without white space around it, in as many parts as it takes to fit."""
        start, end = self._strip(start, end)
        if start == end:
            return
        excess = self._excess(start, end)
        if excess <= 1:
            yield start, end
            return
        cut = self._middle_cut(start, end, excess) if excess <= _GIANT else None
        if cut is None:
            yield from self._from_left(start, end)
        else:
            yield from self._fitting(start, cut)
            yield from self._fitting(cut, end)

    def _excess(self, start: int, end: int) -> float:
        """Size over the most that fits: up to 1 it fits."""
        tokens = self._index(end) - self._index(start)
        return max(tokens / self._room(start, end), (end - start) / self._sizes.characters)

    def _room(self, start: int, end: int) -> int:
        """Tokens that the context leaves to the text; usually at least 64, as no context has more than 190."""
        heading, header = self._outline.path(start, end), self._headers.above(start)
        room = self._rooms.get((heading, header))
        if room is None:
            context = context_of(self._document.title, heading, header)
            left = max(_LEAST_ROOM, self._sizes.embedded - len(self._counter.offsets(context)))
            room = min(self._sizes.most, left)
            self._rooms[heading, header] = room
        return room

    def _middle_cut(self, start: int, end: int, excess: float) -> int | None:
        size = end - start
        low, high = 0.3, 0.7
        if excess < 1.9:  # both halves can fit at once
            low, high = max(low, 1 - 1 / excess), min(high, 1 / excess)
        first = bisect_left(self._positions, start + max(1, int(low * size)))
        last = bisect_right(self._positions, start + int(high * size))
        middle = start + size // 2
        best = max(range(first, last), key=lambda i: (self._ranks[i], -abs(self._positions[i] - middle)), default=None)
        return None if best is None else self._positions[best]

    def _from_left(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Takes the best boundary of each next half-full to full stretch: finds back in step soon after an edit."""
        while self._excess(start, end) > 1:
            cut = self._left_cut(start, self._limit(start, end))
            if cut is None:
                cut = self._end_of_run(start, end)
                yield from self._chopped(start, cut)
            else:
                yield from self._fitting(start, cut)
            start, end = self._strip(cut, end)
            if start == end:
                return
        yield start, end

    def _limit(self, start: int, end: int) -> int:
        """How far a passage from `start` may reach."""
        beyond = self._index(start) + self._room(start, end)
        token = self._tokens[beyond] if beyond < len(self._tokens) else end
        return min(token, start + self._sizes.characters, end)

    def _left_cut(self, start: int, limit: int) -> int | None:
        half = start + (limit - start) // 2
        inside = range(bisect_right(self._positions, half), bisect_right(self._positions, limit))
        best = max(inside, key=lambda i: (self._ranks[i], self._hash(self._positions[i])), default=None)
        if best is not None:
            return self._positions[best]
        words = [match.end() for match in _WORDS.finditer(self._text, start, limit) if match.end() > start]
        later = [word for word in words if word > half]
        return max(later, key=self._hash) if later else max(words, default=None)

    def _end_of_run(self, start: int, end: int) -> int:
        match = next((one for one in _WORDS.finditer(self._text, start, end) if one.end() > start), None)
        return match.end() if match else end

    def _chopped(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """A run without any boundary, in equal parts. A part of a word has tokens of its own: they are counted anew."""
        start, end = self._strip(start, end)
        if end - start <= self._sizes.characters:
            tokens = len(self._counter.offsets(self._text[start:end]))
            if tokens <= self._room(start, end) or end - start == 1:
                yield start, end
                return
        middle = (start + end) // 2
        yield from self._chopped(start, middle)
        yield from self._chopped(middle, end)

    def _index(self, position: int) -> int:
        return bisect_left(self._tokens, position)

    def _strip(self, start: int, end: int) -> tuple[int, int]:
        text = self._text
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        return start, end


def _peaks(places: Sequence[int], keys: Sequence[tuple[int, int]], window: int) -> list[int]:
    """Indexes of keys greater than all before and not less than all after them within `window`.

    `places` has one more at each end: walls, which no key comes near. Of equal keys in a row the first is the peak.
    """
    before, after = [places[0]] * len(keys), [places[-1]] * len(keys)
    open_keys: list[int] = []
    for i, key in enumerate(keys):
        while open_keys and keys[open_keys[-1]] < key:
            after[open_keys.pop()] = places[i + 1]
        if open_keys:
            before[i] = places[open_keys[-1] + 1]
        open_keys.append(i)
    return [i for i in range(len(keys)) if places[i + 1] - before[i] >= window and after[i] - places[i + 1] >= window]
