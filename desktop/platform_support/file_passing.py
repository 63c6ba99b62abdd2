"""Hands open files from a process to a child of its own, so that the child needs no path to them. Linux.

Each file travels with a word, and is taken by that word: one that nobody took is never mistaken for the next.
"""

import os
import socket
import struct

_LONGEST_WORD = 8192
# numbers, made once: joining these flags takes longer than the call
_GIVE = int(getattr(socket, "MSG_DONTWAIT", 0)) | int(getattr(socket, "MSG_NOSIGNAL", 0))
_TAKE = int(getattr(socket, "MSG_DONTWAIT", 0)) | int(getattr(socket, "MSG_CMSG_CLOEXEC", 0))
_ONE_FILE = struct.Struct("i")


class FileGiver:
    """The parent's end. `child_end` is the descriptor to start the child with; close it here once it has started."""

    def __init__(self) -> None:
        # messages, not a stream: a word and its file arrive together or not at all
        self._socket, child = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._child: socket.socket | None = child

    @property
    def child_end(self) -> int:
        assert self._child is not None
        return self._child.fileno()

    def close_child_end(self) -> None:
        if self._child is not None:
            self._child.close()
            self._child = None

    def give(self, word: str, descriptor: int) -> None:
        """The descriptor stays the caller's to close. Raises OSError when the child is gone or takes nothing."""
        rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, _ONE_FILE.pack(descriptor))
        self._socket.sendmsg((os.fsencode(word),), (rights,), _GIVE)

    def close(self) -> None:
        self.close_child_end()
        self._socket.close()


class FileTaker:
    """The child's end, by its descriptor. Never waits: a file is given before it is spoken of."""

    def __init__(self, descriptor: int) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET, 0, descriptor)
        self._room = socket.CMSG_LEN(_ONE_FILE.size)

    def take(self, word: str) -> int:
        """The descriptor, the caller's to close. Raises FileNotFoundError when no file was given with this word."""
        wanted = os.fsencode(word)
        while True:
            found, descriptors = self._receive()
            if found == wanted and len(descriptors) == 1:
                return descriptors[0]
            for descriptor in descriptors:
                os.close(descriptor)
            if not found:  # none was given, or the parent is gone
                raise FileNotFoundError("no file was given")

    def _receive(self) -> tuple[bytes, list[int]]:
        # not `socket.recv_fds`: it takes flags and drops them (Python 3.11)
        try:
            word, ancillary, _, _ = self._socket.recvmsg(_LONGEST_WORD, self._room, _TAKE)
        except BlockingIOError:
            return b"", []
        return word, [
            number
            for level, kind, data in ancillary
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS
            for (number,) in _ONE_FILE.iter_unpack(data)
        ]

    def close(self) -> None:
        self._socket.close()
