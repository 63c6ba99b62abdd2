"""Files inside a file (attachments of a mail, members of an archive): each is read by its own format's reader.

Its text follows a heading that names it, and its page where it has pages. What can't be read is named and fails
nothing else. Archives inside a file stay closed: one level, no further.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from desktop.domain.documents import BlockKind, Document
from desktop.domain.errors import FileProblem
from desktop.reading import problems
from desktop.reading.formats import format_of, is_old_document
from desktop.reading.pictures import PictureReader
from desktop.reading.read_content import read_inside
from desktop.reading.text_builder import TextBuilder

NAMES_TOLD = 30
NAME_LENGTH = 200
PAGE_NUMBER = 16  # characters around it and in it
ROOM_TO_NAME = 100_000  # characters kept free for the names of what is left out
WHY = {
    "locked": "protected with a password",
    "unsupported": "of a kind that Footnote doesn't read",
    "needs_ocr": "pictures without readable text",
    "too_large": "too large",
}
OLD = "old Word documents that were not converted: install LibreOffice, or save them as .docx"
DAMAGED = "damaged or not what the name says"
EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class MemberLimits:
    """For all files inside one file. `bytes` are counted unpacked, `largest` of them may be of one file."""

    files: int = 1_000
    bytes: int = 500 * 1024 * 1024
    largest: int = 100 * 1024 * 1024
    seconds: float = 25.0


class Members:
    """Adds to the builder of the file that holds them. `word` is what one is called, such as "Attachment".

    `clock` counts seconds; after `limits.seconds` the rest is only named.
    """

    def __init__(
        self,
        builder: TextBuilder,
        word: str,
        pictures: PictureReader,
        limits: MemberLimits | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._builder, self._word, self._pictures = builder, word, pictures
        self._limits = limits or MemberLimits()
        self._clock, self._deadline = clock, clock() + self._limits.seconds
        self._bytes_left = self._limits.bytes
        self._left_out: dict[str, list[str]] = {}
        self._states: set[str] = set()
        self._met = self._unread = 0

    def add(self, name: str, level: int, load: Callable[[int], bytes], format_name: str | None = None) -> None:
        """`load` gives the bytes, at most so many, or raises FileProblem. Headings begin at `level`."""
        self._met += 1
        if self._met > self._limits.files:
            self._leave_out(name, f"more than {self._limits.files:,} files")
        elif self._clock() > self._deadline:
            self._leave_out(name, "no time was left for them")
        else:
            try:
                self._add(name, level, load, format_name or format_of(name))
            except FileProblem as problem:
                if problem.state != EMPTY:
                    old = is_old_document(format_name or format_of(name), problem)
                    self._leave_out(name, OLD if old else WHY.get(problem.state, DAMAGED), problem.state)

    def _add(self, name: str, level: int, load: Callable[[int], bytes], format_name: str | None) -> None:
        if format_name is None:
            raise problems.unknown_format()
        data = load(min(self._bytes_left, self._limits.largest))
        self._bytes_left -= len(data)
        self._add_document(
            f"{self._word} {name[:NAME_LENGTH]}",
            level,
            self._read(format_name, data),
        )

    def _read(self, format_name: str, data: bytes) -> Document:
        pictures = self._pictures.of_member(self._met)
        try:
            return read_inside(format_name, data, pictures)
        except FileProblem as problem:
            newer = pictures.newer_document(data) if is_old_document(format_name, problem) else None
            if newer is None:
                raise
            return read_inside("docx", newer, pictures)

    def _add_document(self, title: str, level: int, document: Document) -> None:
        headings = (len(title) + PAGE_NUMBER) * max(1, len(document.pages))
        if self._builder.length + len(document.text) + headings + ROOM_TO_NAME > problems.MAX_CHARACTERS:
            raise problems.too_much_text()
        if not document.pages:
            self._add_part(title, level, document, 0, len(document.text), title)
        for page in document.pages:
            if page.start < page.end:
                heading = f"{title}, page {page.number}"
                self._add_part(heading, level, document, page.start, page.end, title)

    def _add_part(self, heading: str, level: int, document: Document, start: int, end: int, title: str) -> None:
        first = len(self._builder.blocks)
        self._builder.add(BlockKind.HEADING, heading, level)
        self._builder.add_text(document, start, end, level, title[0].lower() + title[1:])
        self._builder.place_with_next(first)

    def _leave_out(self, name: str, why: str, state: str = "") -> None:
        self._left_out.setdefault(why, []).append(name[:NAME_LENGTH])
        self._states.add(state)
        self._unread += 1

    def name_left_out(self) -> None:
        """Adds a paragraph for each reason that something was left out since this was called last."""
        for why, names in self._left_out.items():
            more = f" and {len(names) - NAMES_TOLD:,} more" if len(names) > NAMES_TOLD else ""
            self._builder.add(BlockKind.PARAGRAPH, f"Not read: {', '.join(names[:NAMES_TOLD])}{more} ({why}).")
        self._left_out.clear()

    @property
    def note(self) -> str:
        """A sentence when something was left out, else empty."""
        if not self._unread:
            return ""
        return f"{self._unread:,} of {self._met:,} files inside are not read; the text names them and says why."

    @property
    def problem(self) -> FileProblem:
        """What to say of the whole file when nothing in it could be read."""
        if not self._unread:
            return problems.no_text()
        if self._states == {"locked"}:
            return problems.password_needed()
        if "needs_ocr" in self._states:
            return problems.no_words_known(not self._pictures.waiting)
        if self._states == {"too_large"}:
            return problems.unpacks_too_large()
        return problems.nothing_readable_inside()
