"""Where a document may be cut into passages, and how good each place is, by its structure and punctuation.

Every judgement rests on nearby text alone. Cuts nothing.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from desktop.domain.documents import Block, BlockKind, Document

# Ranks of boundaries: the higher, the better a place to cut. Below LINE only where a piece is too long otherwise.
HEADING, PAGE, PARAGRAPH, ITEM, SENTENCE, LINE, INSIDE = 70, 55, 50, 40, 30, 20, 10
SENTENCE_AND_LINE = 34
UNSURE = 15  # after a full stop, but before a small letter

# `line` begins at the break itself: a pattern that began with the spaces before it would take quadratic time on spaces
_BREAKS = re.compile(
    r"(?P<line>[\n\r\f\v\u2028\u2029]\s*)"
    r"|[.!?…][\"'”’»)\]]*(?P<gap>[^\S\n\r\f\v\u2028\u2029]+)"
    r"|[。！？｡][」』”’）)]*"
)
_SENTENCE_ENDS = frozenset('.!?…。！？｡:;"”’»)')
_ABBREVIATIONS = re.compile(
    r"(?i:mrs?|ms|dr|prof|st|no|nr|vs|art|abs|al|fig|eq|vol|cf|bzw|inc|ltd|jr|sr|approx)|\w|\d\d"
)
_LAST_WORD = re.compile(r"(\w+)\.$")
# what stands around a heading where the text is its own source: `## `, `** TODO `, `\section{`; `}\label{sec:rent}`;
# and a line of marks below it, or above it as well
_BEFORE_HEADING = re.compile(r"(?:\\[a-z]+\*?(?:\[[^\[\]\n]*\])?\{|(?:TODO|DONE)\b|[^\w\n])*+")
_AFTER_HEADING = re.compile(
    r"(?:\}|\\label\{[^{}\n]*\}|[ \t#=*])*+(?:\s*\n(?P<line>([^\w\s])\2{2,}+)[ \t]*(?=\n|\Z))?\s*"
)


def rank_boundaries(document: Document) -> dict[int, int]:
    """Every place to cut, with its rank."""
    ranks = dict(_text_breaks(document.text))
    for page in document.pages:
        start = _after_space(document.text, page.start)
        if _ends_sentence(document.text, page.start):
            ranks[start] = max(PAGE, ranks.get(start, 0))
    positions = sorted(ranks)
    for block in document.blocks:
        _rank_inside(document.text, block, positions, ranks)
    for block in document.blocks:
        _rank_start(document.text, block, ranks)
    for block in document.blocks:
        if block.kind is BlockKind.HEADING:  # it stays with what follows
            for position in range(block.end, _after_heading(document.text, block.end) + 1):
                if position in ranks:
                    ranks[position] = INSIDE
    return ranks


def _text_breaks(text: str) -> Iterator[tuple[int, int]]:
    for match in _BREAKS.finditer(text):
        position = match.end()
        gap = match["line"]
        if gap is not None:
            yield position, _line_rank(text, match.start(), gap)
        elif match["gap"] is None:
            yield position, SENTENCE
        elif not _abbreviates(text, match.start()) and position < len(text):
            yield position, UNSURE if text[position].islower() else SENTENCE


def _line_rank(text: str, start: int, gap: str) -> int:
    if gap.count("\n") > 1 or gap.count("\r") > 1 or "\u2029" in gap:
        return PARAGRAPH
    return SENTENCE_AND_LINE if _ends_sentence(text, start) else LINE


def _ends_sentence(text: str, position: int) -> bool:
    before = text[max(0, position - 40) : position].rstrip()
    return not before or before[-1] in _SENTENCE_ENDS


def _abbreviates(text: str, mark: int) -> bool:
    """Whether the mark is the full stop of an initial, a short number or an abbreviation."""
    word = _LAST_WORD.search(text, max(0, mark - 12), mark + 1) if text[mark] == "." else None
    return word is not None and _ABBREVIATIONS.fullmatch(word[1]) is not None


def _rank_inside(text: str, block: Block, positions: Sequence[int], ranks: dict[int, int]) -> None:
    inside = positions[bisect_right(positions, block.start) : bisect_left(positions, block.end)]
    if block.kind in (BlockKind.HEADING, BlockKind.TABLE_ROW):
        ranks.update(dict.fromkeys(inside, INSIDE))
    elif block.kind is BlockKind.CODE:
        ranks.update((position, _code_rank(text, position, ranks[position])) for position in inside)
    elif _by_lines(text, inside, ranks):
        ranks.update((p, ITEM) for p in inside if ranks[p] in (LINE, SENTENCE_AND_LINE))


def _code_rank(text: str, position: int, rank: int) -> int:
    """A line that is not indented starts something new in most languages."""
    if rank in (SENTENCE, UNSURE):
        return INSIDE
    indented = text[position - 1] not in "\n\r"
    if rank == PARAGRAPH:
        return ITEM if indented else PARAGRAPH
    return LINE if indented else ITEM


def _by_lines(text: str, inside: Sequence[int], ranks: dict[int, int]) -> bool:
    """Whether lines are entries of their own (a log, an address) and not wrapped prose."""
    starts = [text[p] for p in inside if ranks[p] in (LINE, SENTENCE_AND_LINE)]
    lower = sum(start.islower() for start in starts)
    plain = sum(start.isascii() for start in starts)
    return len(starts) > 1 and lower * 10 < len(starts) and plain * 2 > len(starts)


def _rank_start(text: str, block: Block, ranks: dict[int, int]) -> None:
    start = _after_space(text, block.start)
    if block.kind is BlockKind.HEADING:
        begin = _before_heading(text, start, block.end)
        ranks.update((position, INSIDE) for position in range(begin, start + 1) if position in ranks)
        ranks[begin] = HEADING - min(block.level, 9)
        return
    rank = ITEM if block.kind in (BlockKind.LIST_ITEM, BlockKind.TABLE_ROW) else PARAGRAPH
    if text[max(0, start - 8) : start].rstrip().endswith(":"):
        rank = min(rank, LINE)  # what is announced stays with its announcement
    ranks[start] = max(rank, PAGE) if ranks.get(start) == PAGE else rank


def _before_heading(text: str, start: int, end: int) -> int:
    """Where its marks begin, in its line or in the line above."""
    line = text.rfind("\n", 0, start) + 1
    if not _BEFORE_HEADING.fullmatch(text, line, start):
        return start
    below = _AFTER_HEADING.match(text, end)
    marks = below["line"] if below else None
    above = text.rfind("\n", 0, max(0, line - 1)) + 1
    return above if marks and text[above:line].rstrip() == marks else line


def _after_heading(text: str, end: int) -> int:
    below = _AFTER_HEADING.match(text, end)
    return below.end() if below else end


def _after_space(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position
