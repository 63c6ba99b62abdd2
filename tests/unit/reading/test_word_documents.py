"""Word documents made by hand: structure in reading order, what is hidden, and hostile archives."""

import pytest

from desktop.domain.errors import FileProblem
from desktop.reading import docx, zip_archive
from tests.unit.reading.samples import WORD, blocks_of, docx_of, paragraph, table, zip_of


def test_structure() -> None:
    body = (
        paragraph("The lease", "Titel")
        + paragraph("Term", "berschrift1")
        + "<w:p><w:r><w:t>One </w:t></w:r><w:r><w:t>sentence.</w:t><w:br/><w:t>New line</w:t></w:r></w:p>"
        + paragraph("A clause", "Klausel")
        + paragraph("first", "Aufz")
        + '<w:p><w:pPr><w:numPr><w:numId w:val="3"/></w:numPr></w:pPr><w:r><w:t>second</w:t></w:r></w:p>'
        + table([["Name", "Rent"], ["Ann", "500"], ["Bob", ""]])
        + '<w:p><w:pPr><w:outlineLvl w:val="2"/></w:pPr><w:r><w:t>Outline</w:t></w:r></w:p>'
    )
    document = docx.read(docx_of(body))
    assert (document.title, document.format, document.is_source) == ("The lease", "docx", False)
    assert blocks_of(document) == [
        ("heading", 1, "The lease"),
        ("heading", 1, "Term"),
        ("paragraph", 0, "One sentence.\nNew line"),
        ("heading", 2, "A clause"),
        ("list_item", 0, "first"),
        ("list_item", 0, "second"),
        ("table_row", 0, "Name | Rent"),
        ("table_row", 0, "Ann | 500"),
        ("table_row", 0, "Bob"),
        ("heading", 3, "Outline"),
    ]


def test_tracked_changes_fields_and_content_controls() -> None:
    body = (
        "<w:p><w:del><w:r><w:delText>old</w:delText></w:r></w:del><w:ins><w:r><w:t>new</w:t></w:r></w:ins>"
        "<w:r><w:instrText>PAGE</w:instrText></w:r><w:hyperlink><w:r><w:t> link</w:t></w:r></w:hyperlink></w:p>"
        f"<w:sdt><w:sdtContent>{paragraph('inside')}</w:sdtContent></w:sdt>"
    )
    assert docx.read(docx_of(body)).text == "new link\n\ninside"


def test_text_boxes_once_and_notes_at_the_end() -> None:
    box = f"<w:txbxContent>{paragraph('boxed')}</w:txbxContent>"
    body = f"<w:p><w:r><w:t>Outside</w:t><x:AlternateContent xmlns:x='x'><x:Choice>{box}</x:Choice><x:Fallback>{box}"
    body += "</x:Fallback></x:AlternateContent></w:r></w:p>" + paragraph("Last")
    parts = {
        "footnotes": f"<w:footnotes {WORD}><w:footnote>{paragraph('A note.')}</w:footnote></w:footnotes>",
        "header": f"<w:hdr {WORD}>{paragraph('Acme Ltd')}{paragraph('Acme Ltd')}</w:hdr>",
    }
    assert docx.read(docx_of(body, parts)).text == "Outside\n\nboxed\n\nLast\n\nA note.\n\nAcme Ltd"


def test_a_damaged_archive() -> None:
    sound = docx_of(paragraph("text"))
    for broken in (sound[: len(sound) // 2], b"PK\3\4" + b"\0" * 50):
        with pytest.raises(FileProblem, match="damaged") as caught:
            docx.read(broken)
        assert caught.value.state == "failed"


def test_half_a_document_is_read_as_far_as_it_goes() -> None:
    data = zip_of({"word/document.xml": f"<w:document {WORD}><w:body>{paragraph('there')}<w:p><w:r><w:t>cut"})
    assert docx.read(data).text.startswith("there")


def test_another_kind_of_archive() -> None:
    with pytest.raises(FileProblem, match="another kind"):
        docx.read(zip_of({"hello.txt": "hello"}))


def test_a_zip_bomb_is_refused_while_it_inflates(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = docx_of(paragraph("x" * 3_000_000))
    assert len(bomb) < 20_000
    monkeypatch.setattr(zip_archive, "MAX_MEMBER", 2_000_000)
    with pytest.raises(FileProblem, match="unpacks") as caught:
        docx.read(bomb)
    assert caught.value.state == "too_large"


def test_a_zip_bomb_is_refused_by_its_directory() -> None:
    data = bytearray(zip_of({"word/document.xml": "x", "word/a": "y"}))
    place = data.index(b"PK\1\2")  # the first entry of the central directory; its size stands 24 bytes on
    data[place + 24 : place + 28] = (2_000_000_000).to_bytes(4, "little")
    with pytest.raises(FileProblem, match="unpacks"):
        docx.read(bytes(data))


def test_entities_of_a_document_are_not_expanded() -> None:
    entities = '<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;">]>'
    xml = f"{entities}<w:document {WORD}><w:body>{paragraph('before &b; after')}</w:body></w:document>"
    assert "lollol" not in docx.read(zip_of({"word/document.xml": xml})).text


def test_a_locked_archive() -> None:
    data = bytearray(docx_of(paragraph("text")))
    for mark, place in ((b"PK\1\2", 8), (b"PK\3\4", 6)):
        at = data.index(mark)
        data[at + place] |= 1
    with pytest.raises(FileProblem) as caught:
        docx.read(bytes(data))
    assert caught.value.state == "locked"
