"""The passages found for an answer, folded away under it: each opens in the reader and says why it was found."""

from collections.abc import Callable
from itertools import pairwise

from PySide6.QtWidgets import QWidget

from desktop.domain.answers import FoundPassage
from desktop.gui.controls import Button, column, framed, label
from desktop.gui.footnote_entry import passage_entry
from desktop.gui.theme import Theme
from desktop.gui.translation import tr


class FoundPassages:
    """`toggle` stands where its owner puts it; `rows` below it, made when they are first wanted."""

    def __init__(
        self, theme: Theme, passages: tuple[FoundPassage, ...], on_open: Callable[[FoundPassage], object]
    ) -> None:
        self._passages, self._on_open = passages, on_open
        text = tr("Found in {n} passage", "Found in {n} passages", len(passages))
        self.toggle = Button(text, self._turn, look="plain", theme=theme, icon_name="next")
        self.toggle.setCheckable(True)
        self.toggle.setAccessibleDescription(tr("Shows the passages, and why each was found"))
        self.toggle.setToolTip(tr("Why these passages?"))
        self.rows = QWidget()
        self.rows.hide()

    def _turn(self) -> None:
        shown = self.toggle.isChecked()
        if shown and self.rows.layout() is None:
            self._build()
        self.toggle.show_icon("down" if shown else "next")
        self.rows.setVisible(shown)

    def _build(self) -> None:
        lines = column(1)
        score = tr("Best first. The score adds up your words (rare ones count more), meaning, and the file's name.")
        lines.addWidget(label(score, "caption", wrap=True))
        entries: list[QWidget] = [self.toggle]
        for passage in self._passages:
            inside = column(0)
            entry = passage_entry(passage, lambda p=passage: self._on_open(p))
            inside.addWidget(entry)
            lines.addWidget(framed("card", inside))
            entries.append(entry)
        self.rows.setLayout(lines)
        for before, entry in pairwise(entries):
            QWidget.setTabOrder(before, entry)
