"""A forward-only cursor over the head of a file. Reads in slices, never maps: a file that shrinks under us must give
an error, where a mapping would end the process.
"""

import struct
from typing import BinaryIO

from desktop.domain.errors import UserError

SLICE = 1 << 20
# the largest known vocabularies make headers of about 20 MB
LONGEST_HEAD = 256 << 20

_U32 = struct.Struct("<I")
_U64 = struct.Struct("<Q")


class BadGguf(UserError):
    """The file is not a GGUF file that can be used; `hint` is the reason."""

    def __init__(self, reason: str) -> None:
        super().__init__("This file can't be used.", reason)


class Cursor:
    """Little-endian values from `stream`, in order. Raises BadGguf at the end of the file or of our patience."""

    def __init__(self, stream: BinaryIO, size: int) -> None:
        self._stream = stream
        self._size = size
        self._data = bytearray()
        self._at = 0

    @property
    def position(self) -> int:
        return self._at

    @property
    def rest(self) -> int:
        """Bytes of the file that lie ahead."""
        return self._size - self._at

    def take(self, count: int) -> bytes:
        start = self._at
        self._reach(start + count)
        self._at = start + count
        return bytes(self._data[start : self._at])

    def u32(self) -> int:
        return int(_U32.unpack(self.take(4))[0])

    def u64(self) -> int:
        return int(_U64.unpack(self.take(8))[0])

    def text(self, longest: int) -> bytes:
        """A string: its length in 8 bytes, then its bytes."""
        length = self.u64()
        if length > longest:
            raise BadGguf(f"It holds a text of {length} bytes where at most {longest} are allowed.")
        return self.take(length)

    def skip(self, count: int) -> None:
        self._reach(self._at + count)
        self._at += count

    def skip_texts(self, count: int) -> None:
        """Vocabularies hold some 300,000 texts: one tight loop keeps a header under 0.1 s."""
        data, at, filled, length_of = self._data, self._at, len(self._data), _U64.unpack_from
        for _ in range(count):
            if at + 8 > filled:
                self._reach(at + 8)
                filled = len(data)
            at += 8 + length_of(data, at)[0]
            if at > filled:
                self._reach(at)
                filled = len(data)
        self._at = at

    def _reach(self, end: int) -> None:
        """Has bytes up to `end` in memory."""
        if end <= len(self._data):
            return
        if end > self._size:
            raise BadGguf("The file is cut off: it claims to be longer than it is.")
        if end > LONGEST_HEAD:
            raise BadGguf("Its description is too long.")
        while len(self._data) < end:
            piece = self._stream.read(max(SLICE, end - len(self._data)))
            if not piece:
                raise BadGguf("The file is cut off: it became shorter while it was read.")
            self._data += piece
