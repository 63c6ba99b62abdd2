"""A first look at a file's bytes: is it what its name says? Reads nothing further."""

from collections.abc import Mapping, Sequence

from desktop.reading import problems

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
LOOKED_AT = 1024
BINARY_MAGIC: Sequence[tuple[bytes, str]] = (
    (b"%PDF-", "a PDF file"),
    (b"PK\x03\x04", "a packed file"),
    (b"\x1f\x8b", "a packed file"),
    (OLE_MAGIC, "an old Office document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"{\\rtf", "a rich text (RTF) document"),
)
EXPECTED: Mapping[str, str] = {"pdf": "a PDF file", "docx": "a Word document", "html": "a web page"}


def check_content(data: bytes, format_name: str) -> None:
    """Raises FileProblem when the content is plainly something else than `format_name`."""
    head = data[:LOOKED_AT]
    if format_name == "pdf":
        _check_pdf(head)
    elif format_name == "docx":
        _check_docx(data)
    else:
        found = _binary_kind(head)
        if found is not None:
            raise problems.misnamed(EXPECTED.get(format_name, "a text file"), found)


def _binary_kind(head: bytes) -> str | None:
    return next((found for magic, found in BINARY_MAGIC if head.startswith(magic)), None)


def _check_pdf(head: bytes) -> None:
    if b"%PDF-" in head:
        return
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<script")):
        raise problems.misnamed(EXPECTED["pdf"], "a web page")
    found = _binary_kind(head)
    if found is not None:
        raise problems.misnamed(EXPECTED["pdf"], found)


def _check_docx(data: bytes) -> None:
    if data.startswith(OLE_MAGIC):
        # Word keeps a document with a password in the old container
        if ENCRYPTED_STREAM in data:
            raise problems.password_needed()
        raise problems.misnamed(EXPECTED["docx"], "an old Word document (.doc)")
    if not data.startswith(b"PK"):
        raise problems.misnamed(EXPECTED["docx"], _binary_kind(data[:LOOKED_AT]) or "something else")
