"""What can be done with an answer, as one row: copy, ask again, go on, edit, rate, step, compare. Does none of it."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.domain.answers import Answer, AnswerMode, AnswerState
from desktop.gui.attempts import Attempts
from desktop.gui.controls import Button, IconButton, label, row
from desktop.gui.flow import Flow
from desktop.gui.theme import Theme, grid
from desktop.gui.translation import tr


class AnswerActions(QWidget):
    """Signals: `copy_wanted()`, `another_wanted()`, `going_on_wanted()`, `edit_wanted()`, `rated(int)`,
    `stepped(by)`, `comparison_wanted(bool)`.
    """

    copy_wanted = Signal()
    another_wanted = Signal()
    going_on_wanted = Signal()
    edit_wanted = Signal()
    rated = Signal(int)
    stepped = Signal(int)
    comparison_wanted = Signal(bool)

    def __init__(self, theme: Theme, answer: Answer, attempts: Attempts, *, comparing: bool) -> None:
        super().__init__()
        self._theme = theme
        self._flow = Flow(0.5, 1)
        self.setLayout(self._flow)
        if len(attempts) > 1:
            self._flow.addWidget(self._stepper(attempts))
        if goes_on(answer):
            self._add(tr("Continue"), self.going_on_wanted.emit, "resume", tr("Continue the answer where it was"))
        if not answer.refused:
            self._add(tr("Copy"), self.copy_wanted.emit, "copy", tr("Copy answer with footnotes"))
        self._add(tr("Answer again"), self.another_wanted.emit, "refresh", tr("Answer again; this attempt is kept"))
        if not answer.refused:
            self._add(tr("Edit"), self.edit_wanted.emit, "rename", edit_text())
        if len(attempts) > 1:
            self._compare(comparing)
        self._rate(answer, 1, "good", tr("Good answer"))
        self._rate(answer, -1, "bad", tr("Bad answer"))

    def add(self, widget: QWidget) -> None:
        self._flow.addWidget(widget)

    def _add(self, text: str, then: Callable[[], object], icon_name: str, tip: str) -> None:
        button = Button(text, then, look="plain", theme=self._theme, icon_name=icon_name)
        button.setAccessibleName(tip)
        button.setToolTip(tip)
        button.setMinimumHeight(grid(8))  # as high as those that are only an icon
        self._flow.addWidget(button)

    def _stepper(self, attempts: Attempts) -> QWidget:
        before = IconButton(self._theme, "previous", tr("Attempt before"), lambda: self.stepped.emit(-1))
        after = IconButton(self._theme, "next", tr("Next attempt"), lambda: self.stepped.emit(1))
        before.setEnabled(attempts.place > 1)
        after.setEnabled(attempts.place < len(attempts))
        across = row(0.5)
        across.addWidget(before)
        across.addWidget(label(tr("{place} of {all}", place=attempts.place, all=len(attempts)), "muted"))
        across.addWidget(after)
        holder = QWidget()
        holder.setLayout(across)
        return holder

    def _compare(self, comparing: bool) -> None:
        button = Button(tr("Compare"), lambda: None, look="toggle", theme=self._theme, icon_name="compare")
        button.setCheckable(True)
        button.setChecked(comparing)
        button.setToolTip(tr("Two attempts side by side"))
        button.setMinimumHeight(grid(8))
        button.toggled.connect(self.comparison_wanted)
        self._flow.addWidget(button)

    def _rate(self, answer: Answer, rating: int, icon_name: str, name: str) -> None:
        button = IconButton(self._theme, icon_name, name, lambda: None)
        button.setProperty("look", "toggle")
        button.setCheckable(True)
        button.setChecked(answer.rating == rating)
        button.clicked.connect(lambda on: self.rated.emit(rating if on else 0))
        self._flow.addWidget(button)


def edit_text() -> str:
    """The name of the button that opens the field for the user's own words."""
    return tr("Write your own words in place of the answer")


def goes_on(answer: Answer) -> bool:
    """Whether it can go on where it was."""
    whole = answer.state is AnswerState.FINISHED or answer.refused or answer.mode is AnswerMode.QUOTES
    return not whole and bool(answer.text.strip() or answer.thought)
