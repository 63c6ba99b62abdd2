"""Below a tone's card: whether it costs truth. The questions may be seen and changed; the result stays on the card."""

from collections.abc import Callable

from PySide6.QtWidgets import QPlainTextEdit, QWidget

from desktop.gui.controls import Button, column, label, row
from desktop.gui.hearing import TrialProgress, button_text
from desktop.gui.theme import grid
from desktop.gui.translation import tr
from desktop.gui.trial import Trial
from desktop.protocol.engine_messages import TruthQuestionList


class TruthPanel(QWidget):
    """`on_start` begins the trial, `on_stop` ends it, `on_questions` keeps the user's list, one a line."""

    def __init__(
        self,
        on_start: Callable[[], object],
        on_stop: Callable[[], object],
        on_questions: Callable[[str], object],
    ) -> None:
        super().__init__()
        self._on_start, self._on_stop, self._on_questions = on_start, on_stop, on_questions
        self._busy = False
        hint = tr(
            "Questions on your own files are answered without the tone and with it, in the background. Every tone gets "
            "the same ones, until you change them."
        )
        self.start = Button(tr("Start"), self._press, look="primary")
        self.change = Button(tr("Questions…"), self._open_questions, look="link")
        self.progress = TrialProgress()
        self._problem = label("", "bad", wrap=True)
        self._problem.hide()
        self.questions = QPlainTextEdit()
        self.questions.setObjectName("rules")
        self.questions.setTabChangesFocus(True)
        self.questions.setAccessibleName(tr("Questions, one a line"))
        self.questions.setMinimumHeight(grid(44))
        self.questions.hide()
        self.keep = Button(tr("Keep these questions"), self._keep)
        self.keep.hide()
        above = row(2)
        above.addWidget(label(hint, "muted", wrap=True), 1)
        above.addWidget(self.change)
        above.addWidget(self.start)
        whole = column(2, (0, 2, 0, 0))
        whole.addLayout(above)
        for part in (self.progress, self._problem, self.questions, self.keep):
            whole.addWidget(part)
        self.setLayout(whole)

    def show_questions(self, asked: TruthQuestionList) -> None:
        self.questions.setPlainText("\n".join(asked.questions))
        self.questions.setPlaceholderText(tr("Up to {n} questions, one a line", n=asked.most))

    def show_trial(self, trial: Trial) -> None:
        self._busy = not trial.ended
        self.start.rename(button_text(trial, tr("Start")))
        self.start.setEnabled(not (trial.stopping and self._busy))
        self.progress.show_trial(trial)
        self._problem.setText(trial.problem)
        self._problem.setVisible(bool(trial.problem))

    def _press(self) -> None:
        if self._busy:
            self._on_stop()
        else:
            self._on_start()

    def _open_questions(self) -> None:
        shown = self.questions.isHidden()
        self.questions.setVisible(shown)
        self.keep.setVisible(shown)
        if shown:
            self.questions.setFocus()

    def _keep(self) -> None:
        """An empty list: Footnote chooses again."""
        self._on_questions(self.questions.toPlainText())
        self._open_questions()
        self.change.setFocus()
