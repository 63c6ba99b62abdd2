"""A Document as a file between the reader process and the engine: compact JSON, strict when read back.

Blocks and pages travel as plain lists: a table of 100,000 rows has as many blocks, and objects would take seconds.
"""

import json
import os
from pathlib import Path
from typing import Any, cast

from desktop.domain.documents import Block, BlockKind, Document, PageSpan, TableSpan
from desktop.domain.places import as_lists, of_lists
from desktop.protocol.codec import ProtocolError

KEYS = {"text", "title", "format", "is_source", "tables", "note", "blocks", "pages", "places"}
KINDS = {kind.value: kind for kind in BlockKind}


def write_document(document: Document, output: Path) -> None:
    """Writes beside `output` first, so that what is there under this name is always whole."""
    value = {
        "text": document.text,
        "title": document.title,
        "format": document.format,
        "is_source": document.is_source,
        "tables": [[table.start, table.header_end, table.end] for table in document.tables],
        "note": document.note,
        "blocks": [[block.kind.value, block.start, block.end, block.level] for block in document.blocks],
        "pages": [[page.number, page.start, page.end] for page in document.pages],
        "places": as_lists(document.places),
    }
    write_whole(output, json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8"))


def write_whole(output: Path, data: bytes) -> None:
    """Readable for this user only: it holds words of the user's file."""
    part = output.with_name(output.name + ".part")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(part, flags, 0o600), "wb") as file:
        file.write(data)
    part.replace(output)


def read_document(path: Path) -> Document:
    """Raises ProtocolError when it is not of the form above or its ranges are not inside the text."""
    try:
        value = json.loads(path.read_bytes())
        return _document(value)
    except (ValueError, TypeError, KeyError) as error:
        raise ProtocolError(f"document file: {type(error).__name__}") from None


def _document(value: Any) -> Document:
    if not isinstance(value, dict) or set(cast("dict[str, Any]", value)) != KEYS:
        raise ProtocolError("document file: unknown or missing keys")
    fields = cast("dict[str, Any]", value)
    strings = [fields[key] for key in ("text", "title", "format", "note")]
    if not all(isinstance(string, str) for string in strings) or not isinstance(fields["is_source"], bool):
        raise ProtocolError("document file: a field of the wrong type")
    text, title, format_name, note = strings
    blocks = tuple(Block(KINDS[kind], start, end, level) for kind, start, end, level in fields["blocks"])
    pages = tuple(PageSpan(number, start, end) for number, start, end in fields["pages"])
    _check_ranges([(block.start, block.end) for block in blocks], len(text))
    _check_ranges([(page.start, page.end) for page in pages], len(text))
    tables = tuple(TableSpan(*places) for places in fields["tables"])
    _check_ranges([row for t in tables for row in ((t.start, t.header_end), (t.header_end, t.end))], len(text))
    places = of_lists(fields["places"])
    _check_ranges([(place.start, place.end) for place in places], len(text))
    return Document(text, title, format_name, fields["is_source"], blocks, pages, tables, note, places)


def _check_ranges(ranges: list[tuple[int, int]], length: int) -> None:
    """In order, inside the text, never overlapping."""
    position = 0
    for start, end in ranges:
        if not position <= start <= end <= length:
            raise ProtocolError("document file: a range that is not in the text")
        position = end
