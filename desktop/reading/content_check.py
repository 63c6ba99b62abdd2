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
EXPECTED: Mapping[str, str] = {
    "pdf": "a PDF file",
    "docx": "a Word document",
    "xlsx": "an Excel workbook",
    "pptx": "a PowerPoint presentation",
    "odf": "an OpenDocument file",
    "epub": "an e-book",
    "zip": "a zip archive",
    "rtf": "a rich text (RTF) document",
    "html": "a web page",
    "mhtml": "a saved web page",
    "mail": "a mail",
    "mbox": "a mailbox",
    "ipynb": "a notebook",
}
PACKED = frozenset(("docx", "xlsx", "pptx", "odf", "epub", "zip"))
# old workbooks are read too; an old document is told how to be saved by its own module, whatever it holds; pictures are
# often named for another format than they have
OLD_CONTAINER_IS_FINE = frozenset(("xlsx",))
UNCHECKED = frozenset(("doc", "image", "msg"))


def check_content(data: bytes, format_name: str) -> None:
    """Raises FileProblem when the content is plainly something else than `format_name`."""
    head = data[:LOOKED_AT]
    if format_name == "pdf":
        _check_pdf(head)
    elif format_name in PACKED:
        _check_packed(data, format_name)
    elif format_name not in UNCHECKED:
        found = _binary_kind(head)
        expected = EXPECTED.get(format_name, "a text file")
        if found is not None and found != expected:
            raise problems.misnamed(expected, found)


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


def _check_packed(data: bytes, format_name: str) -> None:
    if data.startswith(OLE_MAGIC):
        # Office keeps a document with a password in the old container
        if ENCRYPTED_STREAM in data:
            raise problems.password_needed()
        if format_name not in OLD_CONTAINER_IS_FINE:
            raise problems.misnamed(EXPECTED[format_name], "an old Office document")
    elif not data.startswith(b"PK"):
        raise problems.misnamed(EXPECTED[format_name], _binary_kind(data[:LOOKED_AT]) or "something else")
