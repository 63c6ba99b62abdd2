"""The pane on the right: a source file opened on the words that a footnote rests on. The engine reads the file."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from desktop.domain.answers import Answer, FoundPassage
from desktop.domain.errors import FootnoteError
from desktop.gui import opening
from desktop.gui.announcements import announce
from desktop.gui.controls import ElidedLabel, IconButton, column, label, row, rule
from desktop.gui.parts import Parts
from desktop.gui.reader_copy import copy_words
from desktop.gui.reader_find import MOST, ReaderFind
from desktop.gui.reader_footer import ReaderFooter
from desktop.gui.reader_source import ReaderSource
from desktop.gui.reader_telling import opened_text, view_text
from desktop.gui.reader_tools import ReaderTools
from desktop.gui.reader_views import ReaderViews
from desktop.gui.source_place import SourcePlace, of_file, of_footnote, of_passage, step_footnote
from desktop.gui.theme import READER_NARROWEST, READER_WIDTH
from desktop.gui.translation import tr
from desktop.gui.wording import file_name, place_text
from desktop.protocol.common_messages import Nothing
from desktop.protocol.engine_messages import RESCAN
from desktop.protocol.source_messages import Found, FoundWords, SourceView

QUOTED = (Found.NEAR, Found.PAGE, Found.GONE)  # the words as they were cited are shown beside


class ReaderPane(QWidget):
    """Signals: `closed()`, `words_shown()` when the source is on screen, `library_wanted()`,
    `footnote_hovered(answer_id, n)` over a number of the footer or over marked words, 0 for none.
    """

    closed = Signal()
    words_shown = Signal()
    library_wanted = Signal()
    footnote_hovered = Signal(int, int)

    def __init__(self, parts: Parts) -> None:
        super().__init__()
        self.setObjectName("reader")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(READER_NARROWEST)
        self._parts = parts
        self._kept: dict[int, int] = {}
        self.place: SourcePlace | None = None
        self._told: SourcePlace | None = None
        self.views = ReaderViews(parts.theme, self._look_again, self.library_wanted.emit)
        self.source = ReaderSource(parts.client, self.views.page.scale, self)
        self.views.follow(self.source)
        self.tools = ReaderTools(parts.theme)
        self.finder = ReaderFind(parts.theme)
        self.footer = ReaderFooter(self._open_in_app, self._show_in_folder, self.copy_with_source)
        self._then = label("", "quote", wrap=True)
        self._then.setMargin(self.fontMetrics().height())
        self._build_header(parts)
        self._set_out()
        self._connect()

    def wanted_width(self, window: int) -> int:
        """As it was last; at first a third of the window's width, so that a page can be read."""
        return self._parts.memory.get("reader_width") or max(READER_WIDTH, window * 35 // 100)

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

    def light(self, answer: Answer, numbers: tuple[int, ...]) -> None:
        """Lights the words of these footnotes, if that answer's file is the one on screen."""
        if self.place is not None and self.place.answer is not None and self.place.answer.id == answer.id:
            self.source.light(frozenset(numbers))

    def search(self) -> None:
        """Opens the line for it, with the chosen words in it."""
        chosen = self.views.chosen_text()
        self.finder.open_line(chosen if "\n" not in chosen and len(chosen) <= 100 else "")

    def turn(self, step: int) -> None:
        self.source.turn(step)

    def change_view(self) -> None:
        """The file as its text alone, and back; where it is not text anyway."""
        if self._other_view():
            self.source.change_view()

    def zoom(self, step: int) -> None:
        self.views.zoom(step)

    def step_back(self) -> None:
        """Ends the search, else closes the reader."""
        if self.finder.isVisible():
            self.finder.close_line()
        else:
            self.close_pane()

    def close_pane(self) -> None:
        self._hover(0)  # what is not seen is not pointed at
        self._keep_place()
        self.finder.close_line()
        self.source.forget()
        self.place = None
        self.hide()
        self.closed.emit()

    def marked_words(self) -> str:
        """The marked words of a text or grid on screen; a page marks boxes instead."""
        return self.views.marked_words(self.source.marks)

    def copy_with_source(self) -> None:
        """The chosen words, or else the cited ones, and where they stand."""
        if self.place is not None:
            copied = copy_words(self.place, self.views.chosen_text(), self.source.view, self.source.number)
            self._parts.messages.say(tr("Copied with its source.") if copied else tr("Choose some words first."))

    def _build_header(self, parts: Parts) -> None:
        theme = parts.theme
        self._name = ElidedLabel("", "strong")
        self._where = label("", "muted")
        self.previous = IconButton(theme, "previous", tr("Footnote before"), lambda: self.step(-1), "Alt+Left")
        self.next = IconButton(theme, "next", tr("Next footnote"), lambda: self.step(1), "Alt+Right")
        self.close_button = IconButton(theme, "close", tr("Close the reader"), self.close_pane, "Esc")

    def _set_out(self) -> None:
        above = row(1, (4, 1.5, 2, 1.5))
        above.addWidget(self._name, 1)
        for part in (self._where, self.previous, self.next, self.close_button):
            above.addWidget(part)
        whole = column(0)
        whole.addLayout(above)
        whole.addWidget(rule())
        for part in (self.tools, self.finder, self._then):
            whole.addWidget(part)
        whole.addWidget(self.views, 1)
        whole.addWidget(rule())
        whole.addWidget(self.footer)
        self.setLayout(whole)

    def _connect(self) -> None:
        source, tools, finder = self.source, self.tools, self.finder
        source.words_located.connect(self._located)
        source.reading_failed.connect(self._fail)
        self.views.shown.connect(self._show_view)
        self.views.shown.connect(self.words_shown)
        self.views.footnote_hovered.connect(self._hover)
        tools.turned.connect(self.turn)
        tools.zoomed.connect(self.zoom)
        tools.find_wanted.connect(self.search)
        tools.other_view_wanted.connect(self.change_view)
        finder.words_wanted.connect(lambda words: source.find(words, MOST, self._found))
        finder.hit_chosen.connect(source.show_hits)
        finder.closed.connect(lambda: self.views.setFocus(Qt.FocusReason.OtherFocusReason))
        self.footer.footnote_wanted.connect(self._show_other)
        self.footer.footnote_hovered.connect(self._hover)

    def _open(self, place: SourcePlace) -> None:
        self._keep_place()
        another = self.place is None or self.place.file_id != place.file_id
        self.place = place
        name = file_name(place.file)
        self._name.show_whole(name)
        self._where.setText(place_text(place.page, "", place.words))
        several = place.answer is not None and len(place.answer.footnotes) > 1
        self.previous.setVisible(several)
        self.next.setVisible(several)
        self.footer.show_place(place)
        self._then.hide()
        self.finder.forget()
        if another:
            self.views.wait_for(name)
            self.tools.show_pages("", 1, 1)
            self.tools.offer("")
        self.source.open(place, 0 if place.quote else self._kept.get(place.file_id, 0))

    def _keep_place(self) -> None:
        if self.place is not None and (kept := self.views.place(self.source)):
            self._kept[self.place.file_id] = kept

    def _located(self, found: Found) -> None:
        place = self.place
        if place is None:
            return
        if place.sha256 or found not in (Found.SAME, Found.UNKNOWN):
            self.footer.tell(found)
        self._then.setVisible(found in QUOTED)
        self._then.setText(tr("Cited then: “{words}”", words=" ".join(place.quote.split())))

    def _show_view(self) -> None:
        source, text = self.source, ""
        if source.view is SourceView.PAGE:
            text = tr("p. {number} of {pages}", number=source.number, pages=source.pages)
        elif source.view is SourceView.SLIDE:
            text = tr("Slide {number} of {pages}", number=source.number, pages=source.pages)
        self.tools.show_pages(text, source.number, source.pages)
        self.tools.offer(self._other_view())
        self._where.setVisible(not text)
        self._tell_view()

    def _tell_view(self) -> None:
        """To a screen reader: what is on screen, and once where the words are that the file was opened on."""
        place = self.place
        if place is None:
            return
        text = view_text(place, self.source, self.views.page.picture.marked_at())
        self.views.describe(text)
        if place is not self._told:
            self._told = place
            announce(self.views, opened_text(place, text))

    def _other_view(self) -> str:
        if self.source.view in (SourceView.PAGE, SourceView.GRID):
            return tr("As text")
        return tr("As it was") if self.source.view is not self.source.first_view else ""

    def _found(self, found: FoundWords) -> None:
        paged = self.source.view in (SourceView.PAGE, SourceView.SLIDE)
        self.finder.show_found(found, self.views.place(self.source), self.source.number if paged else None)

    def _fail(self, error: FootnoteError) -> None:
        self.tools.show_pages("", 1, 1)
        self.tools.offer("")
        self.footer.open_in_app.hide()
        self.views.fail(error, self.place.quote if self.place is not None else "")

    def _look_again(self) -> None:
        """At all folders; what was moved is known by its content, so the file may be found where it is now."""
        place = self.place
        if place is not None:
            self._parts.client.call(RESCAN, Nothing(), lambda _: self._open(place), self._fail)

    def _show_other(self, n: int) -> None:
        if self.place is not None and self.place.answer is not None:
            self.show_footnote(self.place.answer, n)

    def _hover(self, n: int) -> None:
        if self.place is not None and self.place.answer is not None:
            self.source.light(frozenset({n} if n else ()))
            self.footnote_hovered.emit(self.place.answer.id, n)

    def _open_in_app(self) -> None:
        if self.place is not None:
            opening.open_in_app(self.place.file)

    def _show_in_folder(self) -> None:
        if self.place is not None:
            opening.show_in_folder(self.place.file)
