"""Saving a conversation as Markdown, HTML or PDF: asks where to, has the engine write it, sets the PDF from its HTML.

Pages of the PDF are drawn one at a time, so that the window stays alive.
"""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QMarginsF, QObject, QRectF, QSizeF, Qt, QTimer, QUrl
from PySide6.QtGui import QPageSize, QPainter, QPdfWriter, QTextDocument
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.gui.engine_client import EngineClient
from desktop.gui.messages import Messages
from desktop.gui.translation import tr
from desktop.protocol import engine_messages as messages

MARGIN = 18  # millimetres
DOTS = 300  # an inch
TITLE_LENGTH = 60


class InertDocument(QTextDocument):
    """Loads nothing, whatever is named in it."""

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        return None


class ConversationExport(QObject):
    def __init__(self, client: EngineClient, said: Messages) -> None:
        super().__init__()
        self._client, self._said = client, said
        self._pages: Iterator[None] | None = None
        self._path = ""
        self._draw_later = QTimer(self, interval=0)
        self._draw_later.timeout.connect(self._draw_page)

    def offer(self, parent: QWidget, conversation_id: int, title: str) -> QFileDialog:
        dialog = QFileDialog(parent, tr("Export the conversation"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        filters = {"md": tr("Markdown (*.md)"), "html": tr("Web page (*.html)"), "pdf": tr("PDF (*.pdf)")}
        dialog.setNameFilters(list(filters.values()))
        dialog.setDefaultSuffix("md")
        suffixes = {text: suffix for suffix, text in filters.items()}
        dialog.filterSelected.connect(lambda text: dialog.setDefaultSuffix(suffixes.get(text, "md")))
        dialog.selectFile(file_title(title))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self.write(conversation_id, path))
        dialog.open()
        return dialog

    def write(self, conversation_id: int, path: str) -> None:
        """To a file whose ending says the form; one without a known ending is Markdown."""
        ending = Path(path).suffix.lower()
        if ending == ".pdf":
            self._write_pdf(conversation_id, path)
            return
        form = "html" if ending in (".html", ".htm") else "markdown"
        self._ask(conversation_id, form, path, lambda: self._done(path))

    def _ask(self, conversation_id: int, form: str, path: str, then: object) -> None:
        request = messages.ExportConversation(conversation_id, form, path)
        self._client.call(
            messages.EXPORT_CONVERSATION,
            request,
            lambda _: then(),  # pyright: ignore[reportCallIssue]  # what is given here can be called
            lambda error: self._said.say(error.title, error.hint),
        )

    def _done(self, path: str) -> None:
        self._said.say(tr("The conversation was saved as “{name}”.", name=Path(path).name))

    def _write_pdf(self, conversation_id: int, path: str) -> None:
        folder = Path(tempfile.mkdtemp(prefix="footnote-export-"))
        page = folder / "conversation.html"
        self._ask(conversation_id, "html", str(page), lambda: self._print(folder, page, path))

    def _print(self, folder: Path, page: Path, path: str) -> None:
        html = page.read_text(encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        self._path = path
        self._pages = printed_pages(html, path)
        self._draw_later.start()

    def _draw_page(self) -> None:
        try:
            next(self._pages or iter(()))
        except StopIteration:
            self._draw_later.stop()
            self._pages = None
            self._done(self._path)
        except OSError as error:
            self._draw_later.stop()
            self._pages = None
            self._said.say(tr("The file could not be written."), str(error.strerror))


def printed_pages(html: str, path: str) -> Iterator[None]:
    """Draws one page of the PDF a step. Raises OSError where it can't be written."""
    writer = QPdfWriter(path)
    writer.setResolution(DOTS)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(QMarginsF(MARGIN, MARGIN, MARGIN, MARGIN))
    writer.setCreator("Footnote")
    document = InertDocument()
    document.documentLayout().setPaintDevice(writer)
    document.setHtml(html)
    room = QRectF(writer.pageLayout().paintRectPixels(DOTS))
    document.setPageSize(QSizeF(room.width(), room.height()))
    painter = QPainter()
    if not painter.begin(writer):
        raise OSError(0, tr("Choose another place for it."))
    try:
        for number in range(document.pageCount()):
            if number:
                writer.newPage()
            painter.save()
            painter.translate(0, -number * room.height())
            document.drawContents(painter, QRectF(0, number * room.height(), room.width(), room.height()))
            painter.restore()
            yield
    finally:
        painter.end()


def file_title(title: str) -> str:
    """A title as the name of a file, without what file systems or shells take for something else."""
    plain = "".join(c if c.isalnum() or c in " -_.,()" else " " for c in title)
    return " ".join(plain.split())[:TITLE_LENGTH].strip(". ") or "conversation"
