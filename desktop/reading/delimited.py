"""Tables as text (CSV, TSV, …): one row a record, the text untouched. Quoted line ends stay inside their record."""

import re
from collections import Counter
from collections.abc import Iterator

from desktop.domain.documents import Block, BlockKind, Document, TableSpan
from desktop.domain.places import At, PlaceSpan, PlaceUnit
from desktop.reading.encodings import decode_text
from desktop.reading.text_lines import trimmed

SEPARATORS = (",", ";", "\t", "|")
SAMPLE_RECORDS = 60
SAMPLE_CHARACTERS = 64 * 1024
HEADER_LENGTH = 2_000
_NUMBER = re.compile(r"[-+(]?[$€£]?\s?\d[\d.,' ]*\s?[%€)]?$|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}")


def read(data: bytes) -> Document:
    """Offsets are those of the decoded file. Raises FileProblem when it is no text."""
    text = decode_text(data)
    separator = sniff_separator(text[:SAMPLE_CHARACTERS])
    spans = (trimmed(text, start, end) for start, end in records_of(text, separator))
    filled = [(number, start, end) for number, (start, end) in enumerate(spans, 1) if start < end]
    blocks = tuple(Block(BlockKind.TABLE_ROW, start, end) for _, start, end in filled)
    places = tuple(PlaceSpan(start, end, At(PlaceUnit.ROW, str(row), str(row))) for row, start, end in filled)
    tables: tuple[TableSpan, ...] = ()
    if len(blocks) > 1 and looks_like_a_header(text[blocks[0].start : blocks[0].end], separator):
        tables = (TableSpan(blocks[0].start, blocks[0].end, blocks[-1].end),)
    return Document(text, "", "csv", True, blocks, (), tables, places=places)


def sniff_separator(sample: str) -> str:
    """The separator that splits most records into the same number of fields, more than one."""
    scores = {separator: _consistency(sample, separator) for separator in SEPARATORS}
    return max(SEPARATORS, key=lambda separator: scores[separator])


def _consistency(sample: str, separator: str) -> tuple[float, int]:
    widths: list[int] = []
    for start, end in records_of(sample, separator):
        if sample[start:end].strip():
            widths.append(len(fields_of(sample[start:end], separator)))
        if len(widths) == SAMPLE_RECORDS:
            break
    if not widths:
        return 0.0, 0
    width, count = Counter(widths).most_common(1)[0]
    return (count / len(widths), width) if width > 1 else (0.0, 0)


def records_of(text: str, separator: str) -> Iterator[tuple[int, int]]:
    """Ranges of the records without their line ends. A quote counts only where a field begins (RFC 4180)."""
    field = rf'(?:"(?:[^"]|"")*+"[^{re.escape(separator)}\r\n]*|[^{re.escape(separator)}\r\n]*)'
    record = re.compile(rf"{field}(?:{re.escape(separator)}{field})*+")
    position = 0
    while position < len(text):
        match = record.match(text, position)
        assert match is not None  # it matches the empty record
        yield match.span()
        position = match.end() + (2 if text.startswith("\r\n", match.end()) else 1)


def fields_of(record: str, separator: str) -> list[str]:
    """The fields of one record without their quotes."""
    mark = re.escape(separator)
    pattern = re.compile(rf'(?:^|{mark})(?:"((?:[^"]|"")*+)"[^{mark}]*|([^{mark}]*))')
    return [(m.group(1) or "").replace('""', '"') or (m.group(2) or "") for m in pattern.finditer(record)]


def looks_like_a_header(record: str, separator: str) -> bool:
    """Short names, none twice, none a number or a date."""
    names = [name.strip() for name in fields_of(record, separator)]
    filled = [name for name in names if name]
    if len(record) > HEADER_LENGTH or not filled or len(filled) < len(names) / 2:
        return False
    return len(set(filled)) == len(filled) and not any(_NUMBER.match(name) or len(name) > 80 for name in filled)
