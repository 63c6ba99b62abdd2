"""Writes a picture as PNG. Standard library only; reads none."""

import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"
DEPTH, RGB = 8, 2
SPEED = 1


def png_of(width: int, height: int, pixels: bytes) -> bytes:
    """`pixels`: rows of RGB bytes without padding."""
    row = width * 3
    rows = b"".join(b"\0" + pixels[start : start + row] for start in range(0, row * height, row))
    header = struct.pack(">IIBBBBB", width, height, DEPTH, RGB, 0, 0, 0)
    return SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows, SPEED)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
