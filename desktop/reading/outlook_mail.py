"""Outlook mails (.msg): the subject as a heading, who wrote to whom and when, the words, and what is attached.

Plain text is taken before HTML and rich text. Mails inside are read with their own attachments. After [MS-OXMSG].
"""

import datetime
import struct
from collections.abc import Callable
from dataclasses import dataclass, replace

from desktop.domain.documents import BlockKind, Document
from desktop.domain.errors import FileProblem
from desktop.reading import html, problems, rich_text
from desktop.reading.attachments import ATTACHMENT, MESSAGE_TEXT, enclosed_mail
from desktop.reading.compound_file import MAGIC, CompoundFile
from desktop.reading.compressed_rtf import unpacked
from desktop.reading.encodings import decode_text, decode_web_page
from desktop.reading.mail import add_paragraphs
from desktop.reading.members import Members
from desktop.reading.pictures import PictureReader, none_recognised
from desktop.reading.text_builder import TextBuilder, one_line

KIND = "Outlook mail"
MAX_DEPTH = 10
SUBJECT, SENDER, SENDER_ADDRESS, SHOWN_TO, SHOWN_CC = "0037", "0C1A", "5D01", "0E04", "0E03"
BODY, HTML_BODY, RTF_BODY = "1000", "1013", "1009"
LONG_NAME, SHORT_NAME, SHOWN_NAME, CONTENT = "3707", "3704", "3001", "3701"
UNICODE, EIGHT_BIT, BINARY, FOLDER = "001F", "001E", "0102", "000D"
SENT, ARRIVED, ENCODING = 0x0039, 0x0E06, 0x3FFD
TIME_TYPE, NUMBER_TYPE = 0x0040, 0x0003
PROPERTIES = "__properties_version1.0"
ATTACHED = "__attach_version1.0_#"
HIDDEN_NAMES = ("smime.p7s",)
EPOCH = datetime.datetime(1601, 1, 1, tzinfo=datetime.UTC)


def read(data: bytes, pictures: PictureReader | None = None) -> Document:
    """Raises FileProblem when it is damaged."""
    return _document(data, pictures or none_recognised())


def read_alone(data: bytes, _: PictureReader | None = None) -> Document:
    """Without what is attached. Raises FileProblem like `read`."""
    return _document(data, None)


def _document(data: bytes, pictures: PictureReader | None) -> Document:
    if not data.startswith(MAGIC):
        raise problems.misnamed("an Outlook mail", "something else")
    file = CompoundFile(data, KIND)
    if not file.has(PROPERTIES):
        raise problems.misnamed("an Outlook mail", "an old Office document")
    builder = TextBuilder()
    members = Members(builder, ATTACHMENT, pictures) if pictures else None
    subject = _add_mail(builder, _Mail(file, ""), members, 1)
    if builder.has_places:
        builder.place_rest(0, MESSAGE_TEXT)
    return replace(builder.document("msg", subject), note=members.note if members else "")


@dataclass(frozen=True, slots=True)
class _Mail:
    """One mail in the file; `folder` is empty for the outer one."""

    file: CompoundFile
    folder: str

    def text(self, number: str, folder: str = "") -> str:
        place = f"{self.folder}{folder}__substg1.0_{number}"
        if wide := self.file.read(place + UNICODE):
            return wide.decode("utf-16-le", "replace").rstrip("\0")
        return self._decoded(self.file.read(place + EIGHT_BIT)).rstrip("\0")

    def binary(self, number: str, folder: str = "") -> bytes:
        return self.file.read(f"{self.folder}{folder}__substg1.0_{number}{BINARY}")

    def attachments(self) -> list[str]:
        """Their folders inside this mail's, in order."""
        start = self.folder + ATTACHED
        inner = (path[len(self.folder) :].partition("/")[0] for path in self.file.paths() if path.startswith(start))
        return sorted({f"{name}/" for name in inner})

    def fixed(self, number: int, kind: int) -> int | None:
        """A property that is a number or a time."""
        data = self.file.read(self.folder + PROPERTIES)
        for at in range(24 if self.folder else 32, len(data) - 15, 16):
            found_kind, found, _, value = struct.unpack_from("<HHIQ", data, at)
            if (found, found_kind) == (number, kind):
                return value
        return None

    def _decoded(self, data: bytes) -> str:
        code_page = (self.fixed(ENCODING, NUMBER_TYPE) or 0) & 0xFFFF
        try:
            return data.decode(f"cp{code_page}" if code_page not in (0, 65001) else "utf-8")
        except (LookupError, ValueError):
            try:
                return decode_text(data)
            except FileProblem:
                return data.decode("latin-1")


