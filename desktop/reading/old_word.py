"""Old Word documents (.doc): not read, but those that are something newer under the old name are."""

from desktop.domain.documents import Document
from desktop.domain.errors import FileProblem
from desktop.reading import docx, rich_text
from desktop.reading.content_check import check_content


def read(data: bytes) -> Document:
    """Raises FileProblem that says how to have it read."""
    if data.lstrip()[:5] == b"{\\rtf":
        return rich_text.read(data)
    if data.startswith(b"PK"):
        check_content(data, "docx")
        return docx.read(data)
    raise FileProblem(
        "Footnote doesn't read the old Word format (.doc).",
        "Open it in Word or LibreOffice and save it as .docx.",
        state="unsupported",
    )
