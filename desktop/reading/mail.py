"""Mails (.eml): the subject as a heading, who wrote to whom and when, the words, and the text of what is attached.

Plain text is taken before HTML. A mail inside a mail is read with its own attachments; pictures shown among the words
are not.
"""

import email
import re
from collections.abc import Iterator
from dataclasses import replace
from email.message import Message

from desktop.domain.documents import BlockKind, Document
from desktop.reading import html
from desktop.reading.attachments import ATTACHMENT, MESSAGE_TEXT, add_attached, enclosed_mail, file_name, is_attachment
from desktop.reading.encodings import decode_text
from desktop.reading.mail_headers import decoded, guarded, header_text
from desktop.reading.members import Members
from desktop.reading.pictures import PictureReader, none_recognised
from desktop.reading.text_builder import TextBuilder

HEADERS = ("From", "To", "Cc", "Date")
# Apple Mail writes the length of the mail before it, and a property list behind it
_APPLE_LENGTH = re.compile(rb"\s*\d+\s*\n(?=[A-Za-z-]+:)")
_BLANK_LINE = re.compile(r"\n[ \t]*\n")


def read(data: bytes, pictures: PictureReader | None = None) -> Document:
    """Raises FileProblem when there is nothing in it that could be decoded."""
    return _document(data, pictures or none_recognised())


def read_alone(data: bytes, _: PictureReader | None = None) -> Document:
    """Without what is attached. Raises FileProblem like `read`."""
    return _document(data, None)


def _document(data: bytes, pictures: PictureReader | None) -> Document:
    builder = TextBuilder()
    members = Members(builder, ATTACHMENT, pictures) if pictures else None
    title = add_mail(builder, parse_mail(data), members)
    if builder.has_places:
        builder.place_rest(0, MESSAGE_TEXT)
    return replace(builder.document("mail", title), note=members.note if members else "")


def parse_mail(data: bytes) -> Message:
    """Never fails on malformed mails: what can't be understood becomes part of the text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:64]:
        data = decode_text(data).encode("utf-8")
    length = _APPLE_LENGTH.match(data)
    return email.message_from_bytes(data[length.end() :] if length else data)


def add_mail(builder: TextBuilder, mail: Message, members: Members | None, level: int = 1) -> str:
    """Adds one mail and those inside it, and what is attached where there are `members`; returns its subject.

    Raises FileProblem when it all becomes too much.
    """
    subject = header_text(mail, "Subject")
    builder.add(BlockKind.HEADING, subject, level)
    lines = [f"{name}: {value}" for name in HEADERS if (value := header_text(mail, name))]
    builder.add(BlockKind.PARAGRAPH, "\n".join(lines))
    attached: list[Message] = []
    for part in _shown_parts(mail):
        if part.get_content_type() == "message/rfc822":
            for inner in _inner_parts(part):
                first = len(builder.blocks)
                enclosed = add_mail(builder, inner, members, level + 1)
                builder.place_rest(first, enclosed_mail(enclosed))
        elif is_attachment(part):
            attached.append(part)
        else:
            _add_words(builder, part, level)
    if named := [name for part in attached if (name := file_name(part))]:
        builder.add(BlockKind.PARAGRAPH, "Attachments: " + ", ".join(named))
    if members is not None:
        add_attached(members, attached, level + 1)
    return subject


def _shown_parts(part: Message) -> Iterator[Message]:
    """Leaves in order; of several forms of the same text the plain one, else the last that is text."""
    if part.get_content_type() == "message/rfc822" or not part.is_multipart():
        yield part
        return
    inner = _inner_parts(part)
    if part.get_content_type() == "multipart/alternative":
        plain = [p for p in inner if p.get_content_type() == "text/plain" and part_text(p).strip()]
        inner = plain[:1] or inner[-1:]
    for child in inner:
        yield from _shown_parts(child)


def _inner_parts(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [child for child in payload if isinstance(child, Message)] if isinstance(payload, list) else []


def part_text(part: Message) -> str:
    """The part's text, decoded; empty when it is none."""
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    charset = guarded(lambda: str(part.get_content_charset() or ""))
    return decoded(data, charset or None).replace("\r\n", "\n").replace("\r", "\n")


def _add_words(builder: TextBuilder, part: Message, level: int) -> None:
    text = part_text(part)
    if part.get_content_subtype() == "html":
        html.add_page(builder, text, level)
    else:
        add_paragraphs(builder, text)


def add_paragraphs(builder: TextBuilder, text: str) -> None:
    """Adds plain text, of which blank lines part paragraphs."""
    for paragraph in _BLANK_LINE.split(text):
        builder.add(BlockKind.PARAGRAPH, paragraph)
