"""Adding by drop or dialog: says what a drop would do, asks the engine what is in it, and adds after a yes."""

from pathlib import PurePath

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QHideEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from shiboken6 import isValid

from desktop.domain.errors import FootnoteError
from desktop.gui.controls import Button, ElidedLabel, column, empty, framed, label, row
from desktop.gui.engine_client import EngineClient
from desktop.gui.messages import Messages
from desktop.gui.theme import SHEET_WIDTH, Theme
from desktop.gui.translation import tr
from desktop.gui.wording import file_name, files_text, formats_text, shown, size_text
from desktop.protocol.engine_messages import (
    ADD,
    ADD_MODEL,
    ADD_TONE,
    COPY_MODEL,
    PREVIEW_ADD,
    AddItem,
    AddPreview,
    PathOnly,
    Paths,
)

SHOWN = 6  # items listed by name
READ = ("folder", "file")


class Drop(QWidget):
    """A veil over the window with one sheet on it; hidden when nothing is being added.

    Signals: `focus_given_up()` when it goes and nothing had the focus before it.
    """

    focus_given_up = Signal()

    def __init__(self, theme: Theme, client: EngineClient, said: Messages, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._client, self._said = theme, client, said
        self._items: tuple[AddItem, ...] = ()
        self._round = 0
        self._inside: QVBoxLayout = column(3, (6, 5, 6, 5))
        self.sheet = framed("sheet", self._inside)
        self.sheet.setFixedWidth(SHEET_WIDTH)
        whole = column(0)
        whole.addWidget(self.sheet, 0, Qt.AlignmentFlag.AlignCenter)
        self.setLayout(whole)
        self.add: Button | None = None
        self._before: QWidget | None = None
        self.hide()

    @property
    def busy(self) -> bool:
        return self.isVisible()

    def place(self) -> None:
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect())

    def drag_entered(self, event: QDragEnterEvent) -> None:
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if not paths:
            return
        event.acceptProposedAction()
        empty(self._inside)
        self._inside.addWidget(label(_promise(paths), "title", wrap=True))
        self._inside.addWidget(label(tr("You will see what is in it before anything is added."), "muted", wrap=True))
        self._appear()

    def drag_left(self) -> None:
        self.hide()

    def offer(self, paths: tuple[str, ...]) -> None:
        """Asks what adding these would do, then asks the person."""
        if not paths:
            self.hide()
            return
        self._round += 1
        this = self._round
        empty(self._inside)
        self._inside.addWidget(label(tr("Looking at what is there…"), "title"))
        self._add_buttons(None)
        self._appear()
        self._client.call(
            PREVIEW_ADD, Paths(paths), lambda preview: self._show(this, preview), lambda error: self._fail(this, error)
        )

    def cancel(self) -> None:
        self._round += 1
        self.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.add is not None and self.add.isEnabled():
            self.add.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), self._theme.colour("side", 0.86))

    def hideEvent(self, event: QHideEvent) -> None:
        """The focus goes back to where it was."""
        super().hideEvent(event)
        if self._before is not None and isValid(self._before) and self._before.isVisible():
            self._before.setFocus()
        else:
            self.focus_given_up.emit()
        self._before = None

    def _appear(self) -> None:
        if self._before is None:
            self._before = QApplication.focusWidget()
        self.place()
        self.show()
        self.raise_()
        self.setFocus()

    def _show(self, this: int, preview: AddPreview) -> None:
        if this != self._round:
            return
        self._items = preview.items
        empty(self._inside)
        adding = [item for item in preview.items if item.kind != "refused"]
        self._inside.addWidget(label(_title(adding), "title", wrap=True))
        listed = column(3)
        for item in preview.items[:SHOWN]:
            listed.addLayout(self._item(item))
        self._inside.addLayout(listed)
        if len(preview.items) > SHOWN:
            self._inside.addWidget(label(tr("and {n} more", "and {n} more", len(preview.items) - SHOWN), "muted"))
        if any(item.kind in READ for item in adding):
            self._inside.addWidget(
                label(tr("Your files are read where they are, and never changed."), "muted", wrap=True)
            )
        models = [item for item in adding if item.kind == "model"]
        if models and len(models) == len(adding):
            where = tr("It can be used where it lies, or be copied into Footnote’s own folder.")
            self._inside.addWidget(label(where, "muted", wrap=True))
        self._add_buttons(_verb(adding) if adding else None, copies=bool(models) and len(models) == len(adding))

    def _item(self, item: AddItem) -> QVBoxLayout:
        lines = column(0.5)
        name = ElidedLabel(file_name(item.path), "strong")
        lines.addWidget(name)
        for text, look in _facts(item):
            lines.addWidget(label(text, look, wrap=True))
        return lines

    def _add_buttons(self, verb: str | None, *, copies: bool = False) -> None:
        choices = row(2, (0, 2, 0, 0))
        choices.addStretch(1)
        cancel = Button(tr("Cancel") if verb or not self._items else tr("Close"), self.cancel)
        choices.addWidget(cancel)
        self.add = None
        if verb:
            self.add = Button(verb, self._accept, look="primary")
            if copies:
                choices.addWidget(Button(tr("Copy it here"), self._copy))
            choices.addWidget(self.add)
            self.add.setFocus()
        else:
            cancel.setFocus()
        self._inside.addLayout(choices)
        (self.add or cancel).setFocus()

    def _accept(self) -> None:
        items, self._items = self._items, ()
        self.hide()
        files = tuple(item.path for item in items if item.kind in READ)
        if files:
            self._client.call(ADD, Paths(files), None, self._problem)
        for item in items:
            if item.kind == "model":
                self._client.call(ADD_MODEL, PathOnly(item.path), lambda _, i=item: self._added(i), self._problem)
            elif item.kind == "tone":
                self._client.call(ADD_TONE, PathOnly(item.path), lambda _, i=item: self._added(i), self._problem)

    def _copy(self) -> None:
        items, self._items = self._items, ()
        self.hide()
        for item in items:
            if item.kind == "model":
                self._client.call(COPY_MODEL, PathOnly(item.path), lambda _: self._copying(), self._problem)

    def _copying(self) -> None:
        self._said.say(tr("The model is being copied; the page of models shows how far it is."))

    def _added(self, item: AddItem) -> None:
        self._said.say(tr("{name} was added.", name=file_name(item.path)))

    def _fail(self, this: int, error: FootnoteError) -> None:
        if this == self._round:
            self.hide()
            self._problem(error)

    def _problem(self, error: FootnoteError) -> None:
        self._said.say(error.title, error.hint)


