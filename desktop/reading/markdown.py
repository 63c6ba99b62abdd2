"""Markdown: headings, lists, tables, code and paragraphs by their exact ranges, the text untouched.

A line scanner of our own, because a parser gives lines, not characters. It knows blocks only; inline marks stay.
A heading's block is its words without the marks (`#`, underline).
"""

import re
from collections.abc import Sequence

from desktop.domain.documents import Block, BlockKind, Document, TableSpan
from desktop.reading.encodings import decode_text
from desktop.reading.text_lines import Line, lines_of, trimmed

_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+|$)")
_ATX_CLOSING = re.compile(r"(?:^|[ \t])#+[ \t]*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})([^`]*)$")
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])(?:[ \t]+\S|[ \t]*$)")
_RULE = re.compile(r" {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}$")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_TABLE_RULE = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_INLINE_MARKS = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|[*_`]+(?=\S)|(?<=\S)[*_`]+")
_FRONT_TITLE = re.compile(r"title:[ \t]*[\"']?(.+?)[\"']?[ \t]*$")


def read(data: bytes) -> Document:
    """Offsets are those of the decoded file. Raises FileProblem when it is no text."""
    text = decode_text(data)
    scanner = _Scanner(text)
    scanner.scan()
    title = scanner.front_title or _title(text, scanner.blocks)
    return Document(text, title, "markdown", True, tuple(scanner.blocks), (), tuple(scanner.tables))


def _title(text: str, blocks: Sequence[Block]) -> str:
    headings = [block for block in blocks if block.kind is BlockKind.HEADING]
    for heading in [h for h in headings if h.level == 1] or headings:
        if words := _INLINE_MARKS.sub(lambda m: m.group(1) or "", text[heading.start : heading.end]).strip():
            return words
    return ""


class _Scanner:
    """Goes through the lines once. Each `_take_…` returns the number of the next line, or None if not its kind."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = list(lines_of(text))
        self.blocks: list[Block] = []
        self.tables: list[TableSpan] = []
        self.front_title = ""

    def scan(self) -> None:
        at = self._take_front_matter()
        while at < len(self._lines):
            at = self._take_one(at)

    def _take_one(self, at: int) -> int:
        line = self._lines[at]
        if line.blank:
            return at + 1
        for take in (self._take_fence, self._take_heading, self._take_indented, self._take_rule, self._take_table):
            after = take(at)
            if after is not None:
                return after
        return self._take_lines(at, BlockKind.LIST_ITEM if _ITEM.match(line.text) else BlockKind.PARAGRAPH)

    def _add(self, kind: BlockKind, start: int, end: int, level: int = 0) -> None:
        start, end = trimmed(self._text, start, end)
        if start < end:
            self.blocks.append(Block(kind, start, end, level))

    def _take_front_matter(self) -> int:
        lines = self._lines
        if not lines or lines[0].text.rstrip() != "---":
            return 0
        for at in range(1, len(lines)):
            if lines[at].text.rstrip() in ("---", "..."):
                self._add(BlockKind.CODE, lines[0].start, lines[at].end)
                return at + 1
            if match := _FRONT_TITLE.match(lines[at].text):
                self.front_title = match.group(1)
            if lines[at].blank:
                break
        self.front_title = ""
        return 0

    def _take_fence(self, at: int) -> int | None:
        opening = _FENCE.match(self._lines[at].text)
        if opening is None:
            return None
        fence = opening.group(1)
        closing = re.compile(rf" {{0,3}}{re.escape(fence[0])}{{{len(fence)},}}[ \t]*$")
        last = at + 1
        while last < len(self._lines) and not closing.match(self._lines[last].text):
            last += 1
        end = min(last, len(self._lines) - 1)
        self._add(BlockKind.CODE, self._lines[at].start, self._lines[end].end)
        return end + 1

    def _take_heading(self, at: int) -> int | None:
        line = self._lines[at]
        match = _ATX.match(line.text)
        if match is None:
            return None
        words = line.text[match.end() :]
        closing = _ATX_CLOSING.search(words)
        end = match.end() + (closing.start() if closing else len(words))
        self._add(BlockKind.HEADING, line.start + match.end(), line.start + end, len(match.group(1)))
        return at + 1

    def _take_indented(self, at: int) -> int | None:
        """Indented code; below a list item the same indentation means more of the item."""
        below_item = bool(self.blocks) and self.blocks[-1].kind is BlockKind.LIST_ITEM
        if below_item or not _is_indented(self._lines[at]) or _ITEM.match(self._lines[at].text):
            return None
        last = at
        for following in range(at + 1, len(self._lines)):
            if _is_indented(self._lines[following]):
                last = following
            elif not self._lines[following].blank:
                break
        self._add(BlockKind.CODE, self._lines[at].start, self._lines[last].end)
        return last + 1

    def _take_rule(self, at: int) -> int | None:
        return at + 1 if _RULE.match(self._lines[at].text) else None

    def _take_table(self, at: int) -> int | None:
        lines = self._lines
        if "|" not in lines[at].text or at + 1 >= len(lines) or "|" not in lines[at + 1].text:
            return None
        if not _TABLE_RULE.match(lines[at + 1].text):
            return None
        self._add(BlockKind.TABLE_ROW, lines[at].start, lines[at].end)
        header = self.blocks[-1]
        after = at + 2
        while after < len(lines) and "|" in lines[after].text and not lines[after].blank:
            self._add(BlockKind.TABLE_ROW, lines[after].start, lines[after].end)
            after += 1
        if after > at + 2 and any(map(str.isalnum, lines[at].text)):
            self.tables.append(TableSpan(header.start, header.end, self.blocks[-1].end))
        return after

    def _take_lines(self, at: int, kind: BlockKind) -> int:
        """A paragraph or a list item: to the next blank line or the next block of another kind.

        One underlined line is a heading. Several are none, unlike in CommonMark: receipts and logs rule off like that.
        """
        lines = self._lines
        after = at + 1
        while after < len(lines) and not lines[after].blank and not self._interrupts(after):
            underline = _UNDERLINE.match(lines[after].text)
            if underline and kind is BlockKind.PARAGRAPH and after == at + 1:
                level = 1 if underline.group(1).startswith("=") else 2
                self._add(BlockKind.HEADING, lines[at].start, lines[at].end, level)
                return after + 1
            after += 1
        self._add(kind, lines[at].start, lines[after - 1].end)
        return after

    def _interrupts(self, at: int) -> bool:
        text = self._lines[at].text
        if _UNDERLINE.match(text):
            return False
        return bool(_ATX.match(text) or _FENCE.match(text) or _ITEM.match(text) or _RULE.match(text))


def _is_indented(line: Line) -> bool:
    return not line.blank and line.text.startswith(("    ", "\t"))