def _add_mail(builder: TextBuilder, mail: _Mail, members: Members | None, level: int) -> str:
    """As `mail.add_mail` does; returns the subject."""
    subject = one_line(mail.text(SUBJECT))
    builder.add(BlockKind.HEADING, subject, level)
    builder.add(BlockKind.PARAGRAPH, "\n".join(f"{name}: {value}" for name, value in _headers(mail) if value))
    _add_words(builder, mail, level)
    folders = mail.attachments()
    inner = [folder for folder in folders if mail.file.has(f"{mail.folder}{folder}{_inside()}{PROPERTIES}")]
    for folder in inner if level < MAX_DEPTH else ():
        first = len(builder.blocks)
        enclosed = _add_mail(builder, _Mail(mail.file, f"{mail.folder}{folder}{_inside()}"), members, level + 1)
        builder.place_rest(first, enclosed_mail(enclosed))
    named = [(folder, _name(mail, folder)) for folder in folders if folder not in inner]
    if names := [name for _, name in named if name]:
        builder.add(BlockKind.PARAGRAPH, "Attachments: " + ", ".join(names))
    if members is not None:
        for folder, name in named:
            if name.lower() not in HIDDEN_NAMES:
                members.add(name or "without a name", level + 1, _loader(mail, folder))
        members.name_left_out()
    return subject


def _inside() -> str:
    return f"__substg1.0_{CONTENT}{FOLDER}/"


def _headers(mail: _Mail) -> list[tuple[str, str]]:
    sender, address = one_line(mail.text(SENDER)), one_line(mail.text(SENDER_ADDRESS))
    written = sender if not address or address in sender else f"{sender} <{address}>".strip()
    time = mail.fixed(SENT, TIME_TYPE) or mail.fixed(ARRIVED, TIME_TYPE) or 0
    return [
        ("From", written),
        ("To", one_line(mail.text(SHOWN_TO))),
        ("Cc", one_line(mail.text(SHOWN_CC))),
        ("Date", _shown(time)),
    ]


def _shown(time: int) -> str:
    """Times count from 1601 in steps of 100 nanoseconds."""
    try:
        moment = EPOCH + datetime.timedelta(microseconds=time // 10) if time else None
    except OverflowError:
        return ""
    return moment.isoformat(" ", "minutes") if moment else ""


def _add_words(builder: TextBuilder, mail: _Mail, level: int) -> None:
    if (plain := mail.text(BODY)).strip():
        add_paragraphs(builder, plain.replace("\r\n", "\n").replace("\r", "\n"))
    elif page := mail.binary(HTML_BODY):
        html.add_page(builder, decode_web_page(page), level)
    elif page := mail.text(HTML_BODY):
        html.add_page(builder, page, level)
    elif (rich := unpacked(mail.binary(RTF_BODY))).startswith(b"{\\rtf"):
        document = rich_text.read(rich)
        builder.add_text(document, 0, len(document.text), level, "")


def _name(mail: _Mail, folder: str) -> str:
    names = (one_line(mail.text(number, folder)) for number in (LONG_NAME, SHORT_NAME, SHOWN_NAME))
    return next((name for name in names if name), "")


def _loader(mail: _Mail, folder: str) -> Callable[[int], bytes]:
    def load(limit: int) -> bytes:
        data = mail.binary(CONTENT, folder)
        if len(data) > limit:
            raise problems.too_large_file()
        return data

    return load
