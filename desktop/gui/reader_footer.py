"""The foot of the reader: the answer's footnotes in this file, what became of the file, what can be done."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QWidget

from desktop.gui.controls import Button, column, empty, label, look_again, row
from desktop.gui.flow import Flow
from desktop.gui.source_place import SourcePlace, cited_from
from desktop.gui.theme import grid
from desktop.gui.translation import tr
from desktop.protocol.source_messages import Found


class NumberButton(Button):
    """Signals: `pointed_at(bool)`."""

    pointed_at = Signal(bool)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.pointed_at.emit(True)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.pointed_at.emit(False)


class ReaderFooter(QWidget):
    """Signals: `footnote_wanted(n)`, `footnote_hovered(n)` with 0 for none."""

    footnote_wanted = Signal(int)
    footnote_hovered = Signal(int)

    def __init__(
        self, open_in_app: Callable[[], object], show_in_folder: Callable[[], object], copy: Callable[[], object]
    ) -> None:
        super().__init__()
        self._cited = row(0)
        self._told = label("", "muted", wrap=True)
        self.open_in_app = Button(tr("Open in its app"), open_in_app, look="link")
        self.show_in_folder = Button(tr("Show in folder"), show_in_folder, look="link")
        self.copy = Button(tr("Copy with source"), copy, look="link")
        below = column(1, (3, 2, 3, 3))
        below.addLayout(self._cited)
        told = row(0, (1, 0, 1, 0))
        told.addWidget(self._told)
        below.addLayout(told)
        doing = Flow(3, 0)
        for button in (self.open_in_app, self.show_in_folder, self.copy):
            doing.addWidget(button)
        below.addLayout(doing)
        self.setLayout(below)

    def show_place(self, place: SourcePlace) -> None:
        self.say("", "muted")
        self.open_in_app.setVisible(not place.runnable)
        empty(self._cited)
        if place.answer is None:
            return
        cited = label(tr("Cited here:"), "muted")
        cited.setMargin(grid(1))
        self._cited.addWidget(cited)
        before: QWidget = self.open_in_app
        for link in cited_from(place.answer, place.file_id):
            number = NumberButton(str(link.n), lambda n=link.n: self.footnote_wanted.emit(n), look="link")
            number.setAccessibleName(tr("Footnote {number}", number=link.n))
            number.setEnabled(link.n != place.n)
            number.pointed_at.connect(lambda on, n=link.n: self.footnote_hovered.emit(n if on else 0))
            self._cited.addWidget(number)
            self.setTabOrder(before, number)
            before = number
        self.setTabOrder(before, self.open_in_app)  # numbers stand above it
        self._cited.addStretch(1)

    def tell(self, found: Found) -> None:
        """What became of the file since the answer."""
        self.say(*found_text(found))

    def say(self, text: str, look: str) -> None:
        self._told.setText(text)
        self._told.setVisible(bool(text))
        self._told.setProperty("look", look)
        look_again(self._told)


def found_text(found: Found) -> tuple[str, str]:
    """(sentence, look)"""
    texts = {
        Found.SAME: (tr("File on disk unchanged since the answer ✓"), "good"),
        Found.IN_PLACE: (tr("The file has changed since the answer; these words have not."), "muted"),
        Found.MOVED: (
            tr("The file has changed since the answer; the words are still here, in another place."),
            "muted",
        ),
        Found.NEAR: (tr("The file has changed since the answer; these are the words nearest to those cited."), "bad"),
        Found.PAGE: (
            tr("The file has changed since the answer, and these words are no longer in it. This is their page."),
            "bad",
        ),
        Found.GONE: (tr("The file has changed since the answer, and these words are no longer in it."), "bad"),
    }
    return texts.get(found, ("", "muted"))
