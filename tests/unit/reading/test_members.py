"""Files inside files: attachments and members of archives are read below their names, and none fails the rest."""

import io
import zipfile
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from desktop.domain.documents import BlockKind, Document
from desktop.domain.errors import FileProblem
from desktop.reading import mail, mailbox, problems, zip_file
from desktop.reading.members import MemberLimits, Members
from desktop.reading.pictures import none_recognised
from desktop.reading.text_builder import TextBuilder
from tests.support.pdf import pdf_bytes
from tests.unit.reading.samples import blocks_of, docx_of, locked_pdf, paragraph, zip_of

REPORT = pdf_bytes([["The pump was replaced in March."], [], ["The invoice came to 411 euros."]])


def mail_with(*files: tuple[str, bytes], subtype: str = "octet-stream") -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = "Repairs"
    message.set_content("See what is attached.")
    for name, data in files:
        message.add_attachment(data, maintype="application", subtype=subtype, filename=name)
    return message


def headings_of(document: Document) -> list[str]:
    return [words for kind, _, words in blocks_of(document) if kind == "heading"]


def heading_over(document: Document, words: str) -> str:
    """The headings above these words, by their levels."""
    place, path = document.text.index(words), list[tuple[int, str]]()
    for block in document.blocks:
        if block.level and block.end <= place:
            above = [entry for entry in path if entry[0] < block.level]
            path = [*above, (block.level, document.text[block.start : block.end].lstrip("# "))]
    return " > ".join(words for _, words in path)


def test_an_attachment_is_read_below_its_name_and_page() -> None:
    document = mail.read(mail_with(("report.pdf", REPORT)).as_bytes())
    assert headings_of(document) == ["Repairs", "Attachment report.pdf, page 1", "Attachment report.pdf, page 3"]
    assert heading_over(document, "411 euros") == "Repairs > Attachment report.pdf, page 3"
    assert heading_over(document, "See what") == "Repairs"
    assert (document.title, document.format, document.pages, document.note) == ("Repairs", "mail", (), "")


def test_an_attachment_without_a_telling_name_is_read_by_its_declared_type() -> None:
    document = mail.read(mail_with(("report", REPORT), subtype="pdf").as_bytes())
    assert "411 euros" in document.text


def test_headings_of_a_member_stand_below_its_name() -> None:
    document = zip_file.read(
        zip_of({"notes/a.md": "# Pump\n\nReplaced.\n\n## Cost\n\nMuch.\n", "b.txt": "Plain words."})
    )
    assert heading_over(document, "Much.") == "Member notes/a.md > Pump > Cost"
    assert heading_over(document, "Plain") == "Member b.txt"
    assert [(block.kind, block.level) for block in document.blocks if block.level] == [
        (BlockKind.HEADING, 1),
        (BlockKind.HEADING, 2),
        (BlockKind.HEADING, 3),
        (BlockKind.HEADING, 1),
    ]
    assert (document.title, document.format, document.is_source) == ("", "zip", False)


def test_what_cannot_be_read_is_named_with_its_reason_and_fails_nothing() -> None:
    files = {
        "good.txt": "Good words.",
        "locked.pdf": locked_pdf(),
        "broken.docx": b"PK\3\4 broken",
        "song.mp3": b"ID3",
        "inner.zip": zip_of({"a.txt": "deep"}),
        "blank.txt": "  ",
    }
    document = zip_file.read(zip_of(files))
    assert "Good words." in document.text and "deep" not in document.text
    assert "Not read: locked.pdf (protected with a password)." in document.text
    assert "Not read: broken.docx (damaged or not what the name says)." in document.text
    assert "Not read: song.mp3, inner.zip (of a kind that Footnote doesn't read)." in document.text
    assert "blank.txt" not in document.text
    assert document.note == "4 of 6 files inside are not read; the text names them and says why."


def test_mails_in_an_archive_and_archives_in_a_mail_stay_one_level_deep() -> None:
    inner = mail_with(("deep.txt", b"Deep words.")).as_bytes()
    document = zip_file.read(zip_of({"a.eml": inner, "b.mbox": b"From a@b.org Fri\n" + inner}))
    assert document.text.count("See what is attached.") == 2
    assert document.text.count("Attachments: deep.txt") == 2 and "Deep words." not in document.text
    outer = mail.read(mail_with(("all.zip", zip_of({"a.txt": "Packed words."}))).as_bytes())
    assert "Packed words." not in outer.text and "Not read: all.zip" in outer.text


def test_a_mail_inside_a_mail_has_its_own_attachments() -> None:
    message = mail_with(("first.txt", b"First words."))
    message.add_attachment(mail_with(("second.txt", b"Second words.")))
    document = mail.read(message.as_bytes())
    assert heading_over(document, "Second words.") == "Repairs > Repairs > Attachment second.txt"
    assert heading_over(document, "First words.") == "Repairs > Attachment first.txt"


