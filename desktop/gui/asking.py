"""Asking a question as one action: sent, written word by word, stopped, finished or failed. Draws nothing.

One answer is under way at a time. Words that arrive are gathered and passed on at most 16 times a second.
"""

from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.domain.answers import Answer, AnswerMode
from desktop.domain.errors import FootnoteError
from desktop.gui.engine_client import EngineClient
from desktop.gui.translation import tr
from desktop.protocol import engine_messages as messages

GATHER = 60  # milliseconds


@dataclass(slots=True)
class UnderWay:
    """An answer that is being made. `answer_id` is None until the engine took the question.

    `attempt_of`: the answer to whose question it is another attempt. `goes_on`: the answer that it goes on with.
    """

    question: str
    conversation_id: int | None
    answer_id: int | None = None
    stage: str = "finding"
    standalone: str = ""
    text: str = ""
    thought: str = ""
    meanwhile: Answer | None = None
    stopping: bool = False
    attempt_of: int | None = None
    goes_on: Answer | None = None


class Asking(QObject):
    """Signals: `question_asked()`, `conversation_begun(conversation_id)` once it is known, `stage_changed()`,
    `text_arrived(str)`, `thought_arrived(str)`, `meanwhile_arrived(Answer)`, `stopping_began()`,
    `answer_finished(Answer)`, `answer_failed(title, hint)`, `other_answer_finished()` for one that someone else
    asked for.
    """

    question_asked = Signal()
    conversation_begun = Signal(int)
    stage_changed = Signal()
    text_arrived = Signal(str)
    thought_arrived = Signal(str)
    meanwhile_arrived = Signal(object)
    stopping_began = Signal()
    answer_finished = Signal(object)
    answer_failed = Signal(str, str)
    other_answer_finished = Signal()

    def __init__(self, client: EngineClient) -> None:
        super().__init__()
        self._client = client
        self.under_way: UnderWay | None = None
        self._early: list[object] = []
        self._gathered: list[str] = []
        self._timer = QTimer(self, singleShot=True, interval=GATHER)
        self._timer.timeout.connect(self._pass_on)
        client.answer_stage_changed.connect(self._take)
        client.answer_text_arrived.connect(self._take)
        client.answer_thought_arrived.connect(self._take)
        client.answer_meanwhile_arrived.connect(self._take)
        client.answer_finished.connect(self._take)
        client.answer_failed.connect(self._take)
        client.engine_lost.connect(self._lost)
        client.engine_given_up.connect(lambda *_: self._lost())

    def ask(
        self,
        conversation_id: int | None,
        question: str,
        *,
        standalone: bool = False,
        mode: AnswerMode | None = None,
        attempt_of: int | None = None,
    ) -> None:
        """Asks, unless an answer is under way. `standalone` searches for the words as they are."""
        if self.under_way is None:
            self._begin(UnderWay(question, conversation_id, attempt_of=attempt_of))
            request = messages.Ask(conversation_id, question, standalone, None, None, None, mode, attempt_of)
            self._client.call(messages.ASK, request, self._accepted, self._refused)

    def go_on(self, answer: Answer) -> None:
        """Has an answer go on where it was, unless one is under way."""
        if self.under_way is None:
            self._begin(UnderWay(answer.question, answer.conversation_id, goes_on=answer))
            self._client.call(messages.CONTINUE_ANSWER, messages.AnswerId(answer.id), self._accepted, self._refused)

    def _begin(self, under_way: UnderWay) -> None:
        self.under_way = under_way
        self._early = []
        self.question_asked.emit()

    def stop(self) -> None:
        under_way = self.under_way
        if under_way is None or under_way.stopping:
            return
        under_way.stopping = True
        self._pass_on()
        self.stopping_began.emit()
        if under_way.answer_id is not None:
            self._client.call(messages.CANCEL_ANSWER, messages.AnswerId(under_way.answer_id))

    def _accepted(self, asked: messages.Asked) -> None:
        under_way = self.under_way
        if under_way is None:
            return
        under_way.answer_id = asked.answer_id
        under_way.conversation_id = asked.conversation_id
        self.conversation_begun.emit(asked.conversation_id)
        if under_way.stopping:
            self._client.call(messages.CANCEL_ANSWER, messages.AnswerId(asked.answer_id))
        early, self._early = self._early, []
        for event in early:
            self._take(event)

    def _refused(self, error: FootnoteError) -> None:
        if self.under_way is not None:  # not when the engine died, which has been said already
            self._fail(error.title, error.hint)

    def _take(self, event: object) -> None:
        under_way = self.under_way
        if under_way is not None and under_way.answer_id is None:
            self._early.append(event)  # may overtake the reply that names the answer
            return
        whole = isinstance(event, messages.AnswerFinished | messages.AnswerMeanwhile)
        answer_id = event.answer.id if whole else getattr(event, "answer_id", -1)
        if under_way is None or answer_id != under_way.answer_id:
            if isinstance(event, messages.AnswerFinished):
                self.other_answer_finished.emit()
            return
        self._take_own(under_way, event)

    def _take_own(self, under_way: UnderWay, event: object) -> None:
        if isinstance(event, messages.AnswerText):
            if not under_way.stopping:
                self._gathered.append(event.text)
                if not self._timer.isActive():
                    self._timer.start()
        elif isinstance(event, messages.AnswerThought):
            under_way.thought += event.text
            self.thought_arrived.emit(event.text)
        elif isinstance(event, messages.AnswerMeanwhile):
            under_way.meanwhile = event.answer
            self.meanwhile_arrived.emit(event.answer)
        elif isinstance(event, messages.AnswerStage):
            under_way.stage = event.stage
            under_way.standalone = event.standalone or under_way.standalone
            self.stage_changed.emit()
        elif isinstance(event, messages.AnswerFinished):
            self._end()
            self.answer_finished.emit(event.answer)
        elif isinstance(event, messages.AnswerFailed):
            self._fail(event.title, event.hint)

    def _pass_on(self) -> None:
        if self._gathered and self.under_way is not None:
            text = "".join(self._gathered)
            self._gathered = []
            self.under_way.text += text
            self.text_arrived.emit(text)

    def _lost(self) -> None:
        if self.under_way is not None:
            self._fail(tr("The engine stopped in the middle of this answer."), tr("It is being started again."))

    def _fail(self, title: str, hint: str) -> None:
        self._pass_on()
        self._end()
        self.answer_failed.emit(title, hint)

    def _end(self) -> None:
        self._timer.stop()
        self._gathered = []
        self.under_way = None
