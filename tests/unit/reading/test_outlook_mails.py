"""Outlook mails: their words, senders and attachments, and compound files that are broken on purpose."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.errors import FileProblem
from desktop.reading import outlook_mail
from desktop.reading.compound_file import CompoundFile
from desktop.reading.compressed_rtf import unpacked
from tests.unit.reading.outlook import compound_file
from tests.unit.reading.outlook import outlook_mail as mail_of
from tests.unit.reading.samples import blocks_of

NOON = 133_616_304_000_000_000  # 2024-05-31 12:00 UTC, in steps of 100 nanoseconds since 1601
PLAIN = {"0037": "Rent", "0C1A": "Ann", "5D01": "ann@a.org", "0E04": "Bob", "1000": "The rent\r\nis late.\r\n\r\nAnn"}
# a known answer of the format's specification
PACKED = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
)
UNPACKED = b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"


def attached(name: str, data: bytes) -> dict[str, bytes]:
    return {
        "__properties_version1.0": bytes(8),
        "__substg1.0_3707001F": name.encode("utf-16-le"),
        "__substg1.0_37010102": data,
    }


def test_a_mail() -> None:
    document = outlook_mail.read(compound_file(mail_of(PLAIN, NOON)))
    assert blocks_of(document) == [
        ("heading", 1, "Rent"),
        ("paragraph", 0, "From: Ann <ann@a.org>\nTo: Bob\nDate: 2024-05-31 12:00+00:00"),
        ("paragraph", 0, "The rent\nis late."),
        ("paragraph", 0, "Ann"),
    ]
    assert (document.title, document.format, document.pages) == ("Rent", "msg", ())


def test_large_streams_and_attachments() -> None:
    large = ("Words of the attached file. " * 400).encode()
    folders = {"__attach_version1.0_#00000000": attached("a.txt", large)}
    folders["__attach_version1.0_#00000001"] = attached("b.mp3", b"ID3")
    data = compound_file(mail_of(PLAIN, folders=folders))
    document = outlook_mail.read(data)
    assert "Attachments: a.txt, b.mp3\n\nAttachment a.txt\n\nWords of" in document.text
    assert document.text.count("attached file") == 400
    assert document.text.endswith("Not read: b.mp3 (of a kind that Footnote doesn't read).") and document.note
    assert "attached file" not in outlook_mail.read_alone(data).text


def test_a_mail_inside_a_mail() -> None:
    inner = mail_of({"0037": "Inner", "1000": "Deep."}, inner=True)
    folder = {"__properties_version1.0": bytes(8), "__substg1.0_3701000D": inner}
    document = outlook_mail.read(compound_file(mail_of(PLAIN, folders={"__attach_version1.0_#00000000": folder})))
    assert [(level, words) for kind, level, words in blocks_of(document) if kind == "heading"] == [
        (1, "Rent"),
        (2, "Inner"),
    ]
    assert document.text.endswith("Inner\n\nDeep.")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"1013": b"<p>Words of <b>HTML</b></p>"}, "Words of HTML"),
        ({"1013": "<p>Words of HTML</p>"}, "Words of HTML"),
        ({"1009": PACKED}, "hello world"),
        ({"1009": b"\0" * 40}, ""),
    ],
)
def test_bodies_of_other_kinds(body: dict[str, str | bytes], words: str) -> None:
    assert outlook_mail.read(compound_file(mail_of({"0037": "S", **body}))).text == f"S\n\n{words}".strip()


def test_eight_bit_words_in_the_mails_own_encoding() -> None:
    tree = dict(mail_of({}))
    tree["__properties_version1.0"] = bytes(32) + struct.pack("<HHIQ", 3, 0x3FFD, 6, 1251)
    tree["__substg1.0_0037001E"] = "Договор".encode("cp1251")
    assert outlook_mail.read(compound_file(tree)).text == "Договор"


def test_packed_rich_text() -> None:
    assert unpacked(PACKED) == UNPACKED
    assert unpacked(struct.pack("<II4sI", 0, 5, b"MELA", 0) + b"words and more") == b"words"
    assert unpacked(b"short") == b""
    with pytest.raises(FileProblem):
        unpacked(struct.pack("<II4sI", 0, 2**31, b"LZFu", 0))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"From: ann", "something else"),
        (compound_file({"WordDocument": b"x"}), "old Office document"),
        (compound_file(mail_of(PLAIN))[:700], "damaged"),
        (compound_file(mail_of(PLAIN))[:100], "damaged"),
    ],
)
def test_what_is_no_mail(data: bytes, words: str) -> None:
    with pytest.raises(FileProblem, match=words):
        outlook_mail.read(data)


def test_chains_that_go_in_a_circle_come_to_an_end() -> None:
    data = bytearray(compound_file({"a": b"x" * 5000, "b": b"y" * 100}))
    table = 512 * (1 + struct.unpack_from("<I", data, 76)[0])
    struct.pack_into("<I", data, table + 4, 0)  # sector 1 leads back to sector 0
    assert CompoundFile(bytes(data), "file").read("a").startswith(b"xxx")


@given(st.lists(st.tuples(st.integers(8, 4000), st.integers(0, 255)), max_size=40))
def test_any_damage_ends_in_a_document_or_a_problem(changes: list[tuple[int, int]]) -> None:
    data = bytearray(compound_file(mail_of(PLAIN, NOON, {"__attach_version1.0_#0": attached("a.txt", b"x" * 4200)})))
    for place, value in changes:
        data[place % len(data)] = value
    try:
        outlook_mail.read(bytes(data))
    except FileProblem as problem:
        assert problem.title
