"""The pane on the right: a source file opened on the words that a footnote rests on. The engine reads the file."""

from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QStackedWidget, QWidget

from desktop.domain.answers import Answer, FoundPassage
from desktop.domain.documents import Block
from desktop.domain.errors import FootnoteError
from desktop.gui.controls import Button, ElidedLabel, IconButton, column, empty, label, look_again, row, rule
from desktop.gui.parts import Parts
from desktop.gui.reader_code import ReaderCode
from desktop.gui.reader_page import ReaderPage
from desktop.gui.reader_source import ReaderSource
from desktop.gui.reader_text import ReaderText
from desktop.gui.source_place import SourcePlace, cited_from, of_file, of_footnote, of_passage, step_footnote
from desktop.gui.theme import READER_NARROWEST, READER_WIDTH, grid
from desktop.gui.translation import tr
from desktop.gui.wording import file_name, place_text


class ReaderPane(QWidget):
    """Signals: `closed()`, `words_shown()` when the source is on screen."""

    closed = Signal()
    words_shown = Signal()

    def __init__(self, parts: Parts) -> None:
        super().__init__()
        self.setObjectName("reader")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(READER_NARROWEST)
        self._parts = parts
        self.place: SourcePlace | None = None
        self.text = ReaderText(parts.theme)
        self.code = ReaderCode(parts.theme)
        self.page = ReaderPage(parts.theme)
        self.wait = label("", "muted", wrap=True)
        self.wait.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.wait.setMargin(self.fontMetrics().height())
        self._views = QStackedWidget()
        for view in (self.wait, self.text, self.code, self.page):
            self._views.addWidget(view)
        self._build_header(parts)
        self._build_page_line(parts)
        self._build_footer()
        self._set_out()
        self.source = ReaderSource(parts.client, self.page, self)
        self._connect()

    def wanted_width(self) -> int:
        return self._parts.memory.get("reader_width") or READER_WIDTH

    def show_footnote(self, answer: Answer, n: int) -> None:
        place = of_footnote(answer, n)
        if place is not None:
            self._open(place)

    def show_passage(self, passage: FoundPassage) -> None:
        self._open(of_passage(passage))

    def show_file(self, file_id: int, path: str) -> None:
        self._open(of_file(file_id, path))

    def step(self, step: int) -> None:
        """To the footnote before or after this one in the same answer."""
        place = self.place
        if place is not None and place.answer is not None:
            n = step_footnote(place.answer, place.n, step)
            if n:
                self.show_footnote(place.answer, n)

    def close_pane(self) -> None:
        self.source.forget()
        self.hide()
        self.closed.emit()

    def marked_words(self) -> str:
        """The marked words of a text on screen; a page marks boxes instead."""
        view = self._views.currentWidget()
        return view.marked_words() if isinstance(view, (ReaderText, ReaderCode)) else ""

    def _build_header(self, parts: Parts) -> None:
        theme = parts.theme
        self._name = ElidedLabel("", "strong")
        self._where = label("", "muted")
        self.previous = IconButton(theme, "previous", tr("Footnote before"), lambda: self.step(-1), "Alt+Left")
        self.next = IconButton(theme, "next", tr("Next footnote"), lambda: self.step(1), "Alt+Right")
        self.close_button = IconButton(theme, "close", tr("Close the reader"), self.close_pane, "Esc")

    def _build_page_line(self, parts: Parts) -> None:
        theme = parts.theme
        self._page_number = label("", "muted")
        self.page_before = IconButton(theme, "previous", tr("Page before"), lambda: self.source.turn(-1))
        self.page_after = IconButton(theme, "next", tr("Next page"), lambda: self.source.turn(1))
        smaller = IconButton(theme, "zoom-out", tr("Smaller"), lambda: self.page.zoom(-1))
        larger = IconButton(theme, "zoom-in", tr("Larger"), lambda: self.page.zoom(1))
        self.as_text = Button(tr("As text"), lambda: self.source.show_as_text(), look="plain")
        line = row(1, (2, 0, 2, 0))
        for part in (self.page_before, self._page_number, self.page_after):
            line.addWidget(part)
        line.addStretch(1)
        for part in (smaller, larger, self.as_text):
            line.addWidget(part)
        self._page_line = QWidget()
        self._page_line.setLayout(line)

    def _build_footer(self) -> None:
        self._cited = row(0)
        self._unchanged = label("", "muted", wrap=True)
        self.open_in_app = Button(tr("Open in its app"), self._open_in_app, look="link")
        self.show_in_folder = Button(tr("Show in folder"), self._show_in_folder, look="link")

    def _set_out(self) -> None:
        above = row(1, (4, 1.5, 2, 1.5))
        above.addWidget(self._name, 1)
        for part in (self._where, self.previous, self.next, self.close_button):
            above.addWidget(part)
        below = column(1, (3, 2, 3, 3))
        below.addLayout(self._cited)
        told = row(0, (1, 0, 1, 0))
        told.addWidget(self._unchanged)
        below.addLayout(told)
        doing = row(3)
        doing.addWidget(self.open_in_app)
        doing.addWidget(self.show_in_folder)
        doing.addStretch(1)
        below.addLayout(doing)
        whole = column(0)
        whole.addLayout(above)
        whole.addWidget(rule())
        whole.addWidget(self._page_line)
        whole.addWidget(self._views, 1)
        whole.addWidget(rule())
        whole.addLayout(below)
        self.setLayout(whole)

    def _connect(self) -> None:
        source = self.source
        source.text_read.connect(self._show_text)
        source.more_read.connect(self._show_more)
        source.code_read.connect(self._show_code)
        source.page_read.connect(self._show_page)
        source.comparison_made.connect(self._tell)
        source.reading_failed.connect(self._fail)
        self.text.end_reached.connect(lambda: source.read_on(self.text.shown_end))
        self.text.start_reached.connect(lambda: source.read_back(self.text.shown_start))
        self.page.sharper_wanted.connect(source.read_page_again)
        self.page.page_shown.connect(self.words_shown)

    def _open(self, place: SourcePlace) -> None:
        self.place = place
        name = file_name(place.file)
        self._name.show_whole(name)
        self._where.setText("" if place.paged else place_text(place.page, ""))
        several = place.answer is not None and len(place.answer.footnotes) > 1
        self.previous.setVisible(several)
        self.next.setVisible(several)
        self.open_in_app.setVisible(not place.runnable)
        self._show_cited(place)
        self._say("", "muted")
        self._page_line.setVisible(place.paged)
        self._page_number.setText("")
        self.wait.setText(tr("Opening {name}…", name=name))
        self._views.setCurrentWidget(self.wait)
        self.source.open(place)

    def _show_cited(self, place: SourcePlace) -> None:
        empty(self._cited)
        if place.answer is None:
            return
        cited = label(tr("Cited here:"), "muted")
        cited.setMargin(grid(1))
        self._cited.addWidget(cited)
        for link in cited_from(place.answer, place.file_id):
            number = Button(str(link.n), lambda n=link.n, a=place.answer: self.show_footnote(a, n), look="link")
            number.setAccessibleName(tr("Footnote {number}", number=link.n))
            number.setEnabled(link.n != place.n)
            self._cited.addWidget(number)
        self._cited.addStretch(1)

    def _show_text(self, text: str, offset: int, blocks: tuple[Block, ...], mark: tuple[int, int]) -> None:
        self._views.setCurrentWidget(self.text)
        self.text.show_slice(text, offset, blocks, mark)
        self.words_shown.emit()

    def _show_more(self, text: str, offset: int, blocks: tuple[Block, ...]) -> None:
        if offset >= self.text.shown_end:
            self.text.append_slice(text, blocks)
        else:
            self.text.prepend_slice(text, offset, blocks)

    def _show_code(self, text: str, mark: tuple[int, int]) -> None:
        self._views.setCurrentWidget(self.code)
        self.code.show_text(text, mark)
        self.words_shown.emit()

    def _show_page(self, number: int, pages: int) -> None:
        self._views.setCurrentWidget(self.page)
        self._page_number.setText(tr("p. {number} of {pages}", number=number, pages=pages))
        self.page_before.setEnabled(number > 1)
        self.page_after.setEnabled(number < pages)

    def _tell(self, said: str, look: str) -> None:
        self._say(said, look)

    def _say(self, text: str, look: str) -> None:
        self._unchanged.setText(text)
        self._unchanged.setProperty("look", look)
        look_again(self._unchanged)

    def _fail(self, error: FootnoteError) -> None:
        self.wait.setText(f"{error.title}\n{error.hint}".strip())
        self._views.setCurrentWidget(self.wait)

    def _open_in_app(self) -> None:
        if self.place is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(self.place.file))

    def _show_in_folder(self) -> None:
        if self.place is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(self.place.file).parent)))
