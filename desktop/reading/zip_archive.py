"""Members of a packed file (Office documents are such), with guards against files that unpack to far too much."""

import io
import lzma
import zipfile
import zlib

from desktop.reading import problems

MAX_MEMBER = 100 * 1024 * 1024
MAX_TOTAL = 1024 * 1024 * 1024
MAX_MEMBERS = 10_000
ENCRYPTED_FLAG = 0x1
CHUNK = 1024 * 1024


class ZipArchive:
    """Raises FileProblem, naming the `kind` of file, when it is no sound archive."""

    def __init__(self, data: bytes, kind: str) -> None:
        self._kind = kind
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
            raise problems.damaged(kind) from None
        members = self._zip.infolist()
        if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_TOTAL:
            raise problems.unpacks_too_large()
        if any(member.flag_bits & ENCRYPTED_FLAG for member in members):
            raise problems.password_needed()
        self._names = {member.filename.lstrip("/").lower(): member for member in members}

    def names(self) -> list[str]:
        """Of all members, in small letters."""
        return list(self._names)

    def has(self, name: str) -> bool:
        return name.lstrip("/").lower() in self._names

    def read(self, name: str) -> bytes:
        """The member's bytes, counted while they inflate: what the directory says need not be true."""
        member = self._names.get(name.lstrip("/").lower())
        if member is None:
            raise problems.damaged(self._kind)
        return inflate(self._zip, member, MAX_MEMBER, self._kind)


def inflate(archive: zipfile.ZipFile, member: zipfile.ZipInfo, limit: int, kind: str) -> bytes:
    """The member's bytes, counted while they inflate. Raises FileProblem when they are more than `limit`."""
    chunks: list[bytes] = []
    size = 0
    try:
        with archive.open(member) as stream:
            while chunk := stream.read(CHUNK):
                size += len(chunk)
                if size > limit:
                    raise problems.unpacks_too_large()
                chunks.append(chunk)
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError, ValueError, OSError):
        raise problems.damaged(kind) from None
    return b"".join(chunks)
