"""Zip archives: the text of every file in them, under its name. Archives in archives stay closed; nothing is unpacked
to disk.
"""

import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace

from desktop.domain.documents import Document
from desktop.reading import problems
from desktop.reading.members import Members
from desktop.reading.pictures import PictureReader, none_recognised
from desktop.reading.text_builder import TextBuilder, one_line
from desktop.reading.zip_archive import ENCRYPTED_FLAG, inflate

KIND = "zip archive"
UTF8_FLAG = 0x800
OFFICE_PART = "[Content_Types].xml"
MAC_EXTRAS = "__MACOSX/"


def read(data: bytes, pictures: PictureReader | None = None) -> Document:
    """Raises FileProblem when it is damaged, or nothing in it can be read."""
    pictures = pictures or none_recognised()
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
        raise problems.damaged(KIND) from None
    if OFFICE_PART in archive.NameToInfo:
        raise problems.misnamed("a zip archive", "an Office document")
    builder = TextBuilder()
    members = Members(builder, "Member", pictures)
    for entry in _files(archive):
        members.add(shown_name(entry), 1, _loader(archive, entry))
    if not builder.blocks:
        raise members.problem
    members.name_left_out()
    return replace(builder.document("zip", ""), title="", note=members.note)  # the first heading is but a name


def _files(archive: zipfile.ZipFile) -> Iterator[zipfile.ZipInfo]:
    """Without folders, hidden files, and what macOS adds to its archives."""
    for entry in archive.infolist():
        hidden = any(part.startswith(".") for part in entry.filename.split("/"))
        if not entry.is_dir() and not hidden and not entry.filename.startswith(MAC_EXTRAS):
            yield entry


def _loader(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Callable[[int], bytes]:
    def load(limit: int) -> bytes:
        if entry.flag_bits & ENCRYPTED_FLAG:
            raise problems.password_needed()
        if entry.file_size > limit:
            raise problems.unpacks_too_large()
        return inflate(archive, entry, limit, KIND)

    return load


def shown_name(entry: zipfile.ZipInfo) -> str:
    """The name as it was meant: many programs write UTF-8 without saying so."""
    if not entry.flag_bits & UTF8_FLAG:
        try:
            return one_line(entry.filename.encode("cp437").decode("utf-8"))
        except UnicodeError:
            pass
    return one_line(entry.filename)
