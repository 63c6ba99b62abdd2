"""Where the question is written: text, model, tones, form of the answer, Send or Stop. Sends nothing itself."""

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QSizePolicy, QWidget

from desktop.gui.chooser import Chooser
from desktop.gui.controls import Button, column, look_again, plain_tip, row
from desktop.gui.engine_client import EngineClient
from desktop.gui.library_state import LibraryState
from desktop.gui.mode_chooser import ModeChooser
from desktop.gui.model_wording import where_it_runs
from desktop.gui.scope_completion import ScopeCompletion
from desktop.gui.theme import Theme, grid
from desktop.gui.translation import tr
from desktop.gui.voice_controls import VoiceControls
from desktop.gui.wording import shown

LINES = 8  # the field grows this far, then scrolls


class Draft(QPlainTextEdit):
    """Enter sends, Shift+Enter breaks the line, Tab leaves, unless `scopes` wants the key.

    Signals: `send_wanted()`, `focus_changed(bool)`.
    """

    send_wanted = Signal()
    focus_changed = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.scopes: ScopeCompletion | None = None
        self.setObjectName("draft")
        self.setTabChangesFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setPlaceholderText(tr("Ask your files…  Type @ to choose where to look"))
        self.setAccessibleName(tr("Your question"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(0)
        self.document().documentLayout().documentSizeChanged.connect(lambda _: self._fit())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.send_wanted.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focus_changed.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focus_changed.emit(False)

    def sizeHint(self) -> QSize:
        return QSize(grid(80), self.height())

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.Polish, QEvent.Type.Show):
            QTimer.singleShot(0, self, self._fit)
        # here and not in keyPressEvent, which Tab and the keys of shortcuts never reach
        if isinstance(event, QKeyEvent) and event.type() != QEvent.Type.KeyRelease and self.scopes is not None:
            return self.scopes.take_key(event) or super().event(event)
        return super().event(event)

    def _fit(self) -> None:
        lines = min(max(int(self.document().size().height()), 1), LINES)
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + grid(1))


class Composer(QWidget):
    """Signals: `question_written(str)`, `stop_wanted()`, `draft_changed(str)`, `tones_wanted()`,
    `mode_chosen(AnswerMode)`.
    """

    question_written = Signal(str)
    mode_chosen = Signal(object)
    stop_wanted = Signal()
    draft_changed = Signal(str)
    tones_wanted = Signal()

    def __init__(self, theme: Theme, client: EngineClient, state: LibraryState) -> None:
        super().__init__()
        self._state = state
        self._busy = False
        self.setObjectName("composer")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.draft = Draft()
        self.scopes = self.draft.scopes = ScopeCompletion(theme, client, self.draft, self)
        self.scope = Button("@", self.scopes.begin, look="plain")
        self.scope.setAccessibleName(tr("Limit the search to a folder, a file, a type or a time"))
        self.scope.setToolTip(tr("Limit the search to a folder, a file, a type or a time"))
        self.mode = ModeChooser()
        self.models = self._chooser(tr("Model"))
        self.voice = VoiceControls(theme, state, self, self.tones_wanted.emit)
        self.send = Button(tr("Send"), self._press, look="primary", theme=theme, icon_name="send")
        self.send.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self._set_out()
        self._connect()
        self._show_models()

    def show_busy(self, busy: bool, *, stopping: bool = False) -> None:
        """While an answer is under way the button stops it."""
        self._busy = busy
        text = tr("Send") if not busy else tr("Stopping…") if stopping else tr("Stop")
        self.send.rename(text)
        self.send.show_icon("stop" if busy else "send")
        self.send.setToolTip(tr("Stop the answer (Esc)") if busy else tr("Send the question (Enter)"))
        self._allow()

    def show_draft(self, text: str) -> None:
        self.scopes.close()
        self.draft.blockSignals(True)
        self.draft.setPlainText(text)
        self.draft.blockSignals(False)
        self.draft.moveCursor(self.draft.textCursor().MoveOperation.End)
        self._allow()

    def _chooser(self, name: str) -> Chooser:
        chooser = Chooser()
        chooser.setAccessibleName(name)
        chooser.setToolTip(name)
        chooser.setSizeAdjustPolicy(Chooser.SizeAdjustPolicy.AdjustToContents)
        chooser.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        chooser.setMinimumContentsLength(8)
        return chooser

    def _set_out(self) -> None:
        below = row(1)
        below.addWidget(self.scope)
        below.addWidget(self.mode)
        below.addWidget(self.models)
        below.addWidget(self.voice)
        below.addStretch(1)
        below.addWidget(self.send)
        whole = column(2, (4, 3, 3, 3))
        whole.addWidget(self.draft)
        whole.addLayout(below)
        self.setLayout(whole)

    def _connect(self) -> None:
        self.draft.send_wanted.connect(self._send)
        self.draft.textChanged.connect(self._changed)
        self.draft.focus_changed.connect(self._show_focus)
        self.models.activated.connect(lambda at: self._state.choose_model(self.models.itemData(at)))
        self.mode.mode_chosen.connect(self.mode_chosen)
        self._state.models_changed.connect(self._show_models)

    def _show_focus(self, focused: bool) -> None:
        if not focused:
            self.scopes.close()
        self.setProperty("active", focused)
        look_again(self)

    def _changed(self) -> None:
        self._allow()
        self.draft_changed.emit(self.draft.toPlainText())

    def _allow(self) -> None:
        stopping = self.send.accessibleName() == tr("Stopping…")
        self.send.setEnabled(not stopping if self._busy else bool(self.draft.toPlainText().strip()))

    def _press(self) -> None:
        if self._busy:
            self.stop_wanted.emit()
        else:
            self._send()

    def _send(self) -> None:
        question = self.draft.toPlainText().strip()
        if question and not self._busy:
            self.question_written.emit(question)

    def _show_models(self) -> None:
        models = self._state.models
        self.models.clear()
        for model in models.models if models is not None else ():
            if not model.problem:
                self.models.addItem(shown(model.name), model.path)
        self.models.setEnabled(self.models.count() > 0)
        if self.models.count() == 0:
            self.models.addItem(tr("No model yet") if models is not None else tr("Starting…"), "")
        self.models.setCurrentIndex(max(0, self.models.findData(models.chosen if models is not None else "")))
        place = models.place if models is not None else None
        self.models.setToolTip(tr("Model") if place is None else plain_tip(where_it_runs(place)))
