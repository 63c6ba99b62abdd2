"""Two attempts at a question side by side, with the words that differ marked."""

import re
from difflib import SequenceMatcher

from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from desktop.domain.answers import Answer
from desktop.gui.answer_text import AnswerText
from desktop.gui.attempts import Attempts
from desktop.gui.controls import ElidedLabel, column, framed, label, row
from desktop.gui.mode_chooser import mode_texts
from desktop.gui.theme import Theme
from desktop.gui.translation import tr
from desktop.gui.wording import file_name

Spans = tuple[tuple[int, int], ...]


class Comparison(QWidget):
    """The shown attempt on the right, another on the left; which one, where there are several, is chosen there."""

    def __init__(self, theme: Theme, attempts: Attempts) -> None:
        super().__init__()
        self._attempts = attempts
        self.left, self.right = AnswerText(theme), AnswerText(theme)
        self._left_told, self._right_told = ElidedLabel("", "caption"), ElidedLabel("", "caption")
        self.others = QComboBox()
        self.others.setProperty("look", "plain")
        self.others.setAccessibleName(tr("Compare with"))
        for place, _ in attempts.others:
            self.others.addItem(tr("Attempt {place}", place=place), place)
        self.others.activated.connect(lambda _: self._show())
        across = row(3)
        across.addWidget(framed("card", self._side(self.others, self._left_told, self.left)), 1)
        this = label(tr("Attempt {place}, shown", place=attempts.place), "strong")
        this.setMinimumHeight(self.others.sizeHint().height())  # so that both texts begin on one line
        across.addWidget(framed("card", self._side(this, self._right_told, self.right)), 1)
        self.setLayout(across)
        self._show()

    def _side(self, name: QWidget, told: QWidget, text: AnswerText) -> QVBoxLayout:
        head = row(0)
        head.addWidget(name)
        head.addStretch(1)
        side = column(1.5, (4, 3, 4, 3))
        side.addLayout(head)
        side.addWidget(told)
        side.addWidget(text)
        side.addStretch(1)
        return side

    def _show(self) -> None:
        shown = self._attempts.shown
        other = next((a for place, a in self._attempts.others if place == self.others.currentData()), None)
        if shown is None or other is None:
            return
        self._left_told.show_whole(made_by(other))
        self._right_told.show_whole(made_by(shown))
        before, after = words_of(other), words_of(shown)
        self.left.show_text(before)
        self.right.show_text(after)
        gone, new = differences(before, after)
        self.left.mark_words(gone)
        self.right.mark_words(new)
        same = tr("The two say the same.")
        told = tr("{n} passage differs.", "{n} passages differ.", max(len(gone), len(new)))
        self.setAccessibleName(told if gone or new else same)


def words_of(answer: Answer) -> str:
    return answer.own_words if answer.own_words is not None else answer.text


def made_by(answer: Answer) -> str:
    """Model, tones and mode of an answer."""
    parts = [file_name(answer.model).removesuffix(".gguf")] if answer.model else [tr("Your files’ own words")]
    parts += [file_name(tone.path).removesuffix(".gguf") for tone in answer.tones if tone.strength > 0]
    parts.append(next(name for mode, name, _ in mode_texts() if mode is answer.mode))
    if answer.own_words is not None:
        parts.append(tr("your own words"))
    return "  ·  ".join(parts)


def differences(one: str, other: str) -> tuple[Spans, Spans]:
    """Ranges of the words that only the one has, and of those that only the other has."""
    first, second = (list(re.finditer(r"\w+|[^\w\s]", text)) for text in (one, other))
    matcher = SequenceMatcher(None, [w.group() for w in first], [w.group() for w in second], autojunk=False)
    gone: list[tuple[int, int]] = []
    new: list[tuple[int, int]] = []
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind != "equal" and a < b:
            gone.append((first[a].start(), first[b - 1].end()))
        if kind != "equal" and c < d:
            new.append((second[c].start(), second[d - 1].end()))
    return tuple(gone), tuple(new)
