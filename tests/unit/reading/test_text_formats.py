"""Formats that are text themselves: the text is exactly the decoded file, and every block exactly what it says."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.errors import FileProblem
from desktop.reading import delimited, markdown, plain_text, source_code
from desktop.reading.encodings import decode_text
from desktop.reading.formats import FORMATS, format_of, reader_of
from tests.unit.reading.samples import blocks_of, headers_of

GERMAN = "Die Kündigungsfrist beträgt drei Monate.\r\nFür Mängel haftet der Verkäufer nach § 437.\n"
JAPANESE = (
    "契約は三か月前の通知により解除することができます。\n賃料の支払いが二か月遅れた場合、貸主は直ちに契約を解除できます。\n"
    * 4
)
RUSSIAN = (
    "Договор может быть расторгнут любой из сторон с уведомлением за три месяца.\n"
    "Залог возвращается в течение недели.\n" * 4
)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (GERMAN, "utf-8"),
        (GERMAN, "utf-8-sig"),
        (GERMAN, "utf-16"),
        (GERMAN, "utf-16-le"),
        (GERMAN, "utf-16-be"),
        (GERMAN, "utf-32"),
        (GERMAN, "cp1252"),
        ("Price: 5 € – “fair”…\n", "cp1252"),
        ("naïve café", "latin-1"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc_jp"),
        (JAPANESE, "utf-16"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "utf-16-le"),
        ("😀 outside the basic plane 𝒳\n", "utf-16"),
    ],
)
def test_encodings(text: str, encoding: str) -> None:
    assert decode_text(text.encode(encoding)) == text


@pytest.mark.parametrize(
    "data", [b"\0\1\2\3 not text \0\0", bytes(range(256)) * 40, b"MZ\x90\0\3\0\0\0" * 100, b"\1\2\3\4" * 9]
)
def test_binary_data_is_no_text(data: bytes) -> None:
    with pytest.raises(FileProblem, match="not text"):
        decode_text(data)


@pytest.mark.parametrize("module", [plain_text, markdown, delimited, source_code])
@given(text=st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=300))
def test_text_is_the_file_and_blocks_are_in_it(module: object, text: str) -> None:
    data = b"\xef\xbb\xbf" + text.encode()  # the mark says that it is UTF-8, whatever is in it
    document = module.read(data)  # type: ignore[attr-defined]
    assert document.text == text and document.is_source
    position = 0
    for block in document.blocks:
        assert position <= block.start < block.end <= len(text)
        assert text[block.start : block.end].strip()
        position = block.end


@given(text=st.text("#-=|`~*1. \nab\r\t", max_size=120))
def test_no_words_of_markdown_are_lost(text: str) -> None:
    document = markdown.read(text.encode())
    outside = list(text)
    for block in document.blocks:
        outside[block.start : block.end] = " " * (block.end - block.start)
    assert not set("".join(outside)) & set("ab1")


def test_plain_paragraphs_and_title() -> None:
    document = plain_text.read(b"Lease of the mill\r\n\r\nFirst line\r\nsecond line.\r\n \r\n\r\nLast")
    assert [words for _, _, words in blocks_of(document)] == ["Lease of the mill", "First line\r\nsecond line.", "Last"]
    assert document.title == "Lease of the mill"


@pytest.mark.parametrize(
    "text", ["First sentence of a text.\n\nMore.", '{"a": 1}\n\n2', "one line only", "[section]\n\na=1"]
)
def test_what_is_no_title(text: str) -> None:
    assert plain_text.read(text.encode()).title == ""


def test_a_huge_single_line() -> None:
    document = plain_text.read(b"word " * 200_000)
    assert len(document.blocks) == 1 and len(document.text) == 1_000_000


MARKDOWN = """---
title: "The lease"
---
# One #

Some *text*
goes on.
Setext
======

Two
---
- item
  more of it
- [ ] second

  third paragraph of the list
1) number

| a | b |
|---|:-:|
| 1 | 2 |

