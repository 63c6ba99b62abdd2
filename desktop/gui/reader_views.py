"""The stack of views in the reader, one for each way a file is shown, and what comes from the source into each."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from desktop.domain.errors import FootnoteError
from desktop.gui.address_asking import ask_to_open
from desktop.gui.reader_code import ReaderCode
from desktop.gui.reader_grid import ReaderGrid
from desktop.gui.reader_page import ReaderPage
from desktop.gui.reader_pointing import PointedNote
from desktop.gui.reader_problem import ReaderProblem
from desktop.gui.reader_source import ReaderSource
from desktop.gui.reader_text import ReaderText
from desktop.gui.source_marks import Marks
from desktop.gui.theme import Theme
from desktop.gui.translation import tr
from desktop.protocol.reader_messages import TextRange
from desktop.protocol.source_messages import SourcePage, SourceRows, SourceText, SourceView


class ReaderViews(QStackedWidget):
    """Signals: `shown()` when the wanted part of the file is on screen, `footnote_hovered(n)` over the words of one, 0
    for none.
    """

    shown = Signal()
    footnote_hovered = Signal(int)

    def __init__(self, theme: Theme, on_again: Callable[[], object], show_library: Callable[[], object]) -> None:
        super().__init__()
        self.text = ReaderText(theme)
        self.slide = ReaderText(theme)
        self.slide.setAccessibleName(tr("Slide of the file"))
        self.slide.setProperty("look", "slide")
        self.code = ReaderCode(theme)
        self.page = ReaderPage(theme)
        self.grid = ReaderGrid(theme, self._ask_rows)
        self.problem = ReaderProblem(on_again, show_library)
        self._source: ReaderSource | None = None
        for surface, note_at in (
            (self.text.viewport(), self.text.note_at),
            (self.slide.viewport(), self.slide.note_at),
            (self.code.viewport(), self.code.note_at),
            (self.page.picture, self.page.picture.note_at),
            (self.grid.view.viewport(), self.grid.note_at),
            (self.grid.header.viewport(), self.grid.header_note_at),
        ):
            PointedNote(surface, note_at).changed.connect(self.footnote_hovered)
        for view in (self.problem, self.text, self.slide, self.code, self.page, self.grid):
            self.addWidget(view)

    def follow(self, source: ReaderSource) -> None:
        self._source = source
        source.text_read.connect(self._show_text)
        source.more_read.connect(self._show_more)
        source.code_read.connect(self._show_code)
        source.slide_read.connect(self._show_slide)
        source.rows_read.connect(self._show_rows)
        source.more_rows_read.connect(self.grid.take_rows)
        source.page_read.connect(self._show_page)
        source.page_words_read.connect(self.page.take_words)
        self.page.picture.words_wanted.connect(source.read_page_words)
        source.marks_changed.connect(self._show_marks)
        self.text.end_reached.connect(lambda: source.read_on(self.text.shown_end))
        self.text.start_reached.connect(lambda: source.read_back(self.text.shown_start))
        self.page.sharper_wanted.connect(source.read_page_again)
        self.page.page_shown.connect(self._page_shown)
        self.grid.sheet_wanted.connect(source.read_sheet)
        for view in (self.text, self.slide):
            view.address_clicked.connect(lambda address: ask_to_open(self, address))

    def wait_for(self, name: str) -> None:
        self.page.forget()
        self.problem.show_waiting(tr("Opening {name}…", name=name))
        self.setCurrentWidget(self.problem)

    def fail(self, error: FootnoteError, quote: str) -> None:
        self.problem.show_problem(error.title, error.hint, quote)
        self.setCurrentWidget(self.problem)

    def zoom(self, step: int) -> None:
        view = self.currentWidget()
        if isinstance(view, (ReaderText, ReaderCode, ReaderPage, ReaderGrid)):
            view.zoom(step)

    def place(self, source: ReaderSource) -> int:
        """Where one is in the file: the offset of what is in view first, or the number of a page or slide."""
        view = self.currentWidget()
        if source.first_view in (SourceView.PAGE, SourceView.SLIDE):
            return source.number
        return view.place() if isinstance(view, (ReaderText, ReaderCode, ReaderGrid)) else 0

    def chosen_text(self) -> str:
        view = self.currentWidget()
        if isinstance(view, (ReaderGrid, ReaderPage)):
            return view.chosen_text()
        if isinstance(view, (ReaderText, ReaderCode)):
            return view.textCursor().selection().toPlainText().strip()
        return ""

    def marked_words(self, marks: Marks) -> str:
        main, view = marks.main(), self.currentWidget()
        if main is None or not isinstance(view, (ReaderText, ReaderCode)):
            return ""
        return view.words(main.start, main.end)

    def describe(self, text: str) -> None:
        """Tells a screen reader what is on screen."""
        view = self.currentWidget()
        focused = view.focusProxy() if view is not None else None
        for told in (view, focused):
            if told is not None:
                told.setAccessibleDescription(text)

    def setFocus(self, *reason: object) -> None:
        view: QWidget | None = self.currentWidget()
        if view is not None:
            view.setFocus()

    def _show_text(self, text: SourceText, goal: int) -> None:
        self.setCurrentWidget(self.text)
        self.text.show_slice(text.text, text.offset, text.blocks, text.format, goal)
        self.shown.emit()

    def _show_more(self, text: SourceText) -> None:
        if text.offset >= self.text.shown_end:
            self.text.append_slice(text.text, text.blocks)
        elif text.offset + len(text.text) > self.text.shown_start:
            before = self.text.shown_start - text.offset
            self.text.prepend_slice(text.text[:before], text.offset, text.blocks)
        else:
            self.text.prepend_slice(text.text, text.offset, text.blocks)

    def _show_slide(self, text: SourceText, number: int, pages: int) -> None:
        self.setCurrentWidget(self.slide)
        self.slide.show_slice(text.text, text.offset, text.blocks, text.format, text.offset)
        self.slide.setAccessibleDescription(tr("Slide {number} of {pages}", number=number, pages=pages))
        self.shown.emit()

    def _show_code(self, text: SourceText, goal: int) -> None:
        self.setCurrentWidget(self.code)
        self.code.show_text(text.text, goal)
        self.shown.emit()

    def _show_rows(self, rows: SourceRows) -> None:
        self.setCurrentWidget(self.grid)
        self.grid.show_rows(rows)
        self.shown.emit()

    def _show_page(self, page: SourcePage, ranges: tuple[TextRange, ...]) -> None:
        self.page.show_page(page, ranges)

    def _page_shown(self) -> None:
        self.setCurrentWidget(self.page)
        self.shown.emit()

    def _show_marks(self, marks: Marks) -> None:
        for view in (self.text, self.slide, self.code, self.page, self.grid):
            view.show_marks(marks.all())

    def _ask_rows(self, sheet: int, first: int, count: int) -> None:
        if self._source is not None:
            self._source.read_rows(sheet, first, count)
