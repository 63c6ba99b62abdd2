"""The middle of the window: the questions and answers of one conversation, and the composer under them."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.domain.answers import Answer, AnswerMode
from desktop.gui.announcements import announce
from desktop.gui.answer_notes import announcement
from desktop.gui.answer_view import AnswerView
from desktop.gui.asking import Asking, UnderWay
from desktop.gui.composer import Composer
from desktop.gui.controls import column, row
from desktop.gui.drafts import Drafts
from desktop.gui.engine_client import EngineClient
from desktop.gui.exchanges import Exchanges
from desktop.gui.library_state import LibraryState
from desktop.gui.theme import MEASURE, Theme, grid
from desktop.gui.translation import tr
from desktop.protocol import engine_messages as messages

if TYPE_CHECKING:
    from desktop.gui.first_steps import FirstSteps

NEAR_END = grid(20)


class ConversationPage(QWidget):
    """Signals: `footnote_opened(Answer, n)`, `passage_opened(FoundPassage)`, `conversation_shown(int)` with 0 for a
    new one, `conversations_changed()`, `reading_failed(FootnoteError)`, `footnotes_lit(Answer, numbers)`,
    `answer_shown(Answer)` for the last one on the page.
    """

    footnote_opened = Signal(object, int)
    passage_opened = Signal(object)
    footnotes_lit = Signal(object, object)
    answer_shown = Signal(object)
    conversation_shown = Signal(int)
    conversations_changed = Signal()
    reading_failed = Signal(object)

    def __init__(
        self,
        theme: Theme,
        client: EngineClient,
        asking: Asking,
        state: LibraryState,
        drafts: Drafts,
        steps: "FirstSteps",
    ) -> None:
        super().__init__()
        self.setObjectName("page")
        self._theme, self._client, self._asking, self._drafts = theme, client, asking, drafts
        self.conversation_id: int | None = None
        self._live: AnswerView | None = None
        self._round = 0
        self.steps = steps
        self.composer = Composer(theme, client, state)
        self.conversation_shown.connect(state.voice.show_conversation)
        self._instead = ""
        self._list = column(10)
        self.exchanges = Exchanges(theme, client, self._list, lambda: self.composer.draft)
        self._set_out()
        self._connect()
        self.begin_new()

    @property
    def views(self) -> list[AnswerView]:
        return self.exchanges.views

    def begin_new(self) -> None:
        self._show(None, ())

    def open(self, conversation_id: int) -> None:
        """Shows a kept conversation once the engine has read it, unless something else is wanted by then."""
        self._round += 1
        this = self._round
        self._client.call(
            messages.READ_CONVERSATION,
            messages.ConversationId(conversation_id),
            lambda read: self._show(conversation_id, read.answers, read.mode) if this == self._round else None,
            self.reading_failed.emit,
        )

    def light(self, answer_id: int, n: int) -> None:
        """Lights a footnote of that answer and its sentences; 0: none."""
        self.exchanges.light(answer_id, n)

    def focus_composer(self) -> None:
        self.composer.draft.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _set_out(self) -> None:
        scrolled = QWidget()
        scrolled.setObjectName("scrolled")
        inner = column(0, (0, 10, 0, 10))
        inner.addLayout(self._list)
        inner.addWidget(self.steps, 1)
        inner.addStretch(1)
        self._centre(scrolled, inner)
        self._scroll = QScrollArea()
        self._scroll.setWidget(scrolled)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setAccessibleName(tr("Conversation"))
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        below = QWidget()
        holding = column(0, (0, 2, 0, 5))
        holding.addWidget(self.composer)
        self._below = self._centre(below, holding)
        whole = column(0)
        whole.addWidget(self._scroll, 1)
        whole.addWidget(below)
        self.setLayout(whole)

    def _centre(self, widget: QWidget, inside: QVBoxLayout) -> QHBoxLayout:
        """One column of the right measure in the middle, with margins that give way first."""
        middle = QWidget()
        middle.setLayout(inside)
        middle.setMaximumWidth(MEASURE)
        across: QHBoxLayout = row(0, (6, 0, 6, 0))
        across.addStretch(1)
        across.addWidget(middle, 1000)
        across.addStretch(1)
        widget.setLayout(across)
        return across

    def _connect(self) -> None:
        asking = self._asking
        asking.question_asked.connect(self._asked)
        asking.conversation_begun.connect(self._begun)
        asking.stage_changed.connect(self._stage_changed)
        asking.text_arrived.connect(lambda text: self._live and self._live.append(text))
        asking.thought_arrived.connect(lambda text: self._live and self._live.thought.append(text))
        asking.meanwhile_arrived.connect(lambda answer: self._live and self._live.body.show_meanwhile(answer))
        asking.stopping_began.connect(self._stopping)
        asking.answer_finished.connect(self._finished)
        asking.answer_failed.connect(self._failed)
        exchanges = self.exchanges
        exchanges.footnote_opened.connect(self.footnote_opened)
        exchanges.passage_opened.connect(self.passage_opened)
        exchanges.footnotes_lit.connect(self.footnotes_lit)
        exchanges.asked_again.connect(self.ask)
        exchanges.attempt_wanted.connect(self._ask_another)
        exchanges.going_on_wanted.connect(self._go_on)
        exchanges.problem_arose.connect(self.reading_failed)
        exchanges.built.connect(self._built)
        self.composer.question_written.connect(self.ask)
        self.composer.stop_wanted.connect(asking.stop)
        self.composer.mode_chosen.connect(self._keep_mode)
        self.composer.draft_changed.connect(lambda text: self._drafts.set(self.conversation_id, text))
        self.steps.question_chosen.connect(self.ask)
        self._scroll.verticalScrollBar().rangeChanged.connect(self._follow_end)
        self._following = True
        self._scroll.verticalScrollBar().valueChanged.connect(self._note_place)

    def ask(self, question: str, standalone: bool = False) -> None:
        if self._asking.under_way is not None and standalone:
            self._instead = question  # the wrong search need not be waited for
            self._asking.stop()
        if self._asking.under_way is not None or self.exchanges.building:
            return
        if self.composer.draft.toPlainText().strip() == question.strip():
            self.composer.show_draft("")
            self._drafts.set(self.conversation_id, "")
        self._asking.ask(self.conversation_id, question, standalone=standalone, mode=self.composer.mode.mode)
        self.focus_composer()  # what was clicked goes away, and the next thing is to write

    def _ask_another(self, view: AnswerView, question: str) -> None:
        """Another attempt at a question that has been answered."""
        if self._asking.under_way is None and view.answer is not None:
            first, mode = view.answer.attempt_of, self.composer.mode.mode
            self._asking.ask(self.conversation_id, question, mode=mode, attempt_of=first)
            self.focus_composer()

    def _go_on(self, answer: Answer) -> None:
        self._asking.go_on(answer)
        self.focus_composer()

    def _keep_mode(self, mode: AnswerMode) -> None:
        if self.conversation_id is not None:
            self._client.call(messages.SET_MODE, messages.ConversationMode(self.conversation_id, mode))

    def _show(
        self, conversation_id: int | None, answers: tuple[Answer, ...], mode: AnswerMode = AnswerMode.STRICT
    ) -> None:
        self._round += 1
        self.conversation_id = conversation_id
        self._live = None
        self.steps.setVisible(not answers)
        self.composer.show_draft(self._drafts.get(conversation_id))
        self.composer.mode.show_mode(mode)
        self.conversation_shown.emit(conversation_id or 0)
        under_way = self._asking.under_way
        made = under_way.answer_id if under_way is not None and under_way.goes_on is None else None
        self.exchanges.show(answer for answer in answers if answer.id != made)

    def _built(self) -> None:
        under_way = self._asking.under_way
        if under_way is not None and under_way.conversation_id == self.conversation_id and self._live is None:
            self._add_live(under_way)
        last = self.views[-1].answer if self.views else None
        if last is not None:
            self.answer_shown.emit(last)
        self._following = True
        QTimer.singleShot(0, self, self._to_last_question)

    def _add_live(self, under_way: UnderWay) -> None:
        """What is under way goes on in the view of its question, or begins a new one."""
        goes_on = under_way.goes_on
        first = goes_on.attempt_of if goes_on is not None else under_way.attempt_of
        view = self.exchanges.view_of(first) if first is not None else None
        self._live = view or self.exchanges.add(under_way.question)
        self.steps.hide()
        if view is not None:
            view.begin(under_way.question, goes_on.text if goes_on is not None else "")
        self._live.show_stage(under_way.stage, under_way.standalone)
        if under_way.meanwhile is not None and not under_way.text:
            self._live.body.show_meanwhile(under_way.meanwhile)
        self._live.thought.show_whole(under_way.thought)
        if under_way.text:
            self._live.append(under_way.text)

    def _asked(self) -> None:
        under_way = self._asking.under_way
        if under_way is not None:
            self._following = under_way.attempt_of is None and under_way.goes_on is None
            self._add_live(under_way)
        self.composer.show_busy(True)

    def _begun(self, conversation_id: int) -> None:
        under_way = self._asking.under_way
        if self._live is not None and under_way is not None and self.conversation_id is None:
            self.conversation_id = conversation_id
            draft = self.composer.draft.toPlainText()
            self._drafts.set(None, "")
            self._drafts.set(conversation_id, draft)
            self.conversation_shown.emit(conversation_id)
        self.conversations_changed.emit()

    def _stage_changed(self) -> None:
        under_way = self._asking.under_way
        if self._live is not None and under_way is not None and not under_way.stopping:
            self._live.show_stage(under_way.stage, under_way.standalone)
            self.exchanges.order_focus(self._live)

    def _stopping(self) -> None:
        self.composer.show_busy(True, stopping=True)
        if self._live is not None:
            self._live.show_stopping()

    def _finished(self, answer: Answer) -> None:
        self.composer.show_busy(False)
        if self._live is not None:
            self._live.finish(answer)
            self.answer_shown.emit(answer)
            announce(self._live, announcement(answer))
            self._live = None
        self.conversations_changed.emit()
        self._ask_instead()

    def _failed(self, title: str, hint: str) -> None:
        self.composer.show_busy(False)
        if self._live is not None:
            self._live.fail(title, hint)
            announce(self._live, f"{title} {hint}".strip())
            self._live = None
        self._ask_instead()

    def _ask_instead(self) -> None:
        question, self._instead = self._instead, ""
        if question:
            self.ask(question, True)

    def _note_place(self, value: int) -> None:
        self._following = value >= self._scroll.verticalScrollBar().maximum() - NEAR_END

    def _follow_end(self, _least: int, most: int) -> None:
        bar = self._scroll.verticalScrollBar()
        beside = bar.sizeHint().width() if most > 0 else 0  # so that both columns keep one edge
        self._below.setContentsMargins(grid(6), 0, grid(6) + beside, 0)
        if self._following:
            self._scroll.verticalScrollBar().setValue(most)

    def _to_last_question(self) -> None:
        if self.views:
            self._scroll.verticalScrollBar().setValue(self.views[-1].y())
