"""The rules of one folder, edited with a preview of what they would change. Nothing changes before Save is pressed,
and saving can be undone.
"""

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut, QTextCursor
from PySide6.QtWidgets import QBoxLayout, QPlainTextEdit, QSpinBox, QWidget

from desktop.domain.errors import FootnoteError
from desktop.domain.files import MOST_MB, Folder
from desktop.gui.announcements import announce
from desktop.gui.controls import Button, column, label, row
from desktop.gui.flow import Flow
from desktop.gui.messages import STAYS_LONG, Message
from desktop.gui.page_frame import PageFrame
from desktop.gui.parts import Parts
from desktop.gui.rule_examples import Example, examples, with_lines
from desktop.gui.rules_preview import RulesPreviewCard
from desktop.gui.theme import Text, grid
from desktop.gui.translation import tr
from desktop.gui.wording import file_name
from desktop.protocol.engine_messages import PREVIEW_RULES, SET_RULES, FolderRulesOf, RulesPreview

REST = 400  # milliseconds without a key before the rules are tried
LONGEST_NAME = 40  # characters of the folder's name that a title has room for
SIDE_BY_SIDE = grid(180)  # the width from which on text and preview stand beside each other


class RulesPage(PageFrame):
    """Signals: `closed()` after saving or not."""

    closed = Signal()

    def __init__(self, parts: Parts, folder: Folder, draft: FolderRulesOf | None = None) -> None:
        hint = tr(
            "Each line says what Footnote leaves out of this folder. Hidden files, caches, temporary files and "
            "programs’ own folders are left out already. Your files stay where they are."
        )
        name = _short(file_name(folder.path))
        super().__init__(tr("Rules of “{name}”", name=name), hint, wide=True)
        self._parts = parts
        self._name = name
        self._before = FolderRulesOf(folder.id, folder.rules, folder.largest_mb)
        self._seen: FolderRulesOf | None = None
        self._looking = False
        self._over = False
        self.given_up = False
        self.text = QPlainTextEdit()
        self.largest = QSpinBox()
        self.problem = label("", "bad", wrap=True)
        self.preview = RulesPreviewCard()
        self.cancel = Button(tr("Cancel"), self.give_up)
        self.save = Button(tr("Save"), self._save, look="primary")
        self.save.setToolTip(tr("Save (Ctrl+S)"))
        self._later = QTimer(self, singleShot=True, interval=REST)
        self._set_up_fields(draft or self._before)
        self._set_out()
        shortcut = QShortcut(QKeySequence(QKeySequence.StandardKey.Save), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self.save.click)
        self._later.timeout.connect(self._look)
        self.text.textChanged.connect(self._changed)
        self.largest.valueChanged.connect(lambda _: self._changed())
        self._changed()
        self._look()

    @property
    def written(self) -> FolderRulesOf:
        return FolderRulesOf(self._before.folder_id, self.text.toPlainText(), self.largest.value())

    def add_lines(self, lines: tuple[str, ...], chosen: str = "") -> None:
        """At the end; `chosen` in them is marked."""
        cursor = self.text.textCursor()
        cursor.beginEditBlock()
        cursor.select(QTextCursor.SelectionType.Document)
        whole = with_lines(self.text.toPlainText(), lines)
        cursor.insertText(whole)
        cursor.endEditBlock()
        at = whole.rfind(chosen or lines[-1])
        cursor.setPosition(at)
        cursor.setPosition(at + len(chosen or lines[-1]), QTextCursor.MoveMode.KeepAnchor)
        self.text.setTextCursor(cursor)
        self.text.setFocus()

    def give_up(self) -> None:
        """Leaves without saving; what was written can be had back for a while."""
        self._over = self.given_up = True
        self.closed.emit()

    def changed(self) -> bool:
        return self.written != self._before

    def event(self, event: QEvent) -> bool:
        """Esc is for this page before it is the window's."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_escape(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if _is_escape(event):
            self.give_up()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        beside = self.width() >= SIDE_BY_SIDE
        self._halves.setDirection(QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom)

    def _set_up_fields(self, shown: FolderRulesOf) -> None:
        self.text.setObjectName("rules")
        self.text.setFont(self._parts.theme.font(Text.CODE))
        self.text.setPlainText(shown.rules)
        self.text.setPlaceholderText(tr("One rule a line, as in .gitignore. An empty page leaves nothing more out."))
        self.text.setAccessibleName(tr("Rules, one a line"))
        self.text.setTabChangesFocus(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.document().setDocumentMargin(grid(2))
        self.largest.setRange(1, MOST_MB)
        self.largest.setValue(shown.largest_mb)
        self.largest.setSuffix(tr(" MB"))
        self.largest.setAccessibleName(tr("Largest file that is read, in megabytes"))
        self.largest.lineEdit().setTextMargins(grid(2), 0, grid(2), 0)
        self.largest.setMinimumWidth(grid(30))
        self.text.setMinimumHeight(grid(30))

    def _set_out(self) -> None:
        self.beside_title.addWidget(self.cancel)
        self.beside_title.addWidget(self.save)
        left = column(2)
        left.addWidget(label(tr("Left out of this folder"), "section"))
        left.addWidget(self.text, 1)
        left.addWidget(self.problem)
        left.addLayout(self._make_examples())
        left.addWidget(label(_grammar(), "muted", wrap=True))
        size = row(3, (0, 3, 0, 0))
        size.addWidget(label(tr("Largest file that is read")))
        size.addWidget(self.largest)
        size.addStretch(1)
        left.addLayout(size)
        right = column(2)
        right.addWidget(label(tr("What would change"), "section"))
        right.addWidget(self.preview, 1)
        self._halves = row(6)
        for half in (left, right):
            holder = QWidget()
            holder.setLayout(half)
            self._halves.addWidget(holder, 1)
        self.body.addLayout(self._halves, 1)
        self.problem.hide()
        self.setTabOrder(self.text, self.largest)

    def _make_examples(self) -> Flow:
        line = Flow(3, 1)
        for example in examples():
            line.addWidget(Button(example.name, lambda e=example: self._add(e), look="link"))
        return line

    def _add(self, example: Example) -> None:
        self.add_lines(example.lines, example.chosen)

    def _changed(self) -> None:
        self.save.setEnabled(self.changed())
        self._later.start()

    def _look(self) -> None:
        """One preview at a time: the engine may take seconds for a large folder."""
        if self._looking or self._over or self.written == self._seen:
            return
        self._looking = True
        asked = self._seen = self.written
        self.preview.show_looking()
        self._parts.client.call(PREVIEW_RULES, asked, self._show_preview, self._show_problem)

    def _show_preview(self, preview: RulesPreview) -> None:
        self._looking = False
        if self._over:
            return
        self.problem.hide()
        self.preview.show_preview(preview)
        announce(self.preview, self.preview.headline)
        self._look()

    def _show_problem(self, error: FootnoteError) -> None:
        self._looking = False
        if self._over:
            return
        text = f"{error.title} {error.hint}".strip()
        self.problem.setText(text)
        self.problem.setVisible(True)
        self.preview.show_nothing(tr("What would change is seen once the rules can be read."))
        announce(self.text, text)
        self._look()

    def _save(self) -> None:
        wanted = self.written
        self.save.setEnabled(False)
        self._parts.client.call(SET_RULES, wanted, lambda _: self._saved(), self._refused)

    def _refused(self, error: FootnoteError) -> None:
        self._show_problem(error)
        if not self._over:
            self.save.setEnabled(True)
            self.text.setFocus()

    def _saved(self) -> None:
        if self._over:
            return
        self._over = True
        client, said, before = self._parts.client, self._parts.messages, self._before

        def undo() -> None:
            client.call(SET_RULES, before, None, lambda error: said.say(error.title, error.hint))

        said.show(Message(tr("The rules of “{name}” were saved.", name=self._name), tr("Undo"), undo, stays=STAYS_LONG))
        self.closed.emit()


def _is_escape(event: QKeyEvent) -> bool:
    return event.key() == Qt.Key.Key_Escape and not event.modifiers()


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME // 2]}…{name[-LONGEST_NAME // 2 :]}"


def _grammar() -> str:
    return tr(
        "A name ending in / is a folder, wherever it stands; one beginning with / stands right here. "
        "* is any part of a name. ! takes in again what a line above leaves out. Lines with # are remarks."
    )