```python
# no heading

x = 1
```
    > quoted ``` no fence

#hashtag

    indented code

***
| not | a table |
last
"""


def test_markdown_blocks() -> None:
    document = markdown.read(MARKDOWN.encode())
    assert document.title == "The lease"
    assert blocks_of(document) == [
        ("code", 0, '---\ntitle: "The lease"\n---'),
        ("heading", 1, "One"),
        ("paragraph", 0, "Some *text*\ngoes on.\nSetext\n======"),
        ("heading", 2, "Two"),
        ("list_item", 0, "- item\n  more of it"),
        ("list_item", 0, "- [ ] second"),
        ("paragraph", 0, "third paragraph of the list"),
        ("list_item", 0, "1) number"),
        ("table_row", 0, "| a | b |"),
        ("table_row", 0, "| 1 | 2 |"),
        ("code", 0, "```python\n# no heading\n\nx = 1\n```"),
        ("code", 0, "> quoted ``` no fence"),
        ("paragraph", 0, "#hashtag"),
        ("code", 0, "indented code"),
        ("paragraph", 0, "| not | a table |\nlast"),
    ]


def test_markdown_title_without_front_matter() -> None:
    assert markdown.read(b"## Small\n\n# The *real* [title](x.md)\n").title == "The real title"
    assert markdown.read(b"---\nnot closed\n\n# Title\n").title == "Title"
    assert markdown.read(b"``` \nnever closed\n# x\n").title == ""


def test_csv_rows_keep_quoted_line_ends() -> None:
    document = delimited.read(b'name,note\r\nAnn,"two\r\nlines, ""quoted"""\r\n\r\nBob,5" pipe\r\n')
    rows = [words for _, _, words in blocks_of(document)]
    assert rows == ["name,note", 'Ann,"two\r\nlines, ""quoted"""', 'Bob,5" pipe']
    assert headers_of(document) == ["name,note"]


@pytest.mark.parametrize(
    ("data", "header"),
    [
        ("Name;Betrag\nAnn;1,50\nBob;2,75\n", "Name;Betrag"),
        ("a\tb\n1\t2\n", "a\tb"),
        ("a|b\n1|2\n", "a|b"),
        ("2024-01-01,5\n2024-01-02,6\n", ""),
        ("1,2\n3,4\n", ""),
        ("x,x\n1,2\n", ""),
        ("only,header\n", ""),
        ("Industry\nBank\nFarm\n", "Industry"),
    ],
)
def test_csv_header(data: str, header: str) -> None:
    assert headers_of(delimited.read(data.encode())) == ([header] if header else [])


@pytest.mark.parametrize("record", ['"', 'a,"b', '"a""', ',"",', '"a"b,c'])
def test_csv_survives_loose_quotes(record: str) -> None:
    document = delimited.read(f"x,y\n{record}\n".encode())
    assert "".join(words for _, _, words in blocks_of(document)).replace("\n", "") == f"x,y{record}".replace("\n", "")


def test_unclosed_quotes_take_no_longer_than_the_file() -> None:
    assert len(delimited.read(b'"a,b\n' * 20_000).blocks) >= 1


def test_code_splits_at_definitions() -> None:
    document = source_code.read(b"import os\n\ndef a():\n    x = 1\n\n    return x\n\n\nclass B:\n    pass\n")
    assert [words.split("\n")[0] for _, _, words in blocks_of(document)] == ["import os", "def a():", "class B:"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/a/b.TXT", "text"),
        ("b.md", "markdown"),
        ("x.tar.gz", None),
        ("README", "text"),
        (".gitignore", None),
        ("Makefile", "code"),
        ("a.b.Pdf", "pdf"),
        ("photo.jpg", "image"),
        ("", None),
        ("dir.pdf/", "pdf"),
        ("scan.pdf.", "pdf"),
        ("notes.txt ", "text"),
        ("Notes.MD . .", "markdown"),
        ("readme.", "text"),
        ("...", None),
        (". .", None),
    ],
)
def test_format_by_name(path: str, expected: str | None) -> None:
    assert format_of(path) == expected


def test_every_format_can_be_read_and_no_ending_has_two() -> None:
    endings = [ending for entry in FORMATS for ending in entry.extensions]
    assert len(endings) == len(set(endings))
    assert all(callable(reader_of(entry.name)) for entry in FORMATS)


def test_bundled_reader_modules_are_there() -> None:
    folder = Path(plain_text.__file__).parent
    assert all((folder / (entry.module.rpartition(".")[2] + ".py")).is_file() for entry in FORMATS)
