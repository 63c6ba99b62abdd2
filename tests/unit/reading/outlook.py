"""Writes compound files and Outlook mails for the tests, small ones of one sector of the table each."""

import struct
from collections.abc import Mapping

SECTOR, MINI = 512, 64
END, FREE, NONE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFF
Tree = Mapping[str, "bytes | Tree"]


def compound_file(tree: Tree) -> bytes:
    """Streams and folders by name. Streams under 4096 bytes go where such files keep small ones."""
    entries: list[list[object]] = [["Root Entry", 5, NONE, NONE, END, 0]]  # name, kind, right, child, start, size
    sectors: list[bytes] = []
    table: list[int] = []
    small, small_table = bytearray(), list[int]()

    def stored(data: bytes) -> int:
        start = len(sectors)
        pieces = [data[at : at + SECTOR].ljust(SECTOR, b"\0") for at in range(0, len(data), SECTOR)]
        sectors.extend(pieces)
        table.extend([*range(start + 1, start + len(pieces)), END] if pieces else [])
        return start if pieces else END

    def stored_small(data: bytes) -> int:
        start = len(small_table)
        count = -(-len(data) // MINI)
        small.extend(data.ljust(count * MINI, b"\0"))
        small_table.extend([*range(start + 1, start + count), END] if count else [])
        return start if count else END

    def add(inside: Tree) -> int:
        first = NONE
        for name, content in reversed(list(inside.items())):
            number = len(entries)
            entries.append([name, 1, first, NONE, 0, 0])
            if isinstance(content, bytes):
                start = stored(content) if len(content) >= 4096 else stored_small(content)
                entries[number][1:] = [2, first, NONE, start, len(content)]
            else:
                entries[number][3] = add(content)
            first = number
        return first

    entries[0][3] = add(tree)
    entries[0][4:] = [stored(bytes(small)), len(small)]
    mini_table = stored(b"".join(struct.pack("<I", number) for number in small_table))
    directory = stored(b"".join(_entry(*entry) for entry in entries))  # pyright: ignore[reportArgumentType] # a row
    assert len(table) < SECTOR // 4
    table_at = stored(b"")
    table_at, table = len(sectors), [*table, 0xFFFFFFFD]
    sectors.append(struct.pack(f"<{len(table)}I", *table).ljust(SECTOR, b"\xff"))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 62, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, directory, 0, 4096, mini_table, 1, END, 0)
    return header + struct.pack("<I", table_at).ljust(436, b"\xff") + b"".join(sectors)


def _entry(name: str, kind: int, right: int, child: int, start: int, size: int) -> bytes:
    wide = name.encode("utf-16-le")
    head = wide.ljust(64, b"\0") + struct.pack("<HBBIII", len(wide) + 2, kind, 1, NONE, right, child)
    return head + bytes(36) + struct.pack("<IQ", start, size)


def outlook_mail(
    texts: Mapping[str, str | bytes], sent: int = 0, folders: Tree | None = None, inner: bool = False
) -> Tree:
    """`texts` by property, such as {"0037": "the subject"}; bytes for those that are no text. `sent` as FILETIME."""
    head = bytes(24 if inner else 32)
    properties = struct.pack("<HHIQ", 0x40, 0x39, 6, sent) if sent else b""
    streams = {
        f"__substg1.0_{number}{'001F' if isinstance(value, str) else '0102'}": (
            value.encode("utf-16-le") if isinstance(value, str) else value
        )
        for number, value in texts.items()
    }
    return {"__properties_version1.0": head + properties, **streams, **(folders or {})}
