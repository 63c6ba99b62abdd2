"""A question and the attempts at its answer as one piece of the page, from the first stage to the last footnote.

Asks nothing and keeps nothing: the page does.
"""

import dataclasses
from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from desktop.domain.answers import Answer, FootnoteLink
from desktop.gui.announcements import announce
from desktop.gui.answer_actions import AnswerActions, edit_text
from desktop.gui.answer_body import AnswerBody
from desktop.gui.answer_layout import as_plain_text
from desktop.gui.answer_notes import notes_of, told
from desktop.gui.answer_text import AnswerText
from desktop.gui.attempts import Attempts
from desktop.gui.controls import Button, column, empty, framed, label, row
from desktop.gui.footnote_entry import SourceEntry
from desktop.gui.footnote_list import Changes
from desktop.gui.found_passages import FoundPassages
from desktop.gui.question_heading import QuestionHeading
from desktop.gui.searched_line import SearchedLine
from desktop.gui.theme import Theme
from desktop.gui.thought_fold import ThoughtFold
from desktop.gui.translation import tr
from desktop.gui.wording import stage_text

NEAREST = 5


class AnswerView(QWidget):
    """Signals: `footnote_opened(Answer, n)`, `passage_opened(FoundPassage)`, `asked_again(question, standalone)`,
    `attempt_wanted(question)`, `going_on_wanted()`, `attempt_chosen(answer_id)`, `rated(answer_id, rating)`,
    `edited(answer_id, text)` with None for the answer's own, `footnotes_lit(Answer, numbers)`
    when others are lit, for whoever shows their words, `laid_out()` when controls came or went.
    """

    footnote_opened = Signal(object, int)
    passage_opened = Signal(object)
    asked_again = Signal(str, bool)
    attempt_wanted = Signal(str)
    going_on_wanted = Signal()
    attempt_chosen = Signal(int)
    rated = Signal(int, int)
    edited = Signal(int, object)
    footnotes_lit = Signal(object, object)
    laid_out = Signal()

    def __init__(self, theme: Theme, question: str) -> None:
        super().__init__()
        self._theme = theme
        self.attempts = Attempts()
        self._original = False  # the answer is shown though the user wrote words in its place
        self._comparing = False
        self._actions: AnswerActions | None = None
        self.heading = QuestionHeading(theme, question)
        self._searched = SearchedLine(lambda: self.asked_again.emit(self.heading.question, True))
        self._stage = label("", "muted")
        self._stage.hide()
        self.thought = ThoughtFold(theme)
        self._above = column(2)
        self.body = AnswerBody(theme)
        self._below = column(2)
        whole = column(3)
        whole.addWidget(self.heading)
        whole.addWidget(self._searched)
        whole.addWidget(self._stage)
        whole.addWidget(self.thought)
        whole.addLayout(self._above)
        whole.addWidget(self.body)
        whole.addLayout(self._below)
        self.setLayout(whole)
        self.heading.asked_anew.connect(self.attempt_wanted)
        self.body.footnote_opened.connect(self._open)
        self.body.footnotes_lit.connect(self.footnotes_lit)
        self.body.passage_opened.connect(self.passage_opened)
        self.body.words_written.connect(self._keep_words)
        self.body.writing_given_up.connect(self._give_up_words)

    @property
    def answer(self) -> Answer | None:
        """The attempt that is shown."""
        return self.attempts.shown

    @property
    def text(self) -> AnswerText:
        return self.body.text

    @property
    def entries(self) -> dict[int, SourceEntry]:
        return self.body.notes.entries

    # while it is made

    def begin(self, question: str, text: str = "") -> None:
        """Another attempt, or the shown one going on after `text`, is under way."""
        self._clear()
        self.heading.show_question(question)
        self.heading.allow_editing(False)
        self.thought.show_whole("")
        self.body.begin(text)

    def show_stage(self, stage: str, standalone: str) -> None:
        self._show_stage_line(stage_text(stage))
        if self._searched.show_standalone(standalone, self.heading.question):
            announce(self, tr("Searched for: {question}", question=standalone))

    def show_stopping(self) -> None:
        self._show_stage_line(tr("Stopping…"))

    def append(self, text: str) -> None:
        self.body.append(text)

    def finish(self, answer: Answer) -> None:
        self.attempts.put(answer)
        self._original = False
        self._show_shown()

    def fail(self, title: str, hint: str) -> None:
        """The words that arrived stay on screen; where there are earlier attempts, the last one is shown again."""
        self._stage.hide()
        if self.answer is not None:
            self._show_shown()
        inside = row(3, (4, 2, 3, 2))
        inside.addWidget(label(" ".join(part for part in (title, hint) if part), wrap=True), 1)
        inside.addWidget(Button(tr("Ask again"), self._ask_again))
        self._below.insertWidget(0, framed("note", inside))
        self.laid_out.emit()

    # when it is there

    def show_attempts(self, answers: Iterable[Answer]) -> None:
        self.attempts = Attempts(answers)
        self._show_shown()

    def show_changes(self, changes: Changes) -> None:
        """What became of the cited files since."""
        if self.body.notes.show_changes(changes):
            self.laid_out.emit()

    def footnotes(self) -> tuple[FootnoteLink, ...]:
        return self.answer.footnotes if self.answer is not None else ()

    def light(self, n: int) -> None:
        """Lights a footnote and its sentences; 0: none."""
        self.body.light_sentences(n)

    def copy(self) -> None:
        if self.answer is not None:
            QGuiApplication.clipboard().setText(as_plain_text(self.answer))

    def controls(self) -> tuple[QWidget, ...]:
        """What can have the focus, from top to bottom."""
        # what `empty` took out is hidden on purpose; what is new is hidden only until Qt lays it out
        gone = Qt.WidgetAttribute.WA_WState_ExplicitShowHide
        buttons = [b for b in self.findChildren(Button) if not (b.isHidden() and b.testAttribute(gone))]
        buttons = [b for b in buttons if b not in self.entries.values()]
        searched = [b for b in buttons if self._searched.isAncestorOf(b)]
        first = (self.heading.edit, *searched, self.thought.toggle)
        return (*first, self.text, *self.entries.values(), *(b for b in buttons if b not in first))

    def _show_shown(self) -> None:
        answer = self.answer
        if answer is None:
            return
        focused = self._focused_name()
        self._clear()
        self.heading.show_question(answer.question)
        self.heading.allow_editing(True)
        self._searched.show_standalone(answer.standalone, answer.question)
        self.thought.show_whole(answer.thought)
        self._show_body(answer)
        self._show_actions(answer)
        self._focus_again(focused)
        self.laid_out.emit()

    def _show_body(self, answer: Answer) -> None:
        own = answer.own_words is not None and not self._original
        for text in () if own else notes_of(answer):
            self._above.addWidget(label(text, "muted", wrap=True))
        if answer.own_words is not None:
            self._above.addLayout(self._own_words_line(own))
        if self._comparing and len(self.attempts) > 1:
            self.body.show_comparison(self.attempts)
        elif own:
            self.body.show_own_words(answer.own_words or "")
        elif answer.refused:
            self.body.show_refusal(answer)
        else:
            self.body.show_answer(answer)

    def _clear(self) -> None:
        self._stage.hide()
        self._actions = None
        empty(self._above)
        empty(self._below)
        self.body.clear()

    def _focused_name(self) -> str:
        focused = QApplication.focusWidget()
        return focused.accessibleName() if isinstance(focused, Button) and self.isAncestorOf(focused) else ""

    def _focus_again(self, name: str) -> None:
        """The row of actions is made anew; who pressed one of them goes on from there."""
        buttons = self._actions.findChildren(Button) if self._actions is not None and name else ()
        same = [button for button in buttons if button.accessibleName() == name and button.isEnabled()]
        if same:
            same[0].setFocus()

    def _show_stage_line(self, text: str) -> None:
        self._stage.setText(text)
        self._stage.setAccessibleName(text)
        self._stage.show()

    def _own_words_line(self, own: bool) -> QHBoxLayout:
        said = tr("Your own words. Nothing in them was checked.") if own else tr("The answer that you replaced.")
        line = row(2)
        line.addWidget(label(said, "muted"))
        line.addWidget(Button(tr("Show the answer") if own else tr("Show your words"), self._turn, look="link"))
        line.addStretch(1)
        return line

    def _turn(self) -> None:
        self._original = not self._original
        self._show_shown()

    def _ask_again(self) -> None:
        if self.answer is not None:
            self.attempt_wanted.emit(self.heading.question)
        else:
            self.asked_again.emit(self.heading.question, False)

    def _show_actions(self, answer: Answer) -> None:
        actions = self._actions = AnswerActions(self._theme, answer, self.attempts, comparing=self._comparing)
        actions.copy_wanted.connect(self.copy)
        actions.another_wanted.connect(lambda: self.attempt_wanted.emit(answer.question))
        actions.going_on_wanted.connect(self.going_on_wanted)
        actions.edit_wanted.connect(self.edit)
        actions.rated.connect(self._rate)
        actions.stepped.connect(self._step)
        actions.comparison_wanted.connect(self._compare)
        self._below.addWidget(actions)
        if answer.passages and not answer.refused:
            found = FoundPassages(self._theme, answer.passages, self.passage_opened.emit)
            actions.add(found.toggle)
            self._below.addWidget(found.rows)
        self._below.addWidget(label(told(answer), "caption", wrap=True))

    def edit(self) -> None:
        """Opens the field for words in place of the answer."""
        answer = self.answer
        if answer is not None:
            empty(self._below)
            self.body.write_own_words(answer.own_words if answer.own_words is not None else answer.text)

    def _keep_words(self, text: str) -> None:
        answer = self.answer
        if answer is None:
            return
        words = text if text and text != answer.text.strip() else None
        self.attempts.change(dataclasses.replace(answer, own_words=words))
        self._original = False
        self._show_shown()
        self._focus_again(edit_text())
        self.edited.emit(answer.id, words)

    def _give_up_words(self) -> None:
        self._show_shown()
        self._focus_again(edit_text())

    def _rate(self, rating: int) -> None:
        answer = self.answer
        if answer is not None:
            self.attempts.change(dataclasses.replace(answer, rating=rating))
            self._show_shown()
            self.rated.emit(answer.id, rating)

    def _step(self, by: int) -> None:
        answer = self.attempts.step(by)
        if answer is not None:
            self._original = False
            self._show_shown()
            announce(self, tr("Attempt {place} of {all}", place=self.attempts.place, all=len(self.attempts)))
            self.attempt_chosen.emit(answer.id)

    def _compare(self, on: bool) -> None:
        self._comparing = on
        self._show_shown()

    def _open(self, n: int) -> None:
        if self.answer is not None:
            self.footnote_opened.emit(self.answer, n)
