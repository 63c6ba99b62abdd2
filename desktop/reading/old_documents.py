"""Old Word documents inside a mail or an archive: what they have become where that is known, else they are written out.

Runs in the file reader, which converts nothing.
"""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from desktop.reading.document_file import write_whole


def newer_file(become: Path, sha256: str) -> Path:
    """The file with what the old document of this hash has become."""
    return become.with_name(f"{become.name}.{sha256}")


@dataclass(slots=True)
class OldDocuments:
    """Of one file. `become`: what the files of newer documents begin with, the old one's hash follows; None: no file.

    At most `room` of the others are written beside `output`.
    """

    become: Path | None = None
    room: int = 0
    output: Path = field(default_factory=Path)
    written: list[str] = field(default_factory=list[str])

    def newer(self, data: bytes) -> bytes | None:
        """The .docx that this .doc has become; None while there is none."""
        if self.become is not None:
            made = newer_file(self.become, hashlib.sha256(data).hexdigest())
            if made.is_file():
                return made.read_bytes()
        if len(self.written) < self.room:
            place = self.output.with_name(f"{self.output.name}.old{len(self.written)}")
            write_whole(place, data)
            self.written.append(str(place))
        return None
