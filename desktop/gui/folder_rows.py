"""The folders of the library, each with what is in it, how far it is read, its rules, and a way to remove it.

Removing can be undone for six seconds. Rows are changed in place, so that the focus stays where it is.
"""

import datetime

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QMenu, QProgressBar, QScrollArea, QWidget

from desktop.domain.files import KEPT_DAYS, Folder
from desktop.gui import opening
from desktop.gui.controls import Button, ElidedLabel, IconButton, column, label, look_again, row
from desktop.gui.forgetting import offer_forgetting, offer_forgetting_missing
from desktop.gui.messages import Message
from desktop.gui.parts import Parts
from desktop.gui.theme import Theme, grid
from desktop.gui.translation import tr
from desktop.gui.wording import changed_text, file_name, indexed_text, shown_path
from desktop.protocol.common_messages import Nothing
from desktop.protocol.engine_messages import REMOVE, RESCAN, FolderId

# rows in sight before one has to scroll: half a row shows that there are more
ROWS, ROWS_IN_A_LOW_WINDOW = 3.5, 1.5
LOW = grid(180)


class FolderRow(QWidget):
    """Signals: `rules_wanted(Folder)`, `scan_wanted()`, `remove_wanted(Folder)`, `forget_wanted(Folder)`,
    `gone_wanted(Folder)` when its missing files will not come back.
    """

    rules_wanted = Signal(object)
    scan_wanted = Signal()
    remove_wanted = Signal(object)
    forget_wanted = Signal(object)
    gone_wanted = Signal(object)

    def __init__(self, theme: Theme, folder: Folder) -> None:
        super().__init__()
        self.folder = folder
        name = file_name(folder.path)
        self._count = label("")
        self.rules = Button(tr("Rules…"), lambda: self.rules_wanted.emit(self.folder), look="plain")
        self.rules.setAccessibleName(tr("Rules of {name}: what is left out", name=name))
        self.gone = Button(tr("Gone for good…"), lambda: self.gone_wanted.emit(self.folder), look="plain")
        self.gone.setAccessibleName(tr("The files of {name} are gone for good", name=name))
        self.more = IconButton(theme, "more", tr("More for {name}", name=name), self._offer)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(tr("How much of {name} is read", name=name))
        self._set_out(name)
        self.show_folder(folder)

    @property
    def text(self) -> str:
        return self._count.text()

    def show_folder(self, folder: Folder) -> None:
        self.folder = folder
        self._count.setText(_counted(folder))
        self._count.setProperty("look", "muted" if folder.online and not folder.missing else "bad")
        look_again(self._count)
        count = _rules(folder)
        self.rules.setText(tr("{n} rule…", "{n} rules…", count) if count else tr("Rules…"))
        self.gone.setVisible(folder.missing > 0)
        self.rules.setVisible(not folder.is_file and self.gone.isHidden())
        self.progress.setRange(0, max(folder.files, 1))
        self.progress.setValue(folder.files - folder.waiting)
        self.progress.setVisible(folder.online and folder.waiting > 0)

    def menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(tr("Open folder"), self._open)
        menu.addAction(tr("Scan now"), self.scan_wanted.emit)
        if not self.folder.is_file:
            menu.addAction(tr("Rules…"), lambda: self.rules_wanted.emit(self.folder))
        menu.addSeparator()
        menu.addAction(tr("Remove from the library"), lambda: self.remove_wanted.emit(self.folder))
        menu.addAction(tr("Forget for good…"), lambda: self.forget_wanted.emit(self.folder))
        return menu

    def _set_out(self, name: str) -> None:
        names = column(0)
        names.addWidget(ElidedLabel(name, "strong"))
        names.addWidget(ElidedLabel(shown_path(self.folder.path), "caption"))
        across = row(2, (0, 1.5, 0, 1.5))
        across.addLayout(names, 1)
        across.addWidget(self._count)
        across.addWidget(self.rules)
        across.addWidget(self.gone)
        across.addWidget(self.more)
        whole = column(0)
        whole.addLayout(across)
        whole.addWidget(self.progress)
        self.setLayout(whole)

    def _offer(self) -> None:
        self.menu().popup(self.more.mapToGlobal(QPoint(0, self.more.height())))

    def _open(self) -> None:
        if self.folder.is_file:
            opening.show_in_folder(self.folder.path)
        else:
            opening.open_folder(self.folder.path)


