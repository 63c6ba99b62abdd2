"""Pictures of words that a reader meets in a file: what they say where that is known, else they wait.

Runs in the file reader, which recognises nothing: waiting pictures are written out for the process that does.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from desktop.protocol.reader_messages import WaitingPicture
from desktop.reading import problems
from desktop.reading.document_file import write_whole
from desktop.reading.old_documents import OldDocuments
from desktop.reading.picture import Picture
from desktop.reading.recognised import RecognisedPage

# pixels that a picture is recognised by: an A4 page at 200 dots an inch, with room to spare
RECOGNISED_PIXELS = 4_500_000
DOTS_AN_INCH = 200


@dataclass(slots=True)
class Pictures:
    """Of one file. `known`: by key, None where recognition failed. At most `room` pictures are written beside `output`.

    `waiting` counts those that nobody has tried yet. A `room` of 0 says that the document is wanted now: they are
    passed over, and counted in `unread` with those that failed. `old_documents` wait for another program likewise.
    """

    known: Mapping[str, RecognisedPage | None] = field(default_factory=dict[str, "RecognisedPage | None"])
    room: int = 0
    output: Path = field(default_factory=Path)
    waiting: int = 0
    unread: int = 0
    written: list[WaitingPicture] = field(default_factory=list[WaitingPicture])
    old_documents: OldDocuments = field(default_factory=OldDocuments)

    def page(self, key: str, picture: Callable[[], Picture]) -> RecognisedPage | None:
        """What stands on the picture, which is made only when it is to be recognised; None while that isn't known.

        Raises FileProblem when there is no room for one more: nothing is gained by reading on.
        """
        if key in self.known:
            self.unread += self.known[key] is None
            return self.known[key]
        self.waiting += 1
        if not self.room:
            self.unread += 1
        elif len(self.written) < self.room:
            self._write(key, picture())
        else:
            raise problems.more_pictures()
        return None

    def _write(self, key: str, picture: Picture) -> None:
        place = self.output.with_name(f"{self.output.name}.{len(self.written)}")
        write_whole(place, picture.pixels)
        self.written.append(WaitingPicture(key, str(place), picture.width, picture.height))


@dataclass(frozen=True, slots=True)
class PictureReader:
    """What a reader asks. Keys begin with `inside`, which tells files inside a file apart."""

    pictures: Pictures
    inside: str = ""

    @property
    def waiting(self) -> int:
        return self.pictures.waiting

    @property
    def unread(self) -> int:
        return self.pictures.unread

    def page(self, number: int, picture: Callable[[], Picture]) -> RecognisedPage | None:
        """As of `Pictures`."""
        return self.pictures.page(f"{self.inside}{number}", picture)

    def newer_document(self, data: bytes) -> bytes | None:
        """What an old Word document has become, as of `OldDocuments`."""
        return self.pictures.old_documents.newer(data)

    def of_member(self, number: int) -> "PictureReader":
        return PictureReader(self.pictures, f"{self.inside}{number}/")


def none_recognised() -> PictureReader:
    """For files whose pictures are passed over."""
    return PictureReader(Pictures())