def _promise(paths: list[str]) -> str:
    if all(PurePath(path).suffix.lower() == ".gguf" for path in paths):
        return tr("Drop to add a model or a tone")
    if len(paths) == 1:
        return tr("Drop to add “{name}” to your library", name=file_name(paths[0]))
    return tr("Drop to add {n} item to your library", "Drop to add {n} items to your library", len(paths))


def _title(adding: list[AddItem]) -> str:
    if not adding:
        return tr("This can’t be added")
    if len(adding) == 1:
        name = file_name(adding[0].path)
        titles = {"model": tr("Add the model “{name}”?"), "tone": tr("Add the tone “{name}”?")}
        return titles.get(adding[0].kind, tr("Add “{name}” to your library?")).format(name=name)
    return tr("Add {n} item?", "Add {n} items?", len(adding))


def _verb(adding: list[AddItem]) -> str:
    kinds = {item.kind for item in adding}
    if kinds == {"model"}:
        return tr("Use it there")
    return tr("Add tone") if kinds == {"tone"} else tr("Add")


def _facts(item: AddItem) -> list[tuple[str, str]]:
    """(text, look) lines below the item's name."""
    if item.kind == "refused":
        return [(shown(item.reason), "bad")]
    if item.kind == "model":
        return [(tr("A model, {size}", size=size_text(item.size)), "muted")]
    if item.kind == "tone":
        return [(tr("A tone, {size}", size=size_text(item.size)), "muted")]
    counted = files_text(item.files) if item.complete else tr("more than {files}", files=files_text(item.files))
    facts = [(f"{counted}, {size_text(item.size)}", "")]
    if item.formats:
        facts.append((formats_text(item.formats), "muted"))
    if item.files == 0:
        facts.append((tr("There is nothing to read in it yet; files put there later are noticed."), "muted"))
    return facts