def test_pictures_among_the_words_and_signatures_are_no_files() -> None:
    message = mail_with()
    message.add_attachment(b"\x89PNG", maintype="image", subtype="png", cid="<logo>", disposition="inline")
    message.add_attachment(b"x", maintype="application", subtype="pkcs7-signature", filename="smime.p7s")
    document = mail.read(message.as_bytes())
    assert "Not read" not in document.text and document.note == ""


def test_attachments_of_a_mailbox() -> None:
    letter = mail_with(("a.txt", b"Attached words.")).as_bytes()
    document = mailbox.read(b"From a@b.org Fri\n" + letter + b"\n\nFrom a@b.org Fri\n" + letter)
    assert document.text.count("Attached words.") == 2 and document.format == "mbox"


def encrypted(data: bytes) -> bytes:
    """The same archive with every member marked as encrypted."""
    marked = bytearray(data)
    for mark, place in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = marked.find(mark)
        while at >= 0:
            marked[at + place] |= 1
            at = marked.find(mark, at + 4)
    return bytes(marked)


def lying_bomb(size: int) -> bytes:
    """A member that unpacks to `size` bytes and claims to have ten."""
    data = bytearray(zip_of({"a.txt": b"a" * size}))
    central = data.find(b"PK\x01\x02")
    data[central + 24 : central + 28] = (10).to_bytes(4, "little")
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "state", "words"),
    [
        (zip_of({}), "empty", "no text"),
        (zip_of({"folder/": b"", ".hidden/a.txt": "x", "__MACOSX/a.txt": "x"}), "empty", "no text"),
        (encrypted(zip_of({"a.txt": "words"})), "locked", "password"),
        (zip_of({"a.mp3": b"x", "b.bin": b"x"}), "unsupported", "none of the files"),
        (b"PK\3\4 broken", "failed", "damaged"),
        (zip_of({"[Content_Types].xml": "<a/>", "word/document.xml": "<a/>"}), "failed", "an Office document"),
    ],
)
def test_archives_without_anything_to_read(data: bytes, state: str, words: str) -> None:
    with pytest.raises(FileProblem) as caught:
        zip_file.read(data)
    assert caught.value.state == state and words in caught.value.title


def test_a_bomb_is_stopped_while_it_inflates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_file, "Members", lambda *given: Members(*given, MemberLimits(largest=5_000)))
    for data in (zip_of({"a.txt": b"a" * 6_000}), lying_bomb(6_000)):
        with pytest.raises(FileProblem):
            zip_file.read(data)
    assert zip_file.read(zip_of({"a.txt": b"a" * 5_000})).text.endswith("aaa")


def test_all_members_together_have_a_limit_of_bytes_files_and_time() -> None:
    clock: Iterator[float] = iter([0.0, 1.0, 2.0, 3.0, 9.0])
    builder = TextBuilder()
    members = Members(
        builder, "Member", none_recognised(), MemberLimits(files=4, bytes=10, seconds=5.0), lambda: next(clock)
    )

    def load(limit: int) -> bytes:
        if limit < 6:
            raise problems.unpacks_too_large()
        return b"words."

    for name in ("a.txt", "b.txt", "c.txt", "d.txt", "e.txt"):
        members.add(name, 1, load)
    members.name_left_out()
    text = builder.document("zip", "").text
    assert text.split("\n\n") == [
        "Member a.txt",
        "words.",
        "Not read: b.txt, c.txt (too large).",
        "Not read: d.txt (no time was left for them).",
        "Not read: e.txt (more than 4 files).",
    ]


def test_members_with_more_text_than_a_file_may_have_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(problems, "MAX_CHARACTERS", 200_000)
    document = zip_file.read(zip_of({"a.txt": "a" * 60_000, "b.txt": "b" * 60_000}))
    assert "aaa" in document.text and "bbb" not in document.text and "b.txt (too large)" in document.text


def test_names_are_shown_as_they_were_meant() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("Verträge/größe.txt", "words")
    unsaid = buffer.getvalue().replace("Verträge/größe.txt".encode(), "Verträge/größe.txt".encode())
    marked = bytearray(unsaid)
    for mark, place in ((b"PK\x01\x02", 9), (b"PK\x03\x04", 7)):
        marked[marked.find(mark) + place] &= ~0x08
    for data in (unsaid, bytes(marked)):
        assert headings_of(zip_file.read(data)) == ["Member Verträge/größe.txt"]


def test_documents_inside_keep_their_exact_text() -> None:
    source = "Name;Amount\r\nPump;411\r\nValve;12\r\n"
    document = zip_file.read(zip_of({"a.csv": source, "b.docx": docx_of(paragraph("Words of the letter."))}))
    rows = [words for kind, _, words in blocks_of(document) if kind == "table_row"]
    assert rows == ["Name;Amount", "Pump;411", "Valve;12"] and source.strip() in document.text
    assert document.text.endswith("Member b.docx\n\nWords of the letter.")
