"""The words of an answer and what they rest on: text, footnotes, a refusal, the user's own words, a comparison.

Shows what it is given; which attempt that is, is the view's.
"""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QWidget

from desktop.domain.answers import Answer, FoundPassage
from desktop.gui.answer_text import AnswerText
from desktop.gui.attempts import Attempts
from desktop.gui.comparison import Comparison
from desktop.gui.controls import column, empty, framed, label
from desktop.gui.footnote_entry import passage_entry
from desktop.gui.footnote_list import FootnoteList
from desktop.gui.own_words import OwnWords
from desktop.gui.theme import Theme
from desktop.gui.translation import tr
from desktop.gui.wording import shown

NEAREST = 5


class AnswerBody(QWidget):
    """Signals: `footnote_opened(n)`, `passage_opened(FoundPassage)`, `words_written(str)`, `writing_given_up()`,
    `footnotes_lit(Answer, numbers)` when others are lit.
    """

    footnote_opened = Signal(int)
    passage_opened = Signal(object)
    footnotes_lit = Signal(object, object)
    words_written = Signal(str)
    writing_given_up = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._answer: Answer | None = None
        self._meanwhile = False
        self._above = column(1)
        self.text = AnswerText(theme)
        self.text.hide()
        self._instead = column(2)
        self.notes = FootnoteList()
        self.notes.hide()
        whole = column(3)
        whole.addLayout(self._above)
        whole.addWidget(self.text)
        whole.addLayout(self._instead)
        whole.addWidget(self.notes)
        self.setLayout(whole)
        self.text.footnote_opened.connect(self.footnote_opened)
        self.text.sentence_hovered.connect(self.light_footnotes)
        self.text.footnote_hovered.connect(lambda n: self._mark((n,)) if n else None)
        self.notes.footnote_opened.connect(self.footnote_opened)
        self.notes.pointed_at.connect(self.light_sentences)

    def clear(self) -> None:
        self._answer = None
        self._meanwhile = False
        empty(self._above)
        empty(self._instead)
        self.notes.show_footnotes(None)
        self.text.hide()

    def begin(self, text: str) -> None:
        """Words that go on."""
        self.clear()
        self.text.show_text(text)
        self.text.setVisible(bool(text))

    def append(self, text: str) -> None:
        if self._meanwhile:
            self.begin("")
        self.text.show()
        self.text.append(text)

    def show_meanwhile(self, answer: Answer) -> None:
        """The files' own words, until the model writes its first."""
        self.show_answer(answer)
        self._meanwhile = True
        self._above.addWidget(label(tr("Meanwhile, your files’ own words:"), "section"))

    def show_answer(self, answer: Answer) -> None:
        self.clear()
        self._answer = answer
        self.text.show_answer(answer)
        self.text.setVisible(bool(answer.text.strip()))
        if answer.problems:
            self._instead.addWidget(_problems(answer.problems))
        self.notes.show_footnotes(answer)

    def show_own_words(self, text: str) -> None:
        """Without a footnote: nothing in them was checked."""
        self.clear()
        self.text.show_text(text)
        self.text.show()

    def show_refusal(self, answer: Answer) -> None:
        self.clear()
        inside = column(1, (4, 3, 4, 3))
        inside.addWidget(label(tr("Not in your files"), "strong"))
        inside.addWidget(label(shown(answer.text), "muted", wrap=True))
        self._instead.addWidget(framed("note", inside))
        if answer.passages:
            self._instead.addWidget(label(tr("The nearest passages"), "section"))
        for passage in answer.passages[:NEAREST]:
            card = column(0)
            card.addWidget(passage_entry(passage, self._opener(passage)))
            self._instead.addWidget(framed("card", card))

    def show_comparison(self, attempts: Attempts) -> None:
        self.clear()
        self._instead.addWidget(Comparison(self._theme, attempts))

    def write_own_words(self, text: str) -> None:
        """Opens the field for words in place of the answer."""
        self.clear()
        field = OwnWords(text)
        field.saved.connect(self.words_written)
        field.given_up.connect(self.writing_given_up)
        self._instead.addWidget(field)
        field.editor.setFocus()

    def light_footnotes(self, index: int) -> None:
        footnotes = self._answer.sentences[index].footnotes if self._answer is not None and index >= 0 else ()
        self._mark(footnotes)
        self.text.light((index,) if footnotes else ())

    def light_sentences(self, n: int) -> None:
        if self._answer is None:
            return
        self._mark((n,) if n else ())
        sentences = enumerate(self._answer.sentences)
        self.text.light(tuple(index for index, sentence in sentences if n in sentence.footnotes))

    def _mark(self, numbers: tuple[int, ...]) -> None:
        if self._answer is not None:
            self.footnotes_lit.emit(self._answer, numbers)
        self.notes.mark(numbers)

    def _opener(self, passage: FoundPassage) -> Callable[[], object]:
        return lambda: self.passage_opened.emit(passage)


def _problems(problems: tuple[str, ...]) -> QFrame:
    """What keeps it from being in the form that was asked for."""
    inside = column(1, (4, 2, 4, 2))
    inside.addWidget(label(tr("Not quite in the form that was asked for"), "strong"))
    for problem in problems:
        inside.addWidget(label(shown(problem), "muted", wrap=True))
    return framed("note", inside)
