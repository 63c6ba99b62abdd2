"""Rich text as Outlook keeps it in its mails, packed in a way of its own ([MS-OXRTFCP]), becomes rich text again."""

import struct

from desktop.reading import problems

PACKED, PLAIN = b"LZFu", b"MELA"
WINDOW = 4096
# what both sides have seen before the first byte
DICTIONARY = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans Serif"
    rb"SymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0" + b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)


def unpacked(data: bytes) -> bytes:
    """Empty when it is no packed rich text. Raises FileProblem when it unpacks to too much."""
    if len(data) < 16:
        return b""
    size = struct.unpack_from("<I", data, 4)[0]
    if size > problems.MAX_CHARACTERS:
        raise problems.too_much_text()
    kind = data[8:12]
    if kind == PLAIN:
        return data[16 : 16 + size]
    return bytes(_unpacked(data, size)) if kind == PACKED else b""


def _unpacked(data: bytes, size: int) -> bytearray:
    """After a byte of eight marks come eight things: a letter as it is, or where in the window some stand already."""
    window = bytearray(DICTIONARY.ljust(WINDOW, b"\0"))
    at, written = 16, len(DICTIONARY)
    found = bytearray()
    while at < len(data) and len(found) < size:
        marks = data[at]
        at += 1
        for bit in range(8):
            if marks >> bit & 1:
                place, length = _reference(data, at)
                at += 2
                if place == written % WINDOW:
                    return found  # the end, by agreement
            else:
                window[written % WINDOW] = data[at] if at < len(data) else 0
                place, length = written, 1
                at += 1
            for step in range(length):
                letter = window[(place + step) % WINDOW]
                window[written % WINDOW] = letter
                found.append(letter)
                written += 1
    return found[:size]


def _reference(data: bytes, at: int) -> tuple[int, int]:
    value = int.from_bytes(data[at : at + 2], "big")
    return value >> 4, (value & 15) + 2
