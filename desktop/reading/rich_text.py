"""Rich text (.rtf): paragraphs, headings by their outline level, table rows by cell. Pictures and styles are skipped.

A scanner of our own, in one pass and linear time: a hostile file can't make it go back.
"""

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from desktop.domain.documents import BlockKind, Document
from desktop.reading import problems
from desktop.reading.text_builder import CELL_SEPARATOR, TextBuilder, one_line

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+)"
)
SKIPPED = frozenset(
    b"fonttbl colortbl stylesheet info pict object fldinst themedata colorschememapping datastore latentstyles "
    b"listtable listoverridetable rsidtbl generator xmlnstbl mmathPr bkmkstart bkmkend nonshppict filetbl revtbl "
    b"pgptbl datafield shprslt sn sv listtext pntext atnid atnauthor atndate template".split()
)
# a reader may ignore these, but they hold words
KEPT = frozenset((b"shptxt", b"shpinst", b"annotation", b"fldrslt"))
LISTED = frozenset((b"ls", b"listtext", b"pntext"))
CHARACTERS: Mapping[bytes, str] = {
    b"tab": "\t", b"line": "\n", b"emdash": "—", b"endash": "–", b"lquote": "‘", b"rquote": "’", b"ldblquote": "“",
    b"rdblquote": "”", b"bullet": "•", b"emspace": " ", b"enspace": " ",
    b"~": " ", b"_": "-", b"{": "{", b"}": "}", b"\\": "\\",
}  # fmt: skip
ENDS = frozenset((b"par", b"sect", b"page", b"\n", b"\r"))
CELL_ENDS = frozenset((b"cell", b"nestcell"))
ROW_ENDS = frozenset((b"row", b"nestrow"))
CHARSETS: Mapping[int, str] = {
    77: "mac-roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gb18030", 136: "big5", 161: "cp1253",
    162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874",
    238: "cp1250",
}  # fmt: skip
MAX_DEPTH = 10_000


def read(data: bytes) -> Document:
    """Raises FileProblem when it is no rich text."""
    start = data[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start.startswith(b"{\\rtf"):
        raise problems.misnamed("a rich text (RTF) document", "something else")
    scanner = _Scanner(data)
    scanner.scan()
    return scanner.builder.document("rtf", "")


@dataclass(frozen=True, slots=True)
class _Group:
    """What holds until the closing brace: `skipped` words, the encoding, how many stand for one Unicode letter."""

    skipped: bool = False
    encoding: str | None = None
    stand_ins: int = 1


class _Scanner:
    """Collects letters until a paragraph, cell or row ends."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._group = _Group()
        self._groups: list[_Group] = []
        self._encoding = "cp1252"
        self._fonts: dict[int, str | None] = {}
        self._font = 0
        self._bytes = bytearray()
        self._pieces: list[str] = []
        self._cells: list[str] = []
        self._level = 0
        self._in_table = False
        self._listed = False
        self._starred = False
        self._stand_ins = 0
        self.builder = TextBuilder()

    def scan(self) -> None:
        position = 0
        while match := _TOKEN.search(self._data, position):
            position = match.end()
            word, number, letter, symbol, brace, plain = match.groups()
            if word == b"bin":
                position += max(int(number or 0), 0)
            elif brace:
                self._brace(brace)
            elif letter:
                self._take_bytes(bytes((int(letter, 16),)))
            elif plain:
                self._take_bytes(plain)
            elif word or symbol:
                self._take_word(word or symbol, int(number) if number else None)
        self._decode()
        self._in_table = False
        self._end_paragraph()

    def _brace(self, brace: bytes) -> None:
        self._decode()
        self._stand_ins = 0
        if brace == b"{":
            if len(self._groups) > MAX_DEPTH:
                raise problems.damaged("rich text document")
            self._groups.append(self._group)
        elif self._groups:
            self._group = self._groups.pop()

    def _take_bytes(self, data: bytes) -> None:
        if self._stand_ins:
            dropped = min(self._stand_ins, len(data))
            self._stand_ins -= dropped
            data = data[dropped:]
        if not self._group.skipped:
            self._bytes += data

    def _decode(self) -> None:
        if self._bytes:
            self._pieces.append(self._bytes.decode(self._group.encoding or self._encoding, "replace"))
            self._bytes.clear()

    def _take_word(self, word: bytes, number: int | None) -> None:
        self._decode()
        starred, self._starred = self._starred, word == b"*"
        self._listed = self._listed or word in LISTED
        if word in (b"ansicpg", b"f", b"fcharset", b"uc"):
            self._take_encoding(word, number or 0)
        elif word in SKIPPED or (starred and word not in KEPT):
            self._group = replace(self._group, skipped=True)
        elif self._group.skipped:
            return
        elif word == b"u" and number is not None:
            self._pieces.append(chr(number % 0x10000))
            self._stand_ins = self._group.stand_ins
        elif word in CHARACTERS:
            self._pieces.append(CHARACTERS[word])
        else:
            self._take_structure(word, number or 0)

    def _take_encoding(self, word: bytes, number: int) -> None:
        if word == b"ansicpg":
            self._encoding = _codec(number)
        elif word == b"fcharset":
            self._fonts[self._font] = CHARSETS.get(number)
        elif word == b"uc":
            self._group = replace(self._group, stand_ins=min(max(number, 0), 100))
        else:
            self._font = number
            self._group = replace(self._group, encoding=self._fonts.get(number))

    def _take_structure(self, word: bytes, number: int) -> None:
        if word in CELL_ENDS:
            self._cells.append(one_line(self._taken()))
        elif word in ROW_ENDS:
            self._end_row()
        elif word in ENDS:
            self._end_paragraph()
        elif word == b"pard":
            self._level, self._in_table, self._listed = 0, False, False
        elif word == b"intbl":
            self._in_table = True
        elif word == b"outlinelevel":
            self._level = min(max(number, 0), 8) + 1

    def _taken(self) -> str:
        text = "".join(self._pieces)
        self._pieces.clear()
        # letters beyond the basic plane come as two halves
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    def _end_row(self) -> None:
        if text := one_line(self._taken()):
            self._cells.append(text)
        while self._cells and not self._cells[-1]:
            self._cells.pop()
        self.builder.add(BlockKind.TABLE_ROW, CELL_SEPARATOR.join(self._cells))
        self._cells.clear()

    def _end_paragraph(self) -> None:
        self._decode()
        if self._in_table:
            self._pieces.append(" ")
            return
        if self._cells:
            self._end_row()
        self.builder.end_table()
        lines = (one_line(line) for line in self._taken().split("\n"))
        text = "\n".join(line for line in lines if line)
        if self._level:
            self.builder.add(BlockKind.HEADING, one_line(text), self._level)
        else:
            self.builder.add(BlockKind.LIST_ITEM if self._listed else BlockKind.PARAGRAPH, text)


def _codec(page: int) -> str:
    """The name of a code page in Python, else Windows-1252."""
    name = {65001: "utf-8", 10000: "mac-roman"}.get(page, f"cp{page}")
    try:
        codecs.lookup(name)
    except LookupError:
        return "cp1252"
    return name
