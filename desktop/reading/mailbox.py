"""Mailboxes (.mbox): one mail after another, each as the mail reader makes it."""

import re
from collections.abc import Iterator
from dataclasses import replace

from desktop.domain.documents import Document
from desktop.domain.places import At, PlaceUnit
from desktop.reading.attachments import ATTACHMENT
from desktop.reading.mail import add_mail, parse_mail
from desktop.reading.members import Members
from desktop.reading.pictures import PictureReader, none_recognised
from desktop.reading.text_builder import TextBuilder

# the line that programs put before each mail; one in the words of a mail is marked with ">"
_BEGINNING = re.compile(rb"^From [^\r\n]*\r?\n", re.MULTILINE)
_BLANK_BEFORE = (b"\n\n", b"\r\n\r\n")
_MARKED = re.compile(rb"^>(>*From )", re.MULTILINE)


def read(data: bytes, pictures: PictureReader | None = None) -> Document:
    """Raises FileProblem when there is nothing in it that could be decoded."""
    return _document(data, pictures or none_recognised())


def read_alone(data: bytes, _: PictureReader | None = None) -> Document:
    """Without what is attached to the mails. Raises FileProblem like `read`."""
    return _document(data, None)


def _document(data: bytes, pictures: PictureReader | None) -> Document:
    builder = TextBuilder()
    members = Members(builder, ATTACHMENT, pictures) if pictures else None
    titles: list[str] = []
    for number, mail in enumerate(mails_of(data), 1):
        first = len(builder.blocks)
        titles.append(add_mail(builder, parse_mail(mail), members))
        builder.place_rest(first, At(PlaceUnit.MESSAGE, str(number), str(number)))
    title = titles[0] if len(titles) == 1 else ""
    return replace(builder.document("mbox", ""), title=title, note=members.note if members else "")


def mails_of(data: bytes) -> Iterator[bytes]:
    """Without the lines between them."""
    starts = [match.span() for match in _BEGINNING.finditer(data) if _begins_a_mail(data, match.start())]
    if not starts:
        yield data
    ends = [begin for begin, _ in starts[1:]] + [len(data)]
    for (_, start), end in zip(starts, ends, strict=True) if starts else ():
        yield _MARKED.sub(rb"\1", data[start:end])


def _begins_a_mail(data: bytes, place: int) -> bool:
    return not data[:place].strip() if place < 8 else data[max(0, place - 4) : place].endswith(_BLANK_BEFORE)
