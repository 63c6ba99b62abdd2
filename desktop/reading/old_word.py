"""Old Word documents (.doc): what is something newer under the old name is read, of the rest it is said what it is.

They hold their words in a format that only Word and LibreOffice know well: `word_converter` has it made a newer one.
"""

import struct

from desktop.domain.documents import Document
from desktop.domain.errors import FileProblem
from desktop.reading import docx, problems, rich_text
from desktop.reading.compound_file import MAGIC, CompoundFile
from desktop.reading.content_check import check_content

KIND = "Word document"
MAIN_STREAM = "WordDocument"
FLAGS_AT, ENCRYPTED = 10, 0x0100  # [MS-DOC] 2.5.2


def read(data: bytes) -> Document:
    """Raises FileProblem that says how to have it read; of a sound one in the old format, `unsupported`."""
    if data.lstrip()[:5] == b"{\\rtf":
        return rich_text.read(data)
    if data.startswith(b"PK"):
        check_content(data, "docx")
        return docx.read(data)
    if not data.startswith(MAGIC):
        raise problems.misnamed("a Word document", "something else")
    main = CompoundFile(data, KIND).read(MAIN_STREAM)
    if len(main) < FLAGS_AT + 2:
        raise problems.damaged(KIND)
    if struct.unpack_from("<H", main, FLAGS_AT)[0] & ENCRYPTED:
        raise problems.password_needed()
    raise FileProblem(
        "Footnote reads the old Word format (.doc) through LibreOffice, which is not installed here.",
        "Install LibreOffice and start Footnote again, or save the file as .docx.",
        state="unsupported",
    )
