"""What can be done with the chosen files, each an action with its key, for the table's menu and the buttons."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QMenu

from desktop.domain.errors import FootnoteError
from desktop.domain.files import FileRow, FileState
from desktop.gui import opening
from desktop.gui.file_listing import WholeListing
from desktop.gui.file_view import FileView, order_names
from desktop.gui.list_copy import ListCopy
from desktop.gui.parts import Parts
from desktop.gui.retrying import Retrying, can_retry
from desktop.gui.translation import tr
from desktop.gui.wording import files_text

AT_HAND = 1000  # chosen files that are looked at one by one to say what can be done
MOST = 20_000  # chosen files that anything is done with


class FileActions(QObject):
    """Signals: `read_wanted(file_id, path)`, `rules_wanted(FileRow)` to change the rules of its folder for it."""

    read_wanted = Signal(int, str)
    rules_wanted = Signal(object)

    def __init__(self, parts: Parts, view: FileView) -> None:
        super().__init__(view)
        self._client, self._said, self._view = parts.client, parts.messages, view
        self._fetching: WholeListing | None = None
        self.retrying = Retrying(parts.client)
        self.copying = ListCopy(parts.client)
        self.read = self._action(tr("Read here"), "", self._read)
        self.open = self._action(tr("Open in its app"), "Ctrl+Return", self._open)
        self.reveal = self._action(tr("Show in folder"), "Shift+Return", self._reveal)
        self.retry = self._action(tr("Try again"), "Ctrl+R", lambda: self._with_chosen(self.retrying.retry))
        self.leave_out = self._action(tr("Leave it out…"), "", self._leave_out)
        self._line()
        self.copy_path = self._action(tr("Copy path"), "Ctrl+C", lambda: self._with_chosen(self._copy_paths))
        self.copy_list = self._action(tr("Copy the list as CSV"), "Ctrl+Shift+C", self.copy_or_stop)
        self._line()
        self._add_orders()
        self.for_chosen = (self.read, self.open, self.reveal, self.retry, self.leave_out, self.copy_path)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        view.choice_changed.connect(self._follow_choice)
        view.activated.connect(lambda _: self.read.trigger() if self.read.isEnabled() else self.open.trigger())
        view.table.files_counted.connect(lambda total: self.copy_list.setEnabled(total > 0))
        self.copying.copied.connect(self._tell_copied)
        self.copying.failed.connect(self._tell)
        self.retrying.retried.connect(self._tell_retried)
        self._follow_choice()

    def copy_or_stop(self) -> None:
        if self.copying.busy:
            self.copying.stop()
        else:
            self.copying.start(self._view.table.listing)

    def _action(self, text: str, key: str, do: Callable[[], object]) -> QAction:
        action = QAction(text, self._view)
        if key:
            action.setShortcut(QKeySequence(key))
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.setShortcutVisibleInContextMenu(True)
        action.triggered.connect(lambda: do())
        self._view.addAction(action)
        return action

    def _line(self) -> None:
        line = QAction(self._view)
        line.setSeparator(True)
        self._view.addAction(line)

    def _add_orders(self) -> None:
        menu = QMenu(tr("Sort by"), self._view)
        for column, name in order_names():
            menu.addAction(name).triggered.connect(lambda _=False, c=column: self._view.sort_by(c))
        self._view.addAction(menu.menuAction())

    def _follow_choice(self) -> None:
        count = self._view.chosen_count()
        file = self._view.current_file() if count == 1 else None
        there = file is not None and file.state is not FileState.MISSING
        self.read.setEnabled(file is not None and file.passages > 0)
        self.open.setEnabled(file is not None and there and opening.can_open(file.path))
        self.reveal.setEnabled(file is not None)
        self.leave_out.setEnabled(file is not None and not self._view.table.stands_alone(file))
        too_large = file is not None and file.state is FileState.TOO_LARGE
        self.leave_out.setText(tr("Rules of its folder…") if too_large else tr("Leave it out…"))
        self.copy_path.setEnabled(count > 0)
        self.copy_path.setText(tr("Copy paths") if count > 1 else tr("Copy path"))
        self.retry.setEnabled(can_retry(file) if file is not None else self._some_can_be_retried())

    def _some_can_be_retried(self) -> bool:
        """Of rows that are not at hand it is not known; then it is offered."""
        for looked_at, row in enumerate(self._view.chosen_rows()):
            file = self._view.table.file_at(row)
            if file is None or can_retry(file) or looked_at >= AT_HAND:
                return True
        return False

    def _with_chosen(self, do: Callable[[list[FileRow]], object]) -> None:
        """Does it at once when all chosen rows are at hand, else when they were fetched."""
        table = self._view.table
        rows = list(self._view.chosen_rows())
        files = [file for file in map(table.file_at, rows) if file is not None]
        if len(files) == len(rows):
            do(files)
            return
        wanted, found = set(rows), list[FileRow]()

        def take(offset: int, page: tuple[FileRow, ...]) -> None:
            found.extend(file for place, file in enumerate(page, offset) if place in wanted)

        if self._fetching is not None:
            self._fetching.stop()
        self._fetching = WholeListing(self._client, table.listing, min(max(rows) + 1, MOST), take)
        self._fetching.ended.connect(lambda: do(found))
        self._fetching.failed.connect(self._tell)
        self._fetching.start()

    def _read(self) -> None:
        if (file := self._view.current_file()) is not None:
            self.read_wanted.emit(file.id, file.path)

    def _open(self) -> None:
        if (file := self._view.current_file()) is not None:
            opening.open_in_app(file.path)

    def _reveal(self) -> None:
        if (file := self._view.current_file()) is not None:
            opening.show_in_folder(file.path)

    def _leave_out(self) -> None:
        if (file := self._view.current_file()) is not None:
            self.rules_wanted.emit(file)

    def _copy_paths(self, files: list[FileRow]) -> None:
        """As they are on disk, but for what no clipboard holds."""
        lines = (file.path.encode("utf-8", "replace").decode("utf-8") for file in files)
        QGuiApplication.clipboard().setText("\n".join(lines))

    def _tell(self, error: FootnoteError) -> None:
        self._said.say(error.title, error.hint)

    def _tell_copied(self, count: int, total: int) -> None:
        text = tr("The list of {files} was copied.", files=files_text(count))
        if count < total:
            text = tr("The first {count} of {files} were copied.", count=f"{count:,}", files=files_text(total))
        self._said.say(text)

    def _tell_retried(self, count: int, refused: FootnoteError | None) -> None:
        if refused is not None:
            self._tell(refused)
        elif count > 1:
            self._said.say(tr("{files} will be read again.", files=files_text(count)))
