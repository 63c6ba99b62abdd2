"""The question over its answer, and the field in which it is written anew to be asked again. Asks nothing itself."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from desktop.gui.controls import Button, IconButton, column, label, row
from desktop.gui.theme import Theme, grid
from desktop.gui.translation import tr
from desktop.gui.wording import shown

ASKED_FOR = QEvent.Type.ShortcutOverride  # whether a key that is a shortcut of the window is wanted here


class SmallEditor(QPlainTextEdit):
    """Esc gives up; Enter is done where `enter_ends`, else Ctrl+Enter; Tab leaves.

    Signals: `done()`, `given_up()`.
    """

    done = Signal()
    given_up = Signal()

    def __init__(self, name: str, lines: int, *, enter_ends: bool) -> None:
        super().__init__()
        self.setObjectName("rules")  # looks like the other fields of several lines
        self.setAccessibleName(name)
        self.setTabChangesFocus(True)
        self.setFixedHeight(grid(6 * lines + 4))
        self._enter_ends = enter_ends

    def event(self, event: QEvent) -> bool:
        # Esc ends this, not what the window would end
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape and event.type() == ASKED_FOR:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.key() == Qt.Key.Key_Escape:
            self.given_up.emit()
        elif enter and self._ends(event.modifiers()):
            self.done.emit()
        else:
            super().keyPressEvent(event)

    def _ends(self, held: Qt.KeyboardModifier) -> bool:
        if self._enter_ends:
            return not held & Qt.KeyboardModifier.ShiftModifier
        return bool(held & Qt.KeyboardModifier.ControlModifier)


class QuestionHeading(QWidget):
    """Signals: `asked_anew(str)` with other words."""

    asked_anew = Signal(str)

    def __init__(self, theme: Theme, question: str) -> None:
        super().__init__()
        self._question = question
        self._label = label(shown(question), "question", wrap=True)
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.edit = IconButton(theme, "rename", tr("Edit the question and ask again"), self.begin)
        self.edit.hide()
        self._line = row(2)
        self._line.addWidget(self._label, 1)
        self._line.addWidget(self.edit, 0, Qt.AlignmentFlag.AlignTop)
        self._whole = column(2)
        self._whole.addLayout(self._line)
        self.setLayout(self._whole)
        self._form: QWidget | None = None
        self.editor: SmallEditor | None = None

    @property
    def question(self) -> str:
        return self._question

    def show_question(self, question: str) -> None:
        self._question = question
        self._label.setText(shown(question))

    def allow_editing(self, allowed: bool) -> None:
        self.edit.setVisible(allowed)
        if not allowed:
            self.end()

    def begin(self) -> None:
        if self._form is not None:
            return
        self.editor = SmallEditor(tr("The question"), 2, enter_ends=True)
        self.editor.setPlainText(self._question)
        self.editor.done.connect(self._ask)
        self.editor.given_up.connect(self.end)
        below = row(2)
        below.addWidget(Button(tr("Ask"), self._ask, look="primary"))
        below.addWidget(Button(tr("Cancel"), self.end))
        below.addWidget(label(tr("The answers until now are kept."), "caption"))
        below.addStretch(1)
        inside = column(2)
        inside.addWidget(self.editor)
        inside.addLayout(below)
        self._form = QWidget()
        self._form.setLayout(inside)
        self._whole.addWidget(self._form)
        self._label.hide()
        self.edit.hide()
        self.editor.setFocus()
        self.editor.moveCursor(self.editor.textCursor().MoveOperation.End)

    def end(self) -> None:
        if self._form is None:
            return
        self._form.hide()
        self._form.deleteLater()
        self._form, self.editor = None, None
        self._label.show()
        self.edit.show()
        self.edit.setFocus()

    def _ask(self) -> None:
        question = self.editor.toPlainText().strip() if self.editor is not None else ""
        self.end()
        if question:
            self.asked_anew.emit(question)
