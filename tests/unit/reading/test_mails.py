"""Mails, mailboxes and saved pages: who wrote what to whom, whatever is wrong with the mail."""

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.errors import FileProblem
from desktop.reading import mail, mailbox, saved_page
from tests.unit.reading.samples import blocks_of

PLAIN = b"From: Ann <ann@a.org>\r\nTo: bob@b.org\r\nDate: Fri, 31 May 2024 09:30:00 +0200\r\nSubject: Rent\r\n\r\n"


def test_a_plain_mail() -> None:
    document = mail.read(PLAIN + b"The rent\r\nis late.\r\n\r\nAnn\r\n")
    assert blocks_of(document) == [
        ("heading", 1, "Rent"),
        ("paragraph", 0, "From: Ann <ann@a.org>\nTo: bob@b.org\nDate: 2024-05-31 09:30+02:00"),
        ("paragraph", 0, "The rent\nis late."),
        ("paragraph", 0, "Ann"),
    ]
    assert (document.title, document.format, document.is_source) == ("Rent", "mail", False)


def test_plain_text_before_html_and_what_is_attached() -> None:
    message = EmailMessage()
    message["Subject"] = "Größe – 契約"
    message.set_content("Plain wörds.")
    message.add_alternative("<p>HTML words.</p>", subtype="html")
    message.add_attachment(b"\0", maintype="application", subtype="pdf", filename="Verträge.pdf")
    document = mail.read_alone(message.as_bytes())
    assert document.text == "Größe – 契約\n\nPlain wörds.\n\nAttachments: Verträge.pdf"


def test_html_alone_and_a_mail_inside() -> None:
    inner = EmailMessage()
    inner["Subject"] = "Inner"
    inner.set_content("<h1>Big</h1><p>words</p>", subtype="html")
    message = EmailMessage()
    message["Subject"] = "Outer"
    message.set_content("See below.")
    message.add_attachment(inner)
    assert blocks_of(mail.read(message.as_bytes())) == [
        ("heading", 1, "Outer"),
        ("paragraph", 0, "See below."),
        ("heading", 2, "Inner"),
        ("heading", 3, "Big"),
        ("paragraph", 0, "words"),
    ]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"Subject: =?utf-8?b?####?=\n\nbody", "body"),
        (b"Subject: =?no-such?q?Die_Miete_f=FCr_Mai_ist_da?=\n\nbody", "für Mai"),
        (b"Date: never\n\nbody", "Date: never"),
        (b"Content-Type: text/plain; charset=no-such\n\nDie Miete f\xfcr Mai ist da.", "für Mai"),
        (b"Content-Type: multipart/mixed; boundary=x\n\n--x\n\nunclosed", "unclosed"),
        (b"Content-Type: multipart/mixed\n\nno boundary", "no boundary"),
        (b"Content-Transfer-Encoding: base64\n\n!!!", ""),
        (b"no header at all", "no header at all"),
        ("Subject: wide\n\nbody".encode("utf-16"), "body"),
        (b"123\nSubject: Apple\n\nbody", "Apple"),
    ],
)
def test_malformed_mails(data: bytes, words: str) -> None:
    assert words in mail.read(data).text


@given(st.binary(max_size=200), st.sampled_from([b"Content-Type: ", b"Subject: =?", b"Date: ", b"", b"From: <"]))
def test_any_bytes_end_in_a_document_or_a_problem(data: bytes, start: bytes) -> None:
    try:
        mail.read(start + data)
    except FileProblem as problem:
        assert problem.title


def test_a_mailbox() -> None:
    box = (
        b"From ann@a.org Fri May 31 09:30:00 2024\n"
        + PLAIN
        + b"One.\n\n>From here on.\n\nFrom b Fri\nSubject: B\n\nTwo.\n"
    )
    document = mailbox.read(box)
    assert [words for kind, _, words in blocks_of(document) if kind == "heading"] == ["Rent", "B"]
    assert "\n\nFrom here on." in document.text and document.text.endswith("Two.")
    assert (document.title, document.format) == ("", "mbox")


def test_a_saved_page() -> None:
    message = EmailMessage()
    message.set_content("<title>The lease</title><p>Käufer</p>", subtype="html", charset="iso-8859-1")
    message.make_related()
    message.add_related(b"\x89PNG", maintype="image", subtype="png")
    document = saved_page.read(message.as_bytes())
    assert (document.text, document.title, document.format) == ("Käufer", "The lease", "mhtml")
    with pytest.raises(FileProblem, match="no page"):
        saved_page.read(PLAIN)
