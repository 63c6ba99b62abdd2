"""The line in the reader where one searches in the open file: the words, how many there are, before and next."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.gui.announcements import announce
from desktop.gui.controls import IconButton, label, row
from desktop.gui.theme import Theme, grid
from desktop.gui.translation import tr
from desktop.protocol.source_messages import FoundWords, WordsHit

REST = 180  # milliseconds after the last letter
MOST = 2_000  # hits that are marked


class FindField(QLineEdit):
    """Signals: `step_wanted(int)`."""

    step_wanted = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.step_wanted.emit(-1 if back else 1)
        else:
            super().keyPressEvent(event)


class ReaderFind(QWidget):
    """Signals: `words_wanted(str)` empty when the search is over, `hit_chosen(hits, at)`, `closed()`."""

    words_wanted = Signal(str)
    hit_chosen = Signal(object, int)
    closed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._hits: tuple[WordsHit, ...] = ()
        self._total, self._at = 0, -1
        self._searched = False  # the hits are those of the words in the field, in this file
        self.field = FindField()
        self.field.setPlaceholderText(tr("Search in this file"))
        self.field.setAccessibleName(tr("Search in this file"))
        self.field.setClearButtonEnabled(True)
        self.count = label("", "muted")
        self.before = IconButton(theme, "up", tr("Hit before"), lambda: self.step(-1), "Shift+Enter")
        self.next = IconButton(theme, "down", tr("Next hit"), lambda: self.step(1), "Enter")
        close = IconButton(theme, "close", tr("End the search"), self.close_line, "Esc")
        line = row(1, (4, 1, 2, 1))
        line.addWidget(self.field, 1)
        for part in (self.count, self.before, self.next, close):
            line.addWidget(part)
        self.setLayout(line)
        self.count.setMinimumWidth(grid(12))
        self._later = QTimer(self, singleShot=True, interval=REST)
        self._later.timeout.connect(self._ask)
        self.field.textChanged.connect(lambda _: self._later.start())
        self.field.step_wanted.connect(self.step)
        self._tell()
        self.hide()

    def open_line(self, words: str = "") -> None:
        self.show()
        if words:
            self.field.setText(words)
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()
        if self.field.text():
            self._later.start()

    def close_line(self) -> None:
        self.forget()
        self.hide()
        self.closed.emit()

    def forget(self) -> None:
        """The hits are of another file now."""
        self._later.stop()
        had = bool(self._hits)
        self._hits, self._total, self._at = (), 0, -1
        self._searched = False
        self._tell()
        if had:
            self.hit_chosen.emit((), -1)

    def show_found(self, found: FoundWords, near: int, page: int | None) -> None:
        """Goes to the first hit at or after offset `near`, or on or after the page where there are pages."""
        self._hits, self._total, self._searched = found.hits, found.total, True
        hits = enumerate(self._hits)
        after = (n for n, hit in hits if (hit.start >= near if page is None else (hit.page or 0) >= page))
        self._at = next(after, 0) if self._hits else -1
        self._tell()
        announce(self, self.count.text())
        self.hit_chosen.emit(self._hits, self._at)

    def step(self, step: int) -> None:
        if self._later.isActive() or (not self._hits and self.field.text().strip()):
            self._later.stop()
            self._ask()
        elif self._hits:
            self._at = (self._at + step) % len(self._hits)
            self._tell()
            self.hit_chosen.emit(self._hits, self._at)

    def _ask(self) -> None:
        words = self.field.text().strip()
        if words:
            self.count.setText(tr("Searching…"))
            self.words_wanted.emit(words)
        else:
            self.forget()

    def _tell(self) -> None:
        text = ""
        if self._hits:
            text = tr("{at} of {total}", at=f"{self._at + 1:,}", total=f"{self._total:,}")
        elif self._searched:
            text = tr("Not found")
        self.count.setText(text)
        for button in (self.before, self.next):
            button.setEnabled(len(self._hits) > 1)
