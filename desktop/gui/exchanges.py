"""The questions of a conversation with their answers, one view each, and what the user does with finished answers.

Long conversations are set a few at a time, so that the window stays alive. What is under way is the page's.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable
from itertools import groupby
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.domain.answers import Answer
from desktop.gui.answer_view import AnswerView
from desktop.gui.cited_changes import CitedChanges
from desktop.gui.controls import empty
from desktop.gui.engine_client import EngineClient
from desktop.gui.theme import Theme
from desktop.protocol import engine_messages as messages
from desktop.protocol.common_messages import Nothing
from desktop.protocol.lines import Method

P = TypeVar("P")

SLICE = 0.02  # seconds of setting answers before the window is looked after


class Exchanges(QObject):
    """Signals: `footnote_opened(Answer, n)`, `passage_opened(FoundPassage)`, `asked_again(question, standalone)`,
    `footnotes_lit(Answer, numbers)`, `attempt_wanted(AnswerView, question)`, `going_on_wanted(Answer)`,
    `built()`, `problem_arose(FootnoteError)`.
    """

    footnote_opened = Signal(object, int)
    passage_opened = Signal(object)
    footnotes_lit = Signal(object, object)
    asked_again = Signal(str, bool)
    attempt_wanted = Signal(object, str)
    going_on_wanted = Signal(object)
    built = Signal()
    problem_arose = Signal(object)

    def __init__(
        self, theme: Theme, client: EngineClient, layout: QVBoxLayout, after: Callable[[], QWidget | None]
    ) -> None:
        """`after`: what comes after the answers in the order of the focus."""
        super().__init__()
        self._theme, self._client, self._layout, self._after = theme, client, layout, after
        self.views: list[AnswerView] = []
        self._unbuilt: deque[tuple[Answer, ...]] = deque()
        self._build_later = QTimer(self, singleShot=True, interval=0)
        self._build_later.timeout.connect(self._build)
        self._changes = CitedChanges(client, lambda: self.views)

    @property
    def building(self) -> bool:
        return bool(self._unbuilt)

    def show(self, answers: Iterable[Answer]) -> None:
        """Attempts at one question stand next to each other."""
        empty(self._layout)
        self.views = []
        self._unbuilt = deque(tuple(attempts) for _, attempts in groupby(answers, lambda answer: answer.attempt_of))
        self._build()

    def add(self, question: str) -> AnswerView:
        view = AnswerView(self._theme, question)
        view.footnote_opened.connect(self.footnote_opened)
        view.passage_opened.connect(self.passage_opened)
        view.footnotes_lit.connect(self.footnotes_lit)
        view.asked_again.connect(self.asked_again)
        view.attempt_wanted.connect(lambda words: self.attempt_wanted.emit(view, words))
        view.going_on_wanted.connect(lambda: self.going_on_wanted.emit(view.answer))
        view.attempt_chosen.connect(lambda answer_id: self._tell(messages.CHOOSE_ATTEMPT, messages.AnswerId(answer_id)))
        view.rated.connect(lambda answer_id, n: self._tell(messages.RATE_ANSWER, messages.RateAnswer(answer_id, n)))
        view.edited.connect(lambda answer_id, text: self._edit(answer_id, text))
        view.laid_out.connect(lambda: self.order_focus(view))
        self._layout.addWidget(view)
        self.views.append(view)
        return view

    def view_of(self, first: int) -> AnswerView | None:
        """The view of the attempts that began with this answer."""
        return next((v for v in self.views if v.answer is not None and v.answer.attempt_of == first), None)

    def light(self, answer_id: int, n: int) -> None:
        """Lights a footnote of that answer and its sentences; 0: none."""
        for view in self.views:
            if view.answer is not None and view.answer.id == answer_id:
                view.light(n)

    def look_for_changes(self) -> None:
        self._changes.look()

    def order_focus(self, view: AnswerView) -> None:
        """Tab goes through the answers from the top, then to the composer: the order in which one reads."""
        following = self.views[self.views.index(view) + 1 :]
        after = following[0].controls()[0] if following else self._after()
        before = after.previousInFocusChain() if after is not None else None
        while before is not None and before.focusPolicy() == Qt.FocusPolicy.NoFocus:
            before = before.previousInFocusChain()  # Qt does not go on from what can't have the focus
        for control in view.controls() if before is not None else ():
            QWidget.setTabOrder(before, control)  # pyright: ignore[reportArgumentType]  # never None here
            before = control

    def _build(self) -> None:
        deadline = time.monotonic() + SLICE
        while self._unbuilt:
            attempts = self._unbuilt.popleft()
            self.add(attempts[-1].question).show_attempts(attempts)
            if self._unbuilt and time.monotonic() > deadline:
                self._build_later.start()
                return
        self._changes.look()
        self.built.emit()

    def _edit(self, answer_id: int, text: str | None) -> None:
        self._tell(messages.EDIT_ANSWER, messages.EditAnswer(answer_id, text))

    def _tell(self, method: Method[P, Nothing], params: P) -> None:
        self._client.call(method, params, None, self.problem_arose.emit)