class FolderRows(QScrollArea):
    """Signals: `rules_wanted(Folder)`."""

    rules_wanted = Signal(object)

    def __init__(self, parts: Parts) -> None:
        super().__init__()
        self._parts = parts
        self._removing: set[int] = set()
        self.rows: dict[int, FolderRow] = {}
        self._lines = column(0)
        self._none = label(tr("No folders yet. Drop one anywhere on this window."), "muted")
        self._lines.addWidget(self._none)
        inside = QWidget()
        inside.setObjectName("scrolled")
        inside.setLayout(self._lines)
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Folders"))
        parts.state.status_changed.connect(self._show)
        self._show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _show(self) -> None:
        status = self._parts.state.status
        folders = status.folders if status is not None else ()
        left = {folder.id: folder for folder in folders if folder.id not in self._removing}
        for folder_id in self.rows.keys() - left.keys():
            gone = self.rows.pop(folder_id)
            gone.hide()
            gone.deleteLater()
        for folder in left.values():
            if folder.id in self.rows:
                self.rows[folder.id].show_folder(folder)
            else:
                self._add(folder)
        self._none.setVisible(not left)
        self._fit()

    def _add(self, folder: Folder) -> None:
        made = self.rows[folder.id] = FolderRow(self._parts.theme, folder)
        made.rules_wanted.connect(self.rules_wanted)
        made.scan_wanted.connect(self._scan)
        made.remove_wanted.connect(self._remove)
        made.forget_wanted.connect(lambda folder: offer_forgetting(self._parts, folder))
        made.gone_wanted.connect(lambda folder: offer_forgetting_missing(self._parts, folder))
        self._lines.insertWidget(sorted(self.rows).index(folder.id), made)

    def _fit(self) -> None:
        heights = [made.sizeHint().height() for made in self.rows.values()] or [self._none.sizeHint().height()]
        rows = ROWS if self.window().height() >= LOW else ROWS_IN_A_LOW_WINDOW
        self.setFixedHeight(min(sum(heights), round(rows * max(heights))))

    def _scan(self) -> None:
        said = self._parts.messages
        self._parts.client.call(
            RESCAN,
            Nothing(),
            lambda _: said.say(tr("Looking for changes in your folders…")),
            lambda error: said.say(error.title, error.hint),
        )

    def _remove(self, folder: Folder) -> None:
        """Nothing is told to the engine before the time for undoing is over."""
        self._removing.add(folder.id)
        self._show()
        text = tr("“{name}” leaves the library. Its files stay where they are.", name=file_name(folder.path))
        message = Message(text, tr("Undo"), lambda: self._keep(folder), lambda: self._really_remove(folder))
        self._parts.messages.show(message)

    def _keep(self, folder: Folder) -> None:
        self._removing.discard(folder.id)
        self._show()

    def _really_remove(self, folder: Folder) -> None:
        self._parts.client.call(
            REMOVE,
            FolderId(folder.id),
            lambda _: None,
            lambda error: (self._keep(folder), self._parts.messages.say(error.title, error.hint)),
        )


def _rules(folder: Folder) -> int:
    """Lines that say something."""
    return sum(bool(line.strip()) and not line.startswith("#") for line in folder.rules.splitlines())


def _counted(folder: Folder) -> str:
    until = (
        changed_text(folder.missing_since + KEPT_DAYS * 86_400, datetime.date.today()) if folder.missing_since else ""
    )
    if not folder.online:
        there = tr("not there now")
        return tr("not there now, kept until {date}", date=until) if folder.missing and until else there
    if folder.waiting:
        done = f"{folder.files - folder.waiting:,}"
        there = tr("{done} of {n} file read", "{done} of {n} files read", folder.files, done=done)
    else:
        there = indexed_text(folder.indexed, folder.files)
    if not folder.missing or not until:
        return there
    away = tr("{n} missing, kept until {date}", "", folder.missing, date=until)
    return f"{there}  ·  {away}"
