"""Below a tone's card: one question answered without the tone and at several strengths, side by side."""

from collections.abc import Callable

from PySide6.QtWidgets import QFrame, QGridLayout, QLineEdit, QProgressBar, QPushButton, QWidget

from desktop.gui.controls import Button, column, label, row
from desktop.gui.theme import grid
from desktop.gui.tone_wording import share_text
from desktop.gui.translation import tr
from desktop.gui.trial import Trial
from desktop.gui.wording import shown
from desktop.protocol.engine_messages import ToneHeard

STRENGTHS = (50, 100, 150)  # per cent
ACROSS = 2


class HearingPanel(QWidget):
    """`on_hear` takes the question and the strengths; `on_stop` ends what is under way."""

    def __init__(
        self, name: str, on_hear: Callable[[str, tuple[float, ...]], object], on_stop: Callable[[], object]
    ) -> None:
        super().__init__()
        self._on_hear, self._on_stop = on_hear, on_stop
        self.question = QLineEdit()
        self.question.setPlaceholderText(tr("A question; empty: one you asked before, or one made from a file"))
        self.question.setAccessibleName(tr("Question to hear {name} with", name=name))
        self.question.returnPressed.connect(self.hear)
        self.strengths = [self._chip(percent, percent == 100) for percent in STRENGTHS]
        self.start = Button(tr("Hear it"), self._press, look="primary")
        self.progress = TrialProgress()
        self._answers = QGridLayout()
        self._answers.setSpacing(grid(2))
        for at in range(ACROSS):
            self._answers.setColumnStretch(at, 1)
        self.cells: dict[float, HeardAnswer] = {}
        self._problem = label("", "bad", wrap=True)
        self._problem.hide()
        self._busy = False
        above = row(2)
        above.addWidget(self.question, 1)
        for chip in self.strengths:
            above.addWidget(chip)
        above.addWidget(self.start)
        whole = column(2, (0, 2, 0, 0))
        whole.addLayout(above)
        whole.addWidget(self.progress)
        whole.addWidget(self._problem)
        whole.addLayout(self._answers)
        self.setLayout(whole)

    def hear(self) -> None:
        chosen = tuple(
            percent / 100 for percent, chip in zip(STRENGTHS, self.strengths, strict=True) if chip.isChecked()
        )
        self._on_hear(self.question.text().strip(), chosen or (1.0,))

    def show_trial(self, trial: Trial) -> None:
        self._busy = not trial.ended
        self.start.rename(
            tr("Stopping…") if trial.stopping and self._busy else tr("Stop") if self._busy else tr("Hear it")
        )
        self.start.setEnabled(not (trial.stopping and self._busy))
        self.progress.show_trial(trial)
        self._problem.setText(trial.problem)
        self._problem.setVisible(bool(trial.problem))
        if trial.question and not self.question.hasFocus():
            self.question.setText(trial.question)
        if tuple(self.cells) != trial.strengths:
            self._set_cells(trial.strengths)
        for strength, cell in self.cells.items():
            cell.show_trial(trial, strength)

    def _set_cells(self, strengths: tuple[float, ...]) -> None:
        for cell in self.cells.values():
            cell.hide()
            cell.deleteLater()
        self.cells = {strength: HeardAnswer(strength) for strength in strengths}
        for place, cell in enumerate(self.cells.values()):
            self._answers.addWidget(cell, place // ACROSS, place % ACROSS)

    def _press(self) -> None:
        if self._busy:
            self._on_stop()
        else:
            self.hear()

    def _chip(self, percent: int, on: bool) -> QPushButton:
        chip = Button(tr("{percent} %", percent=percent), lambda: None, look="chip")
        chip.setCheckable(True)
        chip.setChecked(on)
        chip.setAccessibleName(tr("Hear it at {percent} %", percent=percent))
        return chip


class HeardAnswer(QFrame):
    """One answer: what it was heard with, its words as they come, and how much of it the files carry."""

    def __init__(self, strength: float) -> None:
        super().__init__()
        self.setProperty("look", "note")
        self._title = tr("At {percent} %", percent=round(strength * 100)) if strength else tr("Without the tone")
        self.words = label("…", "quote", wrap=True)
        self.found = label("", "caption", wrap=True)
        inside = column(1, (3, 2, 3, 2))
        inside.addWidget(label(self._title, "section"))
        inside.addWidget(self.words)
        inside.addWidget(self.found)
        inside.addStretch(1)
        self.setLayout(inside)

    def show_trial(self, trial: Trial, strength: float) -> None:
        heard = trial.heard.get(strength)
        text = heard.text if heard is not None else trial.texts.get(strength, "")
        self.words.setText(shown(text) if text else "…" if not trial.ended else "–")
        self.words.setAccessibleName(f"{self._title}: {text}")
        self.found.setText(_found(heard) if heard is not None else "")


def _found(heard: ToneHeard) -> str:
    share = tr("{share} found in your files", share=share_text(heard.measures))
    found = tr("Not in your files") if heard.refused else share
    return tr("{found}  ·  {seconds} s", found=found, seconds=f"{heard.seconds:.0f}")


def button_text(trial: Trial, begin: str) -> str:
    if trial.ended:
        return begin
    return tr("Stopping…") if trial.stopping else tr("Stop")


class TrialProgress(QWidget):
    """How far a trial is, as a bar and in words; hidden when none goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(tr("Progress of the trial"))
        self.words = label("", "caption", wrap=True)
        whole = column(1)
        whole.addWidget(self.bar)
        whole.addWidget(self.words)
        self.setLayout(whole)
        self.hide()

    def show_trial(self, trial: Trial) -> None:
        self.setVisible(not trial.ended)
        self.bar.setRange(0, max(1, trial.total))
        self.bar.setValue(trial.done)
        if not trial.total:
            self.words.setText(tr("Waiting for the model…"))
            return
        which = tr("at {percent} %", percent=round(trial.strength * 100)) if trial.strength else tr("without the tone")
        counted = tr(
            "Answer {n} of {total}, {which}", n=min(trial.done + 1, trial.total), total=trial.total, which=which
        )
        self.words.setText(f"{counted}: {shown(trial.question)}" if trial.truth else counted)
