"""Nothing in a document can act: real hostile files, read by the real readers and set as the reader sets them."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from desktop.domain.documents import Document
from desktop.gui.address_asking import ask_to_open, broken_up
from desktop.gui.controls import Button
from desktop.gui.reader_text import ReaderText
from desktop.gui.theme import Theme
from desktop.reading.pictures import PictureReader, Pictures
from desktop.reading.read_content import read_content
from tests.unit.reading.samples import docx_of, paragraph

GIF = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
PAGE = """<html><head><link rel=stylesheet href="{at}/a.css"><meta http-equiv=refresh content="0;url={at}/r">
<script>document.location='{at}/s'</script><style>body{{background:url({at}/b.png)}}</style></head>
<body onload="fetch('{at}/o')"><h1>Rent &lt;img src="{at}/h.png"&gt;</h1>
<p>Due in May <img src="{at}/i.png" alt="a picture"><img src="file://{file}"><img src="{gif}">
<img src="\\\\server\\share\\x.png"> <a href="javascript:alert(1)">press here</a>
<a href="file://{file}">this</a></p><iframe src="{at}/f"></iframe><object data="{at}/d"></object>
<table><tr><td>&lt;img src='{at}/t.png'&gt;</td><td>2</td></tr></table></body></html>"""
NOTE = """# Rent ![x]({at}/h.png)

![a]({at}/i.png) ![b](file://{file}) ![c]({gif}) ![d](//server/share/x.png) <img src="{at}/j.png">

[press here](javascript:alert(1)) [here](file://{file}) [there](\\\\server\\share\\x.exe) [good]({at}/good)
<script>alert(1)</script> [data](data:text/html,<script>alert(1)</script>) <{at}/auto>

| a | ![t]({at}/t.png) |
|---|---|
| 1 | [cell](vbscript:x) |
"""


class Watched(ReaderText):
    """Notes what Qt asks it to load."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.asked: list[str] = []

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        self.asked.append(str(name))
        return super().loadResource(kind, name)


@pytest.fixture
def listening() -> Iterator[tuple[str, list[str]]]:
    """(address of a server on this computer, who came)"""
    came: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def serve() -> None:
            while True:
                try:
                    visitor, _ = server.accept()
                except OSError:
                    return
                came.append("somebody")
                visitor.close()

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{port}", came
        server.shutdown(socket.SHUT_RDWR)
        thread.join(10)


def hostile_docx(at: str, file: Path) -> bytes:
    relations = (
        f'<Relationship Id="e" TargetMode="External" Target="{at}/i.png" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"/>'
        f'<Relationship Id="t" TargetMode="External" Target="{at}/t.dotm" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"/>'
    )
    field = (
        '<w:p><w:r><w:instrText>DDEAUTO c:\\\\windows\\\\cmd.exe "/c calc"</w:instrText></w:r>'
        f'<w:r><w:instrText> INCLUDEPICTURE "{at}/f.png" </w:instrText></w:r><w:r><w:t>Due in May</w:t></w:r></w:p>'
    )
    words = paragraph(f'&lt;img src="{at}/w.png"&gt; &lt;a href="javascript:x"&gt;press here&lt;/a&gt; file://{file}')
    return docx_of(field + words, {"word/_rels/document.xml.rels": relations})


def documents(at: str, file: Path) -> dict[str, bytes]:
    return {
        "page.html": PAGE.format(at=at, file=file, gif=GIF).encode(),
        "note.md": NOTE.format(at=at, file=file, gif=GIF).encode(),
        "letter.docx": hostile_docx(at, file),
        "plain.txt": PAGE.format(at=at, file=file, gif=GIF).encode(),
        "mail.eml": b"Subject: Rent\nContent-Type: text/html\n\n" + PAGE.format(at=at, file=file, gif=GIF).encode(),
    }


def shown(qtbot: QtBot, theme: Theme, document: Document) -> Watched:
    view = Watched(theme)
    qtbot.addWidget(view)
    view.resize(400, 600)
    view.show()
    view.show_slice(document.text, 0, document.blocks, document.format, 0)
    view.grab()
    QApplication.processEvents()
    return view


def hrefs(view: ReaderText) -> set[str]:
    """Where links in it lead. Fails when there is a picture."""
    found: set[str] = set()
    block = view.document().begin()
    while block.isValid():
        for part in block:
            form = part.fragment().charFormat()
            assert not form.isImageFormat()
            if form.isAnchor():
                found.add(form.anchorHref())
        block = block.next()
    return found


@pytest.mark.parametrize("name", ["page.html", "note.md", "letter.docx", "plain.txt", "mail.eml"])
def test_nothing_is_loaded_and_no_link_leads_astray(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, listening: tuple[str, list[str]], name: str
) -> None:
    at, came = listening
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"secret")
    document = read_content(name, documents(at, secret)[name], PictureReader(Pictures()))
    assert "May" in document.text or name == "note.md"
    view = shown(qtbot, Theme(qapp), document)
    assert view.toPlainText().strip()
    assert view.asked == [] and came == []
    assert all(address.startswith(at) for address in hrefs(view)), hrefs(view)
    if name == "note.md":
        assert f"{at}/good" in hrefs(view)
        assert "[press here](javascript:alert(1))" in view.toPlainText(), "what is no link is shown as it is written"


class Opened(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    @Slot(QUrl)
    def take(self, url: QUrl) -> None:
        self.addresses.append(url.toString())


@pytest.fixture
def opened() -> Iterator[list[str]]:
    handler = Opened()
    for scheme in ("https", "javascript", "file"):
        QDesktopServices.setUrlHandler(scheme, handler, "take")
    yield handler.addresses
    for scheme in ("https", "javascript", "file"):
        QDesktopServices.unsetUrlHandler(scheme)


def test_an_address_is_opened_after_asking_and_shown_whole(qtbot: QtBot, opened: list[str]) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.show()
    address = "https://exаmple.com/" + "a" * 300 + "?end"  # a Cyrillic letter
    dialog = ask_to_open(parent, address)
    assert dialog is not None and opened == []
    told = "".join(label.text() for label in dialog.findChildren(QLabel)).replace("\u200b", "")
    assert "xn--" in told and told.endswith("?end")
    buttons = {button.text(): button for button in dialog.findChildren(Button)}
    buttons["Cancel"].click()
    assert opened == []
    again = ask_to_open(parent, address)
    assert again is not None
    next(button for button in again.findChildren(Button) if button.text() == "Open").click()
    assert len(opened) == 1


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "file:///etc/passwd", "\\\\server\\x", "data:text/html,x", ""]
)
def test_other_addresses_are_never_opened(qtbot: QtBot, opened: list[str], address: str) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    assert ask_to_open(parent, address) is None
    assert opened == []


def test_a_click_on_a_link_only_asks(qtbot: QtBot, qapp: QApplication, opened: list[str]) -> None:
    document = read_content("a.md", b"# Note\n\nSee [our page](https://example.com/x).", PictureReader(Pictures()))
    view = shown(qtbot, Theme(qapp), document)
    with qtbot.waitSignal(view.address_clicked) as clicked:
        view.anchorClicked.emit(QUrl("https://example.com/x"))
    assert clicked.args == ["https://example.com/x"] and opened == []
    assert view.toPlainText() == "Note\nSee our page."


def test_addresses_are_broken_up() -> None:
    assert broken_up("https://example.com/abcdef").count("\u200b") == 3
