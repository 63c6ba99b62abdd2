"""Mails (.eml): the subject as a heading, who wrote to whom and when, the words, the names of what is attached.

Plain text is taken before HTML. A mail inside a mail is read too; attached files are not.
"""

import email
import re
from collections.abc import Callable, Iterator
from email.header import decode_header
from email.message import Message
from email.utils import parsedate_to_datetime

from desktop.domain.documents import BlockKind, Document
from desktop.domain.errors import FileProblem
from desktop.reading import html
from desktop.reading.encodings import decode_text
from desktop.reading.text_builder import TextBuilder, one_line

HEADER_LENGTH = 20_000  # the library takes time by the square of it
HEADERS = ("From", "To", "Cc", "Date")
# Apple Mail writes the length of the mail before it, and a property list behind it
_APPLE_LENGTH = re.compile(rb"\s*\d+\s*\n(?=[A-Za-z-]+:)")
_BLANK_LINE = re.compile(r"\n[ \t]*\n")


def read(data: bytes) -> Document:
    """Raises FileProblem when there is nothing in it that could be decoded."""
    builder = TextBuilder()
    title = add_mail(builder, parse_mail(data))
    return builder.document("mail", title)


def parse_mail(data: bytes) -> Message:
    """Never fails on malformed mails: what can't be understood becomes part of the text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:64]:
        data = decode_text(data).encode("utf-8")
    length = _APPLE_LENGTH.match(data)
    return email.message_from_bytes(data[length.end() :] if length else data)


def add_mail(builder: TextBuilder, mail: Message, level: int = 1) -> str:
    """Adds one mail and those inside it; returns its subject. Raises FileProblem when it all becomes too much."""
    subject = header_text(mail, "Subject")
    builder.add(BlockKind.HEADING, subject, level)
    lines = [f"{name}: {value}" for name in HEADERS if (value := header_text(mail, name))]
    builder.add(BlockKind.PARAGRAPH, "\n".join(lines))
    attached: list[str] = []
    for part in _shown_parts(mail):
        if part.get_content_type() == "message/rfc822":
            for inner in _inner_parts(part):
                add_mail(builder, inner, level + 1)
        elif _is_attachment(part):
            attached.append(file_name(part))
        else:
            _add_words(builder, part, level)
    named = [name for name in attached if name]
    if named:
        builder.add(BlockKind.PARAGRAPH, "Attachments: " + ", ".join(named))
    return subject


def header_text(mail: Message, name: str) -> str:
    """The header without its encoding, dates by ISO 8601; empty when there is none."""
    try:
        value = mail.get(name)
        text = one_line("".join(_decoded_pieces(str(value)))) if value is not None else ""
        return parsedate_to_datetime(text).isoformat(" ", "minutes") if name == "Date" and text else text
    except (ValueError, TypeError, IndexError, OverflowError):
        return one_line(str(mail.get(name)))  # a date that is none


def _decoded_pieces(value: str) -> Iterator[str]:
    try:
        pieces = decode_header(value[:HEADER_LENGTH])
    except (ValueError, TypeError):  # broken base64
        pieces = [(value, None)]
    for piece, charset in pieces:
        yield piece if isinstance(piece, str) else _decoded(piece, charset)


def _decoded(data: bytes, charset: str | None) -> str:
    """What the mail declares where that fits, else a guess."""
    try:
        return data.decode(charset or "utf-8")
    except (LookupError, ValueError):
        try:
            return decode_text(data)
        except FileProblem:
            return data.decode("latin-1")


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


def _is_attachment(part: Message) -> bool:
    disposition = str(part.get("Content-Disposition", "")).strip().lower()
    # a broken mail of many parts has its words where the parts should be
    return part.get_content_maintype() not in ("text", "multipart") or disposition.startswith("attachment")


def file_name(part: Message) -> str:
    """As the sender named it, or empty."""
    return _guarded(lambda: one_line("".join(_decoded_pieces(part.get_filename() or ""))))


def part_text(part: Message) -> str:
    """The part's text, decoded; empty when it is none."""
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    charset = _guarded(lambda: str(part.get_content_charset() or ""))
    return _decoded(data, charset or None).replace("\r\n", "\n").replace("\r", "\n")


def _guarded(ask: Callable[[], str]) -> str:
    """The library raises a dozen kinds of error on malformed parameters of a header."""
    try:
        return ask()
    except (ValueError, TypeError, LookupError, AttributeError):
        return ""


def _add_words(builder: TextBuilder, part: Message, level: int) -> None:
    text = part_text(part)
    if part.get_content_subtype() == "html":
        html.add_page(builder, text, level)
    else:
        for paragraph in _BLANK_LINE.split(text):
            builder.add(BlockKind.PARAGRAPH, paragraph)
