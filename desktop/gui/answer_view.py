"""A question and its answer as one piece of the page, from the first stage to the last footnote. Asks nothing."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from desktop.domain.answers import Answer, AnswerState, FoundPassage, Support
from desktop.gui.announcements import announce
from desktop.gui.answer_layout import as_plain_text
from desktop.gui.answer_text import AnswerText
from desktop.gui.controls import Button, column, empty, framed, label, look_again, row, rule
from desktop.gui.footnote_entry import SourceEntry, footnote_entry, passage_entry
from desktop.gui.found_passages import FoundPassages
from desktop.gui.theme import Theme, grid
from desktop.gui.translation import tr
from desktop.gui.wording import file_name, shown, stage_text

NEAREST = 5


class AnswerView(QWidget):
    """Signals: `footnote_opened(Answer, n)`, `passage_opened(FoundPassage)`, `asked_again(question, standalone)`,
    `footnotes_lit(Answer, numbers)` when others are lit, for whoever shows their words.
    """

    footnote_opened = Signal(object, int)
    passage_opened = Signal(object)
    asked_again = Signal(str, bool)
    footnotes_lit = Signal(object, object)

    def __init__(self, theme: Theme, question: str) -> None:
        super().__init__()
        self._theme = theme
        self._question = question
        self.answer: Answer | None = None
        self.entries: dict[int, SourceEntry] = {}
        heading = label(question, "question", wrap=True)
        heading.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._searched = row(2)
        self._standalone = ""
        self._stage = label("", "muted")
        self._stage.hide()
        self.text = AnswerText(theme)
        self.text.hide()
        self._below = column(2)
        whole = column(3)
        whole.addWidget(heading)
        whole.addLayout(self._searched)
        whole.addWidget(self._stage)
        whole.addWidget(self.text)
        whole.addLayout(self._below)
        self.setLayout(whole)
        self.text.footnote_opened.connect(self._open)
        self.text.sentence_hovered.connect(self._light_footnotes)
        self.text.footnote_hovered.connect(self._light_one)

    def show_stage(self, stage: str, standalone: str) -> None:
        self._show_stage_line(stage_text(stage))
        if self._show_searched(standalone):
            announce(self, tr("Searched for: {question}", question=standalone))

    def show_stopping(self) -> None:
        self._show_stage_line(tr("Stopping…"))

    def append(self, text: str) -> None:
        self.text.show()
        self.text.append(text)

    def finish(self, answer: Answer) -> None:
        self.answer = answer
        self._stage.hide()
        empty(self._below)
        self.entries = {}
        self._show_searched(answer.standalone)
        self.text.setVisible(bool(answer.text.strip()))
        if answer.refused:
            self._show_refusal(answer)
        else:
            self.text.show_answer(answer)
            self._show_problems(answer)
            self._show_footnotes(answer)
        if answer.state is not AnswerState.FINISHED:
            stopped = answer.state is AnswerState.STOPPED
            said = tr("You stopped this answer.") if stopped else tr("This answer was interrupted.")
            self._show_note(said, "")
        self._show_actions(answer)

    def fail(self, title: str, hint: str) -> None:
        """The words that arrived stay on screen."""
        self._stage.hide()
        empty(self._below)
        self._show_note(title, hint)

    def _show_stage_line(self, text: str) -> None:
        self._stage.setText(text)
        self._stage.setAccessibleName(text)
        self._stage.show()

    def _show_searched(self, standalone: str) -> bool:
        """Whether there was something new to say."""
        if standalone == self._standalone:
            return False  # the button may have the focus
        self._standalone = standalone
        empty(self._searched)
        if not standalone or standalone.split() == self._question.split():
            return False
        self._searched.addWidget(label(tr("Searched for: {question}", question=standalone), "muted", wrap=True), 1)
        again = Button(tr("Search as I wrote it"), lambda: self.asked_again.emit(self._question, True), look="link")
        again.setToolTip(tr("Asks again with your own words"))
        self._searched.addWidget(again, 0, Qt.AlignmentFlag.AlignTop)
        return True

    def _show_refusal(self, answer: Answer) -> None:
        inside = column(1, (4, 3, 4, 3))
        inside.addWidget(label(tr("Not in your files"), "strong"))
        inside.addWidget(label(shown(answer.text), "muted", wrap=True))
        self.text.hide()
        self._below.addWidget(framed("note", inside))
        if answer.passages:
            self._below.addWidget(label(tr("The nearest passages"), "section"))
            self._add_passages(answer.passages[:NEAREST])

    def _add_passages(self, passages: tuple[FoundPassage, ...]) -> None:
        for passage in passages:
            inside = column(0)
            inside.addWidget(passage_entry(passage, self._opener(passage)))
            self._below.addWidget(framed("card", inside))

    def _opener(self, passage: FoundPassage) -> Callable[[], object]:
        return lambda: self.passage_opened.emit(passage)

    def _show_problems(self, answer: Answer) -> None:
        """What keeps it from being in the form that was asked for."""
        if answer.problems:
            inside = column(1, (4, 2, 4, 2))
            inside.addWidget(label(tr("Not quite in the form that was asked for"), "strong"))
            for problem in answer.problems:
                inside.addWidget(label(shown(problem), "muted", wrap=True))
            self._below.addWidget(framed("note", inside))

    def _show_footnotes(self, answer: Answer) -> None:
        if not answer.footnotes:
            return
        self._below.addWidget(rule())
        notes = column(0)
        for footnote in answer.footnotes:
            entry = footnote_entry(footnote, lambda n=footnote.n: self._open(n))
            entry.pointed_at.connect(lambda on, n=footnote.n: self._light_sentences(n if on else 0))
            self.entries[footnote.n] = entry
            notes.addWidget(entry)
        self._below.addLayout(notes)

    def _show_note(self, title: str, hint: str) -> None:
        inside = row(3, (4, 2, 3, 2))
        inside.addWidget(label(" ".join(part for part in (title, hint) if part), wrap=True), 1)
        again = Button(tr("Ask again"), lambda: self.asked_again.emit(self._question, False))
        inside.addWidget(again)
        self._below.addWidget(framed("note", inside))

    def _show_actions(self, answer: Answer) -> None:
        actions = row(2)
        if not answer.refused:
            copy = Button(tr("Copy"), self.copy, look="plain", theme=self._theme, icon_name="copy")
            copy.setAccessibleName(tr("Copy answer with footnotes"))
            actions.addWidget(copy)
        found = None
        if answer.passages and not answer.refused:
            found = FoundPassages(self._theme, answer.passages, self.passage_opened.emit)
            actions.addWidget(found.toggle)
        told = label(_told(answer), "caption", wrap=True)
        told.setMinimumWidth(grid(10))
        actions.addWidget(told, 1)
        self._below.addLayout(actions)
        if found is not None:
            self._below.addWidget(found.rows)

    def controls(self) -> tuple[QWidget, ...]:
        """What can have the focus, from top to bottom."""
        # what `empty` took out is hidden on purpose; what is new is hidden only until Qt lays it out
        gone = Qt.WidgetAttribute.WA_WState_ExplicitShowHide
        buttons = [b for b in self.findChildren(Button) if not (b.isHidden() and b.testAttribute(gone))]
        buttons = [b for b in buttons if b not in self.entries.values()]
        searched = [b for b in buttons if self._searched.indexOf(b) >= 0]
        rest = [b for b in buttons if b not in searched]
        return (*searched, self.text, *self.entries.values(), *rest)

    def copy(self) -> None:
        if self.answer is not None:
            QGuiApplication.clipboard().setText(as_plain_text(self.answer))

    def _open(self, n: int) -> None:
        if self.answer is not None:
            self.footnote_opened.emit(self.answer, n)

    def light(self, n: int) -> None:
        """Lights a footnote and its sentences; 0: none."""
        self._light_sentences(n)

    def _light_sentences(self, n: int) -> None:
        if self.answer is None:
            return
        self._mark_entries((n,) if n else ())
        sentences = enumerate(self.answer.sentences)
        self.text.light(tuple(index for index, sentence in sentences if n in sentence.footnotes))

    def _light_footnotes(self, index: int) -> None:
        footnotes = self.answer.sentences[index].footnotes if self.answer is not None and index >= 0 else ()
        self._mark_entries(footnotes)
        self.text.light((index,) if footnotes else ())

    def _light_one(self, n: int) -> None:
        if n:
            self._mark_entries((n,))

    def _mark_entries(self, numbers: tuple[int, ...]) -> None:
        if self.answer is not None:
            self.footnotes_lit.emit(self.answer, numbers)
        for n, entry in self.entries.items():
            lit = n in numbers
            if bool(entry.property("lit")) != lit:
                entry.setProperty("lit", lit)
                look_again(entry)


def _told(answer: Answer) -> str:
    """`Qwen 1.5B  ·  4 s  ·  whole library searched`; how much of it the files carry is said by the sentences."""
    parts = [file_name(answer.model).removesuffix(".gguf")] if answer.model else []
    parts += [file_name(tone.path).removesuffix(".gguf") for tone in answer.tones if tone.strength > 0]
    if answer.seconds >= 0.5:
        parts.append(tr("{seconds} s", seconds=f"{answer.seconds:.0f}"))
    if answer.coverage:
        parts.append(shown(answer.coverage))
    return "  ·  ".join(parts)


def announcement(answer: Answer) -> str:
    """What a screen reader says when the answer is there."""
    if answer.refused:
        return tr("Not in your files. {text}", text=answer.text)
    unsupported = sum(sentence.support is Support.UNSUPPORTED for sentence in answer.sentences)
    notes = tr("{n} footnote", "{n} footnotes", len(answer.footnotes))
    if not unsupported:
        return tr("Answer finished, {notes}. {text}", notes=notes, text=answer.text)
    missing = tr("{n} sentence not found in your files", "{n} sentences not found in your files", unsupported)
    return tr("Answer finished, {notes}, {missing}. {text}", notes=notes, missing=missing, text=answer.text)
