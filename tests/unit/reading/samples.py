"""Small files made by hand for the reader's tests: Word documents, hostile archives, odd PDFs."""

import io
import zipfile
from collections.abc import Iterable, Mapping

from desktop.domain.documents import Document
from desktop.reading.picture import Picture

WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STYLES = f"""<w:styles {WORD}>
<w:style w:styleId="Titel"><w:name w:val="Title"/></w:style>
<w:style w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style>
<w:style w:styleId="Klausel"><w:name w:val="Clause"/><w:basedOn w:val="berschrift2"/></w:style>
<w:style w:styleId="berschrift2"><w:name w:val="heading 2"/></w:style>
<w:style w:styleId="Aufz"><w:name w:val="List Bullet"/></w:style>
</w:styles>"""


def blocks_of(document: Document) -> list[tuple[str, int, str]]:
    """(kind, level, words) of each block."""
    return [(block.kind.value, block.level, document.text[block.start : block.end]) for block in document.blocks]


def headers_of(document: Document) -> list[str]:
    """Of each table that has one, the row that names its columns."""
    return [document.text[table.start : table.header_end] for table in document.tables]


def zip_of(members: Mapping[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def docx_of(body: str, parts: Mapping[str, str] | None = None) -> bytes:
    """`parts`: further members of `word/`, by relation kind, such as {"footnotes": "<w:footnotes …>"}."""
    extra = {"styles": STYLES, **(parts or {})}
    relations = "".join(
        f'<Relationship Id="r{number}" Type="{RELATIONS}/{kind}" Target="{kind}.xml"/>'
        for number, kind in enumerate(extra)
    )
    return zip_of(
        {
            "_rels/.rels": f'<Relationships><Relationship Id="r" Type="{RELATIONS}/officeDocument" '
            'Target="word/document.xml"/></Relationships>',
            "word/document.xml": f"<w:document {WORD}><w:body>{body}</w:body></w:document>",
            "word/_rels/document.xml.rels": f"<Relationships>{relations}</Relationships>",
            **{f"word/{kind}.xml": xml for kind, xml in extra.items()},
        }
    )


def paragraph(text: str, style: str = "") -> str:
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{properties}<w:r><w:t>{text}</w:t></w:r></w:p>"


def table(rows: Iterable[Iterable[str]]) -> str:
    cells = ("".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) for row in rows)
    return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in cells) + "</w:tbl>"


def pdf_of(content: bytes, page: bytes = b"", more: Iterable[bytes] = (), trailer: bytes = b"") -> bytes:
    """A PDF of one page with raw `content`; `page` adds keys to it, `more` objects count from 6."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 300] /Contents 5 0 R "
        b"/Resources << /Font << /F1 4 0 R >> /XObject << /I 6 0 R >> >> " + page + b" >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Length %d >>\nstream\n" % len(content) + content + b"\nendstream",
        *more,
    ]
    out = bytearray(b"%PDF-1.4\n")
    places: list[int] = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, start)
    return bytes(out)


def words_at(x: int, y: int, text: str, size: int = 12) -> bytes:
    return b"BT /F1 %d Tf %d %d Td (%s) Tj ET\n" % (size, x, y, text.encode("cp1252"))


def picture_pdf() -> bytes:
    picture = (
        b"<< /Type /XObject /Subtype /Image /Width 2 /Height 2 /BitsPerComponent 8 /ColorSpace /DeviceGray /Length 4 >>"
        b"\nstream\n\x00\xff\xff\x00\nendstream"
    )
    return pdf_of(b"q 300 0 0 200 50 50 cm /I Do Q", more=[picture])


def scan_of(picture: Picture, first_page: bytes) -> bytes:
    """A PDF of two pages: `first_page` is the content of the one, the picture is all that stands on the other."""
    image = (
        b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /BitsPerComponent 8 /ColorSpace /DeviceRGB"
        b" /Length %d >>\nstream\n" % (picture.width, picture.height, len(picture.pixels))
    )
    content = b"q 400 0 0 300 0 0 cm /I Do Q"
    resources = b"<< /XObject << /I 6 0 R >> >>"
    box = b"/MediaBox [0 0 400 300]"
    second = b"<< /Type /Page /Parent 2 0 R %s /Contents 8 0 R /Resources %s >>" % (box, resources)
    drawn = b"<< /Length %d >>\nstream\n" % len(content) + content + b"\nendstream"
    whole = pdf_of(first_page, more=[image + picture.pixels + b"\nendstream", second, drawn])
    return whole.replace(b"/Kids [3 0 R] /Count 1", b"/Kids [3 0 R 7 0 R] /Count 2")


def locked_pdf() -> bytes:
    """Its keys fit no password, so an empty one is refused, as with any PDF that asks for one."""
    keys = b"/O <" + b"11" * 32 + b"> /U <" + b"22" * 32 + b">"
    encryption = b"<< /Filter /Standard /V 1 /R 2 /P -4 " + keys + b" >>"
    return pdf_of(words_at(50, 200, "secret"), more=[encryption], trailer=b"/Encrypt 6 0 R /ID [<00> <00>]")
