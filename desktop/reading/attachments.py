"""What is attached to a mail: which parts are files, what they are called, and their text by way of the members.

Pictures shown among the words and signatures of programs are left out.
"""

from collections.abc import Callable, Mapping, Sequence
from email.message import Message

from desktop.domain.places import At, PlaceUnit
from desktop.reading import problems
from desktop.reading.formats import format_of
from desktop.reading.mail_headers import decoded_pieces, guarded
from desktop.reading.members import NAME_LENGTH, Members
from desktop.reading.text_builder import one_line

ATTACHMENT = "Attachment"
SIGNATURES = ("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature")

# where words of the mail itself stand, once those of something else stand beside them
MESSAGE_TEXT = At(PlaceUnit.WHOLE, inside="message text")

OFFICE = "application/vnd.openxmlformats-officedocument."
# formats by declared type, for files whose name says nothing
DECLARED: Mapping[str, str] = {
    "application/pdf": "pdf",
    "application/msword": "doc",
    "application/rtf": "rtf",
    "application/zip": "zip",
    "application/epub+zip": "epub",
    "application/vnd.ms-excel": "xlsx",
    OFFICE + "wordprocessingml.document": "docx",
    OFFICE + "spreadsheetml.sheet": "xlsx",
    OFFICE + "presentationml.presentation": "pptx",
    "application/vnd.oasis.opendocument.text": "odf",
    "application/vnd.oasis.opendocument.spreadsheet": "odf",
    "application/vnd.oasis.opendocument.presentation": "odf",
    "application/json": "text",
    "application/xml": "text",
    "text/plain": "text",
    "text/html": "html",
    "text/csv": "csv",
    "text/markdown": "markdown",
}


def enclosed_mail(subject: str) -> At:
    """Where the words of a mail inside a mail stand."""
    return At(PlaceUnit.WHOLE, inside=f"enclosed message {subject[:NAME_LENGTH]}".rstrip())


def is_attachment(part: Message) -> bool:
    """A broken mail of many parts has its words where the parts should be: that is none."""
    return part.get_content_maintype() not in ("text", "multipart") or _disposition(part).startswith("attachment")


def _disposition(part: Message) -> str:
    return guarded(lambda: str(part.get("Content-Disposition", ""))).strip().lower()


def file_name(part: Message) -> str:
    """As the sender named it, or empty."""
    return guarded(lambda: one_line("".join(decoded_pieces(part.get_filename() or ""))))


def add_attached(members: Members, parts: Sequence[Message], level: int) -> None:
    """Adds the text of each part that is a file to be read, and names those that can't be."""
    for part in parts:
        if part.get_content_type() not in SIGNATURES and not _shown_among_words(part):
            name = file_name(part)
            kind = format_of(name) or DECLARED.get(part.get_content_type())
            members.add(name or f"of type {part.get_content_type()}", level, _loader(part), kind)
    members.name_left_out()


def _shown_among_words(part: Message) -> bool:
    named = part.get("Content-ID") is not None and not _disposition(part).startswith("attachment")
    return part.get_content_maintype() == "image" and (named or _disposition(part).startswith("inline"))


def _loader(part: Message) -> Callable[[int], bytes]:
    def load(limit: int) -> bytes:
        data = part.get_payload(decode=True)
        if not isinstance(data, bytes):
            raise problems.damaged("attachment")
        if len(data) > limit:
            raise problems.too_large_file()
        return data

    return load
