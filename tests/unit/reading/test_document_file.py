"""The file between reader and engine: what goes in comes out, and nothing of another form does."""

import json
from pathlib import Path

import pytest

from desktop.domain.documents import Block, BlockKind, Document, PageSpan, TableSpan
from desktop.protocol.codec import ProtocolError
from desktop.reading.document_file import read_document, write_document

DOCUMENT = Document(
    text="Title\n\n😀 text\na | b\n1 | 2",
    title="Title",
    format="pdf",
    is_source=False,
    blocks=(Block(BlockKind.HEADING, 0, 5, 1), Block(BlockKind.PARAGRAPH, 7, 13)),
    pages=(PageSpan(1, 0, 5), PageSpan(2, 7, 13)),
    tables=(TableSpan(14, 19, 25),),
)


def test_round_trip(tmp_path: Path) -> None:
    write_document(DOCUMENT, tmp_path / "d.json")
    assert read_document(tmp_path / "d.json") == DOCUMENT
    assert [path.name for path in tmp_path.iterdir()] == ["d.json"]
    assert (tmp_path / "d.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "change",
    [
        {"text": 5},
        {"title": None},
        {"is_source": 1},
        {"extra": ""},
        {"blocks": [["heading", 0, 99, 1]]},
        {"blocks": [["heading", 3, 5, 1], ["code", 4, 6, 0]]},
        {"blocks": [["poem", 0, 5, 1]]},
        {"blocks": [["code", "0", 5, 1]]},
        {"blocks": [["code", 0, 5]]},
        {"pages": [[1, 5, 2]]},
        {"pages": 7},
        {"tables": [[14, 26, 25]]},
        {"tables": [[14, 19]]},
        {"tables": [[14, 13, 25]]},
        {"tables": [[7, 13, 19], [14, 19, 25]]},
    ],
)
def test_another_form_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    path = tmp_path / "d.json"
    write_document(DOCUMENT, path)
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **change}), encoding="utf-8")
    with pytest.raises(ProtocolError):
        read_document(path)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"{", b"\xff"])
def test_no_document_at_all(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "d.json"
    path.write_bytes(content)
    with pytest.raises(ProtocolError):
        read_document(path)
