"""Headers of a mail without their encodings, whatever is wrong with them. Reads no words of a mail."""

from collections.abc import Callable, Iterator
from email.header import decode_header
from email.message import Message
from email.utils import parsedate_to_datetime

from desktop.domain.errors import FileProblem
from desktop.reading.encodings import decode_text
from desktop.reading.text_builder import one_line

HEADER_LENGTH = 20_000  # the library takes time by the square of it


def header_text(mail: Message, name: str) -> str:
    """The header without its encoding, dates by ISO 8601; empty when there is none."""
    try:
        value = mail.get(name)
        text = one_line("".join(decoded_pieces(str(value)))) if value is not None else ""
        return parsedate_to_datetime(text).isoformat(" ", "minutes") if name == "Date" and text else text
    except (ValueError, TypeError, IndexError, OverflowError):
        return one_line(str(mail.get(name)))  # a date that is none


def decoded_pieces(value: str) -> Iterator[str]:
    try:
        pieces = decode_header(value[:HEADER_LENGTH])
    except (ValueError, TypeError):  # broken base64
        pieces = [(value, None)]
    for piece, charset in pieces:
        yield piece if isinstance(piece, str) else decoded(piece, charset)


def decoded(data: bytes, charset: str | None) -> str:
    """What the mail declares where that fits, else a guess."""
    try:
        return data.decode(charset or "utf-8")
    except (LookupError, ValueError):
        try:
            return decode_text(data)
        except FileProblem:
            return data.decode("latin-1")


def guarded(ask: Callable[[], str]) -> str:
    """The library raises a dozen kinds of error on malformed parameters of a header."""
    try:
        return ask()
    except (ValueError, TypeError, LookupError, AttributeError):
        return ""
