"""The footnotes under an answer, each a row to press; those of files that changed since say so."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.domain.answers import Answer, FileChange, FootnoteLink
from desktop.gui.controls import column, empty, look_again, rule
from desktop.gui.footnote_entry import SourceEntry, footnote_entry
from desktop.gui.translation import tr

Changes = dict[tuple[str, str], FileChange]  # by path and hash, as they were cited


class FootnoteList(QWidget):
    """`entries` by number. Signals: `footnote_opened(n)`, `pointed_at(n)` with 0 for none."""

    footnote_opened = Signal(int)
    pointed_at = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.entries: dict[int, SourceEntry] = {}
        self._shown: tuple[FootnoteLink, ...] = ()
        self._changes: Changes = {}
        self._rows = column(0)
        self.setLayout(self._rows)

    def show_footnotes(self, answer: Answer | None) -> None:
        """None, or an answer without footnotes, shows nothing."""
        self._shown = answer.footnotes if answer is not None else ()
        self._draw()

    def show_changes(self, changes: Changes) -> bool:
        """Whether that was news."""
        before = [self._remark(footnote) for footnote in self._shown]
        self._changes = changes
        news = before != [self._remark(footnote) for footnote in self._shown]
        if news:
            self._draw()
        return news

    def mark(self, numbers: tuple[int, ...]) -> None:
        for n, entry in self.entries.items():
            lit = n in numbers
            if bool(entry.property("lit")) != lit:
                entry.setProperty("lit", lit)
                look_again(entry)

    def _draw(self) -> None:
        empty(self._rows)
        self.entries = {}
        self.setVisible(bool(self._shown))
        if not self._shown:
            return
        self._rows.addWidget(rule())
        for footnote in self._shown:
            entry = footnote_entry(footnote, lambda n=footnote.n: self.footnote_opened.emit(n), self._remark(footnote))
            entry.pointed_at.connect(lambda on, n=footnote.n: self.pointed_at.emit(n if on else 0))
            self.entries[footnote.n] = entry
            self._rows.addWidget(entry)

    def _remark(self, footnote: FootnoteLink) -> str:
        change = self._changes.get((footnote.file, footnote.sha256), FileChange.SAME)
        if change is FileChange.CHANGED:
            return tr("The file has changed since. These are its words as they were.")
        return tr("The file is not there any more.") if change is FileChange.GONE else ""
