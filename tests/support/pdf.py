"""A minimal PDF writer for tests and samples: lines of Helvetica on A4 pages, the same bytes every time.

It sets what it is given and breaks no lines; it knows the characters of Windows-1252 only.
"""

from collections.abc import Sequence
from pathlib import Path

LINES_A_PAGE = 43
_LEFT, _TOP, _LEADING = 72, 770, 16


class Heading(str):
    """A line set bold and larger."""

    __slots__ = ()


def write_pdf(path: Path, pages: Sequence[Sequence[str]], title: str = "") -> None:
    """Writes `pages`, each a list of lines, to `path`. An empty line leaves a gap.

    Raises ValueError for a page of over LINES_A_PAGE lines and UnicodeEncodeError for characters it doesn't know.
    """
    path.write_bytes(pdf_bytes(pages, title))


def pdf_bytes(pages: Sequence[Sequence[str]], title: str = "") -> bytes:
    """The PDF as `write_pdf` writes it."""
    first_page = 6
    page_ids = [first_page + 2 * i for i in range(len(pages))]
    kids = " ".join(f"{number} 0 R" for number in page_ids)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} /MediaBox [0 0 595 842] >>".encode("ascii"),
        _font("Helvetica"),
        _font("Helvetica-Bold"),
        b"<< /Title " + _string(title) + b" >>",
    ]
    for number, lines in zip(page_ids, pages, strict=True):
        objects.append(_page(number + 1))
        objects.append(_stream(_content(lines)))
    return _file(objects)


def _font(name: str) -> bytes:
    return f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>".encode("ascii")


def _page(content_id: int) -> bytes:
    resources = "<< /Font << /F1 3 0 R /F2 4 0 R >> >>"
    return f"<< /Type /Page /Parent 2 0 R /Resources {resources} /Contents {content_id} 0 R >>".encode("ascii")


def _stream(content: bytes) -> bytes:
    return f"<< /Length {len(content)} >>\nstream\n".encode("ascii") + content + b"\nendstream"


def _content(lines: Sequence[str]) -> bytes:
    if len(lines) > LINES_A_PAGE:
        raise ValueError(f"{len(lines)} lines do not fit on a page of {LINES_A_PAGE}")
    shown: list[bytes] = []
    for row, line in enumerate(lines):
        if line:
            font = "/F2 14 Tf" if isinstance(line, Heading) else "/F1 11 Tf"
            place = f"BT {font} {_LEFT} {_TOP - row * _LEADING} Td ".encode("ascii")
            shown.append(place + _string(line) + b" Tj ET")
    return b"\n".join(shown)


def _string(text: str) -> bytes:
    raw = text.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    return b"(" + raw + b")"


def _file(objects: Sequence[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets: list[int] = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n".encode("ascii") + body + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode("ascii")
    for offset in offsets:
        out += f"{offset:010d} 00000 n \n".encode("ascii")
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info 5 0 R >>\n".encode("ascii")
    out += f"startxref\n{start}\n%%EOF\n".encode("ascii")
    return bytes(out)
