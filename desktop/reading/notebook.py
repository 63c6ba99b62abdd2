"""Notebooks (.ipynb): the words and code of each cell, and what the code printed. Pictures and HTML are left out."""

import json
import re
from collections.abc import Iterator
from typing import Any

from desktop.domain.documents import BlockKind, Document
from desktop.domain.places import At, PlaceUnit
from desktop.reading import markdown, problems
from desktop.reading.encodings import decode_text
from desktop.reading.text_builder import TextBuilder

_TERMINAL_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def read(data: bytes) -> Document:
    """Raises FileProblem when it is no notebook."""
    builder = TextBuilder()
    for number, cell in enumerate(_cells(_parsed(data)), 1):
        at = At(PlaceUnit.CELL, str(number), str(number))
        source = joined(cell.get("source", cell.get("input")))
        if cell.get("cell_type") == "markdown":
            _add_markdown(builder, source, at)
        elif cell.get("cell_type") == "heading":
            builder.add(BlockKind.HEADING, source, cell["level"] if isinstance(cell.get("level"), int) else 1, at)
        else:
            builder.add(BlockKind.CODE, source, at=at)
            for text in _output_texts(cell.get("outputs")):
                builder.add(BlockKind.CODE, text, at=at)
    return builder.document("ipynb", "")


def _parsed(data: bytes) -> Any:
    try:
        return json.loads(decode_text(data))
    except (ValueError, RecursionError):
        raise problems.damaged("notebook") from None


def _cells(notebook: Any) -> Iterator[dict[str, Any]]:
    """Of all versions: until the third they stood in worksheets."""
    if not isinstance(notebook, dict):
        raise problems.damaged("notebook")
    sheets = notebook.get("worksheets")
    for holder in [notebook, *(sheets if isinstance(sheets, list) else [])]:
        cells = holder.get("cells") if isinstance(holder, dict) else None
        yield from (cell for cell in (cells if isinstance(cells, list) else []) if isinstance(cell, dict))


def joined(value: Any) -> str:
    """A text that may be stored as a list of its lines."""
    if isinstance(value, list):
        return "".join(piece for piece in value if isinstance(piece, str))
    return value if isinstance(value, str) else ""


def _add_markdown(builder: TextBuilder, source: str, at: At) -> None:
    document = markdown.read(source.encode("utf-8", "replace"))
    for block in document.blocks:
        builder.add(block.kind, document.text[block.start : block.end], block.level, at)


def _output_texts(outputs: Any) -> Iterator[str]:
    for output in outputs if isinstance(outputs, list) else []:
        if not isinstance(output, dict):
            continue
        data = output.get("data")
        if output.get("output_type") in ("error", "pyerr"):
            yield f"{joined(output.get('ename'))}: {joined(output.get('evalue'))}"
        else:
            text = joined(output.get("text")) or joined(data.get("text/plain") if isinstance(data, dict) else None)
            yield _TERMINAL_COLOURS.sub("", text)
