"""Where a model stands while it is on its way, and what is noted of it, so that any later process can go on.

All of it is in `.downloads` below the folder of models: the last step is a rename on one disk, and until then nothing
there is taken for a model.
"""

import json
import os
import shutil
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from desktop.domain.downloads import Order, Origin
from desktop.download.parts import PartNote
from desktop.platform_support.library_lock import LibraryLock
from desktop.protocol.codec import ProtocolError, decode, encode

FOLDER = ".downloads"
PINS = "origins.json"
PATIENCE, AGAIN = 10.0, 0.02  # seconds


@dataclass(frozen=True, slots=True)
class Note:
    """An order under way; `origin` is what the source said of its bytes, None before one was reached."""

    order: Order
    origin: Origin | None


@dataclass(frozen=True, slots=True)
class Place:
    """The files of one order."""

    folder: Path
    id: str

    @property
    def note(self) -> Path:
        return self.folder / FOLDER / f"{self.id}.note"

    @property
    def lock(self) -> Path:
        return self.folder / FOLDER / f"{self.id}.lock"

    def part(self, kind: str) -> Path:
        """What came so far from a source of this kind: hub, index or file."""
        return self.folder / FOLDER / f"{self.id}.{kind}.part"

    @property
    def tree(self) -> Path:
        """What came so far of an order of several files."""
        return self.folder / FOLDER / f"{self.id}.tree"

    def done(self) -> int:
        """Bytes that are here already."""
        if self.tree.is_dir():
            return sum(_size(path) for path in self.tree.rglob("*") if path.is_file())
        return max((_size(self.part(kind)) for kind in ("hub", "index", "file")), default=0)

    def read(self) -> Note | None:
        """None where nothing is noted, or the note is damaged: then the download begins anew."""
        try:
            return decode(Note, json.loads(self.note.read_text("utf-8")))
        except (OSError, ValueError, ProtocolError, RecursionError):
            return None

    def write(self, note: Note) -> None:
        write_whole(self.note, json.dumps(encode(note)))

    def clear(self) -> None:
        """Forgets the order and everything that came."""
        for kind in ("hub", "index", "file"):
            PartNote(self.part(kind)).forget()
            self.part(kind).unlink(missing_ok=True)
        if self.tree.exists():
            shutil.rmtree(self.tree)
        self.note.unlink(missing_ok=True)


def places_in(folder: Path) -> Sequence[Place]:
    """The orders that are under way, or were when a process ended."""
    return [Place(folder, path.stem) for path in sorted((folder / FOLDER).glob("*.note"))]


def read_origins(folder: Path) -> dict[str, Origin]:
    """What was learnt of each file that was got, by its name: the bytes that a later download of it must have."""
    try:
        kept = json.loads((folder / PINS).read_text("utf-8"))
        return {str(name): decode(Origin, origin) for name, origin in kept.items()}
    except (OSError, ValueError, AttributeError, ProtocolError, RecursionError):
        return {}


def keep_origin(folder: Path, file: str, origin: Origin | None) -> None:
    """Notes where a file came from, or forgets it when None. Raises OSError."""
    with _alone(folder / FOLDER / "origins.lock"):
        origins = read_origins(folder)
        origins.pop(file, None)
        if origin is not None:
            origins[file] = origin
        _write_origins(folder, origins)


def forget_origins(folder: Path, of: str) -> None:
    """Of all files of the model `of`, which is a folder. Raises OSError."""
    if any(name.startswith(f"{of}/") for name in read_origins(folder)):
        with _alone(folder / FOLDER / "origins.lock"):
            _write_origins(
                folder, {name: kept for name, kept in read_origins(folder).items() if not name.startswith(f"{of}/")}
            )


def _write_origins(folder: Path, origins: dict[str, Origin]) -> None:
    write_whole(folder / PINS, json.dumps({name: encode(kept) for name, kept in origins.items()}, indent=1))


@contextmanager
def _alone(path: Path) -> Generator[None]:
    """Two downloads that end together, in two processes, would each write the list without the other."""
    lock, until = LibraryLock(path), time.monotonic() + PATIENCE
    while not lock.take():
        if time.monotonic() > until:
            raise TimeoutError(f"{path} is held")
        time.sleep(AGAIN)
    try:
        yield
    finally:
        lock.release()


def write_whole(path: Path, text: str) -> None:
    """The file is the old one or the new one, whatever happens meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    with fresh.open("w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    os.replace(fresh, path)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
