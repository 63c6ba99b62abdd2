"""How a slice of a file's text is set: paragraphs, headings, items, code and tables, each with its range. Pure.

Words are never changed, only left out where they are marks of a format (`**`, `# `, `|---|`) and not words.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from desktop.domain.documents import Block, BlockKind
from desktop.gui.text_positions import inert

CELL_SEPARATOR = " | "
MOST_COLUMNS = 30  # a table that is wider is set as lines
SOFT_LINES = ("markdown", "pdf", "html")  # whose line ends are but where a line was full
OPENED = ("http://", "https://", "mailto:")
_ADDRESS = re.compile(r"(?:https?://|mailto:)[^\s<>\"'\[\]{}|\\^`]{3,2000}")
_INLINE = re.compile(
    r"(?P<code>`+)(?P<in_code>[^`\n]{1,400}?)(?P=code)(?!`)"
    r"|(?P<strong>\*\*|__)(?=\S)(?P<in_strong>[^\n]{1,400}?)(?<=\S)(?P=strong)"
    r"|(?<![\w*])(?P<slant>[*_])(?=[^\s*_])(?P<in_slant>[^\n*_]{1,400}?)(?<=\S)(?P=slant)(?![\w*])"
    r"|\[(?P<words>[^\]\[\n]{1,400})\]\((?P<address>[^()\s]{1,2000})\)"
)
_ONLY_MARKS = re.compile(r"[\s#=\-*_|:~`>+.]*")
_PIPE = re.compile(r"(?<!\\)\|")
_RULE_ROW = re.compile(r"[\s|:\-]*")


@dataclass(frozen=True, slots=True)
class Piece:
    """Words [start, end) set alike. `link` is an address that may be opened after asking."""

    start: int
    end: int
    look: str = ""  # strong, slant, code
    link: str = ""


@dataclass(frozen=True, slots=True)
class SetBlock:
    """One paragraph of whatever kind. `hard_lines` keeps its line ends."""

    kind: BlockKind
    level: int
    pieces: tuple[Piece, ...]
    hard_lines: bool


@dataclass(frozen=True, slots=True)
class SetTable:
    """Rows of cells. `timed`: the first column tells when the words in the second were said."""

    rows: tuple[tuple[tuple[Piece, ...], ...], ...]
    timed: bool = False

    @property
    def columns(self) -> int:
        return max(len(row) for row in self.rows)


class SourceLayout:
    """Of the slice `text`, which starts at `offset` of the file's text; `blocks` touch it, offsets are the file's."""

    def __init__(self, text: str, offset: int, blocks: Sequence[Block], format_name: str) -> None:
        self.text, self.offset = inert(text), offset
        self._format = format_name
        self._blocks = [self._inside(block) for block in blocks if block.start < self.end and block.end > offset]

    @property
    def end(self) -> int:
        return self.offset + len(self.text)

    def words(self, start: int, end: int) -> str:
        return self.text[max(0, start - self.offset) : max(0, end - self.offset)]

    def parts(self) -> Iterator[SetBlock | SetTable]:
        at, position = 0, self.offset
        while at < len(self._blocks):
            block = self._blocks[at]
            yield from self._loose(position, block.start)
            after = self._table_end(at)
            if after > at:
                yield self._table(self._blocks[at:after])
                at = after
            else:
                yield self._set(block)
                at += 1
            position = self._blocks[at - 1].end
        yield from self._loose(position, self.end)

    def _inside(self, block: Block) -> Block:
        return Block(block.kind, max(block.start, self.offset), min(block.end, self.end), block.level)

    def _loose(self, start: int, end: int) -> Iterator[SetBlock]:
        """Text that belongs to no block: paragraphs between blank lines, without what are only marks."""
        text = self.words(start, end)
        if not text.strip() or (self._blocks and _ONLY_MARKS.fullmatch(text)):
            return
        for match in re.finditer(r"\S(?:.*\S)?(?:\n[ \t]*\S(?:.*\S)?)*", text):
            yield self._set(Block(BlockKind.PARAGRAPH, start + match.start(), start + match.end()))

    def _set(self, block: Block) -> SetBlock:
        start = block.start
        if block.kind is BlockKind.HEADING and self._format == "markdown":
            start += len(self.words(start, block.end)) - len(self.words(start, block.end).lstrip("# "))
        hard = self._format not in SOFT_LINES or block.kind is BlockKind.CODE
        return SetBlock(block.kind, block.level, self._pieces(start, block.end, block.kind), hard)

    def _table_end(self, at: int) -> int:
        """The number of the block after the table that begins at this one; the same when none does."""
        if self._format == "subtitles":
            return self._times_end(at)
        after = at
        while after < len(self._blocks) and self._blocks[after].kind is BlockKind.TABLE_ROW:
            gap = self.words(self._blocks[after - 1].end, self._blocks[after].start) if after > at else ""
            if "\n\n" in gap or not _RULE_ROW.fullmatch(gap):
                break
            after += 1
        columns = max((len(self._cells(block)) for block in self._blocks[at:after]), default=0)
        return after if 1 < columns <= MOST_COLUMNS else at

    def _times_end(self, at: int) -> int:
        after = at
        while after + 1 < len(self._blocks) and self._blocks[after].kind is BlockKind.HEADING:
            if self._blocks[after + 1].kind is not BlockKind.PARAGRAPH:
                break
            after += 2
        return after

    def _table(self, blocks: Sequence[Block]) -> SetTable:
        if self._format == "subtitles":
            pairs = zip(blocks[::2], blocks[1::2], strict=True)
            return SetTable(
                tuple(((Piece(time.start, time.end),), (Piece(said.start, said.end),)) for time, said in pairs), True
            )
        return SetTable(
            tuple(
                tuple(self._pieces(start, end, BlockKind.TABLE_ROW) for start, end in self._cells(block))
                for block in blocks
            )
        )

    def _cells(self, row: Block) -> list[tuple[int, int]]:
        text = self.words(row.start, row.end)
        spans = _between_pipes(text) if self._format == "markdown" else _joined(text)
        cells = [_trimmed(text, start, end) for start, end in spans]
        return [(row.start + start, row.start + end) for start, end in cells]

    def _pieces(self, start: int, end: int, kind: BlockKind) -> tuple[Piece, ...]:
        if kind is BlockKind.CODE:
            return (Piece(start, end, "code"),)
        if self._format == "markdown":
            return tuple(self._marked_up(start, end))
        return tuple(self._addresses(start, end, ""))

    def _marked_up(self, start: int, end: int) -> Iterator[Piece]:
        text, at = self.words(start, end), 0
        for match in _INLINE.finditer(text):
            link = match.group("address") or ""
            if link and not link.lower().startswith(OPENED):
                continue  # it stays as it is written
            look = next((name for name in ("code", "strong", "slant") if match.group(name)), "")
            inner = f"in_{look}" if look else "words"
            yield from self._addresses(start + at, start + match.start(), "")
            first, last = start + match.start(inner), start + match.end(inner)
            if link:
                yield Piece(first, last, "", link)
            else:
                yield from self._addresses(first, last, look)
            at = match.end()
        yield from self._addresses(start + at, end, "")

    def _addresses(self, start: int, end: int, look: str) -> Iterator[Piece]:
        """The words, and the web addresses among them as links."""
        text, at = self.words(start, end), 0
        for match in _ADDRESS.finditer(text):
            address = match.group().rstrip(".,;:!?)")
            if match.start() > at:
                yield Piece(start + at, start + match.start(), look)
            at = match.start() + len(address)
            yield Piece(start + match.start(), start + at, look, address)
        if at < len(text):
            yield Piece(start + at, end, look)


def _joined(text: str) -> list[tuple[int, int]]:
    """Cells as the engine joins them; a row is stripped, so an empty first cell has lost its space."""
    mark = CELL_SEPARATOR
    empty = text.startswith(mark.lstrip())
    spans, at = ([(0, 0)], len(mark) - 1) if empty else ([], 0)
    while (found := text.find(mark, at)) >= 0:
        spans.append((at, found))
        at = found + len(mark)
    return [*spans, (at, len(text))]


def _between_pipes(text: str) -> list[tuple[int, int]]:
    """Cells of a row of Markdown; the pipes at its ends may be missing."""
    at = int(text.startswith("|"))
    end = len(text) - int(len(text) > 1 and text.endswith("|") and not text.endswith("\\|"))
    spans: list[tuple[int, int]] = []
    for match in _PIPE.finditer(text, at, end):
        spans.append((at, match.start()))
        at = match.end()
    return [*spans, (at, end)]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    inside = text[start:end]
    start += len(inside) - len(inside.lstrip())
    return start, max(start, end - (len(inside) - len(inside.rstrip())))
