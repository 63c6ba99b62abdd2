"""How a file's text is set: tables, items, marks left out; and every word is found again where it went."""

import pytest
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QApplication

from desktop.domain.documents import Block, BlockKind
from desktop.gui.source_layout import SetBlock, SetTable, SourceLayout
from desktop.gui.source_writer import SourceWriter
from desktop.gui.theme import Theme
from desktop.reading.pictures import PictureReader, Pictures
from desktop.reading.read_content import read_content

NOTE = """# Rent *of* 𝒙

The **deposit** is `900` pounds, [says it](https://example.com/a) and https://example.com/b.
It goes on.

- one
2. two

| Month | Due |
|---|---:|
| May | 900 |
| June | |

```
code  here
```
"""


def parts(name: str, text: str) -> list[SetBlock | SetTable]:
    document = read_content(name, text.encode(), PictureReader(Pictures()))
    return list(SourceLayout(document.text, 0, document.blocks, document.format).parts())


def words(layout: SourceLayout, part: SetBlock | SetTable) -> object:
    if isinstance(part, SetTable):
        return [["".join(layout.words(p.start, p.end) for p in cell) for cell in row] for row in part.rows]
    return "".join(layout.words(p.start, p.end) for p in part.pieces)


def layout_of(name: str, text: str) -> SourceLayout:
    document = read_content(name, text.encode(), PictureReader(Pictures()))
    return SourceLayout(document.text, 0, document.blocks, document.format)


def test_a_note_in_markdown() -> None:
    layout = layout_of("a.md", NOTE)
    made = list(layout.parts())
    assert [words(layout, part) for part in made] == [
        "Rent of 𝒙",
        "The deposit is 900 pounds, says it and https://example.com/b.\nIt goes on.",
        "- one",
        "2. two",
        [["Month", "Due"], ["May", "900"], ["June", ""]],
        "```\ncode  here\n```",
    ]
    paragraph = made[1]
    assert isinstance(paragraph, SetBlock) and not paragraph.hard_lines
    assert [(p.look, p.link) for p in paragraph.pieces if p.look or p.link] == [
        ("strong", ""),
        ("code", ""),
        ("", "https://example.com/a"),
        ("", "https://example.com/b"),
    ]


@pytest.mark.parametrize(
    ("row", "cells"),
    [("a | b", ["a", "b"]), ("| x", ["", "x"]), ("|  | x", ["", "", "x"]), ("a |  | c", ["a", "", "c"])],
)
def test_rows_that_the_engine_joined(row: str, cells: list[str]) -> None:
    blocks = (Block(BlockKind.TABLE_ROW, 0, len(row)),)
    layout = SourceLayout(row, 0, blocks, "docx")
    (table,) = layout.parts()
    assert words(layout, table) == [cells]


def test_what_is_said_stands_beside_its_time() -> None:
    layout = layout_of("a.srt", "1\n00:00:01,000 --> 00:00:02,000\nHello.\n\n2\n00:01:01,000 --> 00:01:02,000\nBye.\n")
    (table,) = layout.parts()
    assert isinstance(table, SetTable) and table.timed
    assert words(layout, table) == [["00:00:01", "Hello."], ["00:01:01", "Bye."]]


def test_a_slice_from_the_middle_of_a_text_without_blocks() -> None:
    layout = SourceLayout("ne\n\ntwo\nlines\n\nthr", 100, (), "text")
    assert [words(layout, part) for part in layout.parts()] == ["ne", "two\nlines", "thr"]


def test_every_word_is_found_where_it_went(qapp: QApplication) -> None:
    """Also behind letters that Qt counts twice, and in cells."""
    layout = layout_of("a.md", NOTE)
    document = QTextDocument()
    writer = SourceWriter(Theme(qapp), document, 1.0)
    writer.write(layout)
    shown = document.toPlainText()
    for word in ("𝒙", "deposit", "says it", "It goes on", "two", "June", "900 |", "code  here"):
        start = NOTE.index(word)
        ranges = writer.places.ranges(start, start + len(word.rstrip(" |")))
        found = "".join(_utf16(shown)[2 * a : 2 * b].decode("utf-16-le") for a, b in ranges)
        assert found == word.rstrip(" |"), word
        assert writer.places.offset(ranges[0][0]) == start
        assert writer.places.position(start) == ranges[0][0]
    assert "#" not in shown and "**" not in shown and "---" not in shown and "•" in shown


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-le")
