"""Compound files (the container of Outlook mails and old Office documents): their streams by path.

A reader of our own after Microsoft's [MS-CFB]; no chain of sectors is followed further than the file is long.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from desktop.reading import problems

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
HEADER = 512
END, FREE = 0xFFFFFFFE, 0xFFFFFFFF
NONE = 0xFFFFFFFF
ENTRY = 128
STORAGE, STREAM, ROOT = 1, 2, 5
MAX_ENTRIES = 100_000


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    kind: int
    left: int
    right: int
    child: int
    start: int
    size: int


class CompoundFile:
    """Raises FileProblem, naming the `kind` of file, when it is damaged."""

    def __init__(self, data: bytes, kind: str) -> None:
        self._data, self._kind = data, kind
        try:
            self._open()
        except (struct.error, IndexError, OverflowError):
            raise problems.damaged(kind) from None

    def _open(self) -> None:
        if not self._data.startswith(MAGIC) or len(self._data) < HEADER:
            raise problems.damaged(self._kind)
        shift, mini_shift = struct.unpack_from("<HH", self._data, 30)
        if shift not in (9, 12) or mini_shift != 6:
            raise problems.damaged(self._kind)
        self._sector = 1 << shift
        directory, self._cutoff, mini_table = (struct.unpack_from("<I", self._data, at)[0] for at in (48, 56, 60))
        self._table = self._numbers(b"".join(self._piece(number) for number in self._table_sectors()))
        self._entries = self._read_entries(self._chained(directory))
        self._mini_table = self._numbers(self._chained(mini_table))
        root = self._entries[0]
        self._mini_stream = self._chained(root.start)[: root.size]
        self._paths = dict(self._walk())

    def paths(self) -> list[str]:
        """Of all streams, such as `folder/name`."""
        return list(self._paths)

    def has(self, path: str) -> bool:
        return path in self._paths

    def read(self, path: str) -> bytes:
        """The stream's bytes; empty when there is none."""
        entry = self._paths.get(path)
        if entry is None:
            return b""
        if entry.size < self._cutoff:
            return self._mini_chained(entry.start)[: entry.size]
        return self._chained(entry.start)[: entry.size]

    def _piece(self, sector: int) -> bytes:
        start = (sector + 1) * self._sector
        return self._data[start : start + self._sector]

    def _numbers(self, data: bytes) -> Sequence[int]:
        return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])

    def _table_sectors(self) -> list[int]:
        """Where the table of sectors stands: 109 of its own sectors are named in the header, the rest in a chain."""
        most = len(self._data) // self._sector + 1
        sectors = list(struct.unpack_from("<109I", self._data, 76))
        following = struct.unpack_from("<I", self._data, 68)[0]
        while following < END and len(sectors) <= most + 109:
            *named, following = self._numbers(self._piece(following).ljust(self._sector, b"\xff"))
            sectors += named
        return [number for number in sectors if number < most]

    def _chained(self, start: int) -> bytes:
        return b"".join(self._piece(number) for number in _chain(start, self._table))

    def _mini_chained(self, start: int) -> bytes:
        pieces = (self._mini_stream[number * 64 : number * 64 + 64] for number in _chain(start, self._mini_table))
        return b"".join(pieces)

    def _read_entries(self, directory: bytes) -> list[_Entry]:
        entries: list[_Entry] = []
        for at in range(0, min(len(directory), MAX_ENTRIES * ENTRY) - ENTRY + 1, ENTRY):
            length, kind = struct.unpack_from("<HB", directory, at + 64)
            name = directory[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
            left, right, child = struct.unpack_from("<III", directory, at + 68)
            start, size = struct.unpack_from("<II", directory, at + 116)
            entries.append(_Entry(name, kind, left, right, child, start, size))
        return entries

    def _walk(self) -> Iterator[tuple[str, _Entry]]:
        """Streams with their paths; each entry once, whatever points at it."""
        seen = {0}
        waiting = [(self._entries[0].child, "")]
        while waiting:
            number, folder = waiting.pop()
            if number == NONE or number in seen or number >= len(self._entries):
                continue
            seen.add(number)
            entry = self._entries[number]
            waiting += [(entry.left, folder), (entry.right, folder)]
            if entry.kind == STREAM:
                yield folder + entry.name, entry
            elif entry.kind == STORAGE:
                waiting.append((entry.child, f"{folder}{entry.name}/"))


def _chain(start: int, table: Sequence[int]) -> Iterator[int]:
    """Numbers from `start` on; a chain that goes in a circle ends after as many steps as there are sectors."""
    number = start
    for _ in range(len(table)):
        if number >= len(table):
            return
        yield number
        number = table[number]
