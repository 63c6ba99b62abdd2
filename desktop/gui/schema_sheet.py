"""Where the user gives the tables for SQL, or the JSON Schema for JSON. What can't be used says why."""

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QPlainTextEdit, QWidget

from desktop.domain.answers import AnswerFormat
from desktop.domain.errors import FootnoteError
from desktop.gui.composer_sheet import ComposerSheet
from desktop.gui.controls import Button, label, row
from desktop.gui.conversation_voice import ConversationVoice
from desktop.gui.theme import Text, Theme, grid
from desktop.gui.translation import tr

LARGEST = 64_000  # bytes of a file; the engine says how much of it can be used


class SchemaSheet(ComposerSheet):
    def __init__(self, theme: Theme, voice: ConversationVoice, frame: QWidget, opener: QWidget) -> None:
        super().__init__(tr("Schema"), frame, opener)
        self._voice = voice
        self._kind = AnswerFormat.JSON
        self._title = label("", "strong")
        self._hint = label("", "muted", wrap=True)
        self.text = QPlainTextEdit()
        self.text.setObjectName("rules")
        self.text.setAccessibleName(tr("Schema"))
        self.text.setFont(theme.font(Text.CODE))
        self.text.setTabChangesFocus(True)
        self.text.setMinimumHeight(grid(30))
        self.problem = label("", "bad", wrap=True)
        self.problem.hide()
        self._use = Button(tr("Use"), self.use, look="primary")
        below = row(2)
        below.addWidget(Button(tr("From a file…"), self._choose_file))
        below.addStretch(1)
        below.addWidget(Button(tr("Cancel"), self.close_up))
        below.addWidget(self._use)
        for part in (self._title, self._hint, self.text, self.problem):
            self.inside.addWidget(part)
        self.inside.addLayout(below)

    def ask(self, kind: AnswerFormat) -> None:
        """Opens it for SQL or JSON, with what was given last."""
        self._kind = kind
        sql = kind is AnswerFormat.SQL
        self._title.setText(tr("Tables for SQL") if sql else tr("JSON Schema"))
        self._hint.setText(
            tr("Write CREATE TABLE statements. A statement for them is written and checked; none is run.")
            if sql
            else tr("Answers follow it: which fields there are, and of which type.")
        )
        self.text.setPlaceholderText(
            "CREATE TABLE leases (unit INTEGER, tenant TEXT, notice_months INTEGER);"
            if sql
            else '{"type": "object", "properties": {"tenant": {"type": "string"}}, "required": ["tenant"]}'
        )
        self.text.setAccessibleName(self._title.text())
        self.text.setPlainText(self._voice.schema_of(kind))
        self.problem.hide()
        self.open_up()

    def first(self) -> QWidget:
        return self.text

    def use(self) -> None:
        self.problem.hide()
        self._voice.give_schema(self._kind, self.text.toPlainText().strip(), self._refuse)
        self.close_up()

    def _refuse(self, error: FootnoteError) -> None:
        """The engine did not take it: open again, with what was written."""
        self.problem.setText(" ".join(part for part in (error.title, error.hint) if part))
        self.problem.show()
        self.open_up()

    def _choose_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, self._title.text())
        self.open_up()
        if path:
            self.take_file(Path(path))

    def take_file(self, path: Path) -> None:
        try:
            with path.open("rb") as stream:
                text = stream.read(LARGEST + 1).decode("utf-8-sig")
        except (OSError, ValueError):
            text = ""
        if not text.strip() or len(text) > LARGEST:
            self.problem.setText(tr("This file is no text that could be a schema."))
            self.problem.show()
        else:
            self.text.setPlainText(text)
