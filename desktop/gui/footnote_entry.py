"""One footnote, or one passage near to the question, as a row to press: number, file, place, words in the serif."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFocusEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.domain.answers import FootnoteLink, FoundPassage
from desktop.gui.answer_layout import footnote_text
from desktop.gui.controls import Button, ElidedLabel, column, label, plain_tip, row
from desktop.gui.theme import grid
from desktop.gui.translation import tr
from desktop.gui.wording import file_name, place_text, shown, superscript, why_text


class SourceEntry(Button):
    """Signals: `pointed_at(bool)` when the pointer or the focus comes and goes."""

    pointed_at = Signal(bool)

    def __init__(
        self, sign: str, title: str, quote: str, name: str, on_click: Callable[[], object], why: str = ""
    ) -> None:
        super().__init__("", on_click, look="entry")
        self.setAccessibleName(name)
        words = ElidedLabel(f"“{shown(' '.join(quote.split()))}”", "quote", Qt.TextElideMode.ElideRight)
        lines = column(0)
        lines.addWidget(ElidedLabel(title, "strong"))
        lines.addWidget(words)
        if why:
            lines.addWidget(ElidedLabel(why, "caption", Qt.TextElideMode.ElideRight))
            self.setAccessibleDescription(why)
            self.setToolTip(plain_tip(why))
        across = row(2, (2, 1.5, 2, 1.5))
        if sign:
            number = label(sign, "number")
            number.setFixedWidth(grid(5))
            number.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight)
            across.addWidget(number)
        across.addLayout(lines, 1)
        self.setLayout(across)
        for part in self.findChildren(QWidget):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumHeight(across.sizeHint().height())

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.pointed_at.emit(True)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.pointed_at.emit(self.hasFocus())

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.pointed_at.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.pointed_at.emit(self.underMouse())


def footnote_entry(footnote: FootnoteLink, on_click: Callable[[], object], remark: str = "") -> SourceEntry:
    """`remark`: what became of the file since."""
    title = footnote_text(footnote)
    name = tr("Footnote {number}: {place}: {quote}", number=footnote.n, place=title, quote=footnote.quote)
    return SourceEntry(superscript(footnote.n), title, footnote.quote, name, on_click, remark)


def passage_entry(passage: FoundPassage, on_click: Callable[[], object]) -> SourceEntry:
    place = place_text(passage.page, passage.context, passage.place)
    title = ", ".join(part for part in (file_name(passage.file), place) if part)
    name = tr("Passage in {place}: {quote}", place=title, quote=passage.text)
    return SourceEntry("", title, passage.text, name, on_click, why_text(passage))
