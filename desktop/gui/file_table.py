"""The library's files as a table that asks the engine only for the rows that are looked at, and forgets old ones.

What is shown stays until newer rows are there: a change in the library neither blanks the table nor moves it.
"""

from collections.abc import Mapping
from datetime import date
from pathlib import PurePath
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, QTimer, Signal

from desktop.domain.files import FileRow, FileState
from desktop.gui.controls import plain_tip
from desktop.gui.engine_client import EngineClient
from desktop.gui.file_listing import Listing
from desktop.gui.theme import Theme
from desktop.gui.translation import tr
from desktop.gui.wording import changed_text, file_name, shown, shown_path, size_text, state_text
from desktop.protocol.engine_messages import LIST_FILES, FileList

PAGE = 200  # rows asked for at once
KEPT = 50  # pages
AT_ONCE = 2  # pages asked for at the same time
QUEUED = 4  # pages that wait to be asked for; a view shows two or three
NAME, PLACE, STATE, PASSAGES, CHANGED, SIZE, REASON = COLUMNS = range(7)
ORDERS = {
    NAME: "path",
    PLACE: "path",
    STATE: "state",
    PASSAGES: "passages",
    CHANGED: "modified",
    SIZE: "size",
    REASON: "state",
}
SORTED = (PLACE, STATE, PASSAGES, CHANGED, SIZE)  # one for each order
RIGHT = (PASSAGES, CHANGED, SIZE)  # numbers: the largest come first when they are sorted
GOOD = (FileState.INDEXED, FileState.EMPTY, FileState.WAITING, FileState.READING)
Index = QModelIndex | QPersistentModelIndex


class FileTable(QAbstractTableModel):
    """Signals: `files_counted(total)`, `rows_read()` after rows arrived."""

    files_counted = Signal(int)
    rows_read = Signal()

    def __init__(self, theme: Theme, client: EngineClient) -> None:
        super().__init__()
        self._theme, self._client = theme, client
        self.listing = Listing()
        self._folders: Mapping[int, str] = {}
        self._pages: dict[int, tuple[FileRow, ...]] = {}
        self._fresh: set[int] = set()
        self._asking: set[int] = set()
        self._wanted: list[int] = []
        self._looked_at = 0
        self._total = 0
        self._round = 0
        self._another = True
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self._ask_wanted)
        theme.changed.connect(self._repaint)

    def show_listing(self, listing: Listing) -> None:
        if listing != self.listing:
            self.listing = listing
            self._another = True
            self._looked_at = 0
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(COLUMNS) - 1)
            self.reload()

    def show_folders(self, folders: Mapping[int, str]) -> None:
        """The paths of the library's folders by id: where a file is, is said from there on."""
        if folders != self._folders:
            self._folders = dict(folders)
            self._repaint()

    def reload(self) -> None:
        self._round += 1
        self._fresh, self._asking = set(), set()
        self._wanted = [self._looked_at]
        self._later.start()

    def file(self, index: Index) -> FileRow | None:
        return self.file_at(index.row())

    def file_at(self, row: int) -> FileRow | None:
        """None while it is not read yet."""
        page = self._pages.get(row // PAGE, ())
        return page[row % PAGE] if 0 <= row % PAGE < len(page) and row < self._total else None

    def row_of(self, file_id: int) -> int:
        """-1 when it is not among the rows at hand."""
        for page, files in self._pages.items():
            for place, file in enumerate(files):
                if file.id == file_id and page * PAGE + place < self._total:
                    return page * PAGE + place
        return -1

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else self._total

    def columnCount(self, parent: Index | None = None) -> int:
        return len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._heading(section)
        if role == Qt.ItemDataRole.InitialSortOrderRole:
            return Qt.SortOrder.DescendingOrder if section in RIGHT else Qt.SortOrder.AscendingOrder
        return _alignment(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(index.column())
        row, column = index.row(), index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            self._want(row // PAGE)
        file = self.file_at(row)
        if file is None:
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._text(file, column)
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._ink(file, column)
        return self._tip(file, column) if role == Qt.ItemDataRole.ToolTipRole else None

    def _heading(self, column: int) -> str:
        """With an arrow by the column that the list is sorted by."""
        first = next(sorted_by for sorted_by in SORTED if ORDERS[sorted_by] == self.listing.order)
        if column != first:
            return column_text(column)
        arrow = "↓" if self.listing.descending else "↑"
        return f"{arrow} {column_text(column)}" if column in RIGHT else f"{column_text(column)} {arrow}"

    def _text(self, file: FileRow, column: int) -> str:
        if column == PLACE:
            return self.place(file)
        return _cell(file, column)

    def place(self, file: FileRow) -> str:
        """The folder it is in, from the library's folder on: `Contracts/2024`."""
        within = PurePath(file.path).parent
        root = PurePath(self._folders.get(file.folder_id, ""))
        if root.name and within.is_relative_to(root):
            return shown(str(root.name / within.relative_to(root)))
        return shown_path(str(within))

    def stands_alone(self, file: FileRow) -> bool:
        """It was added by itself, without a folder."""
        return self._folders.get(file.folder_id) == file.path

    def _tip(self, file: FileRow, column: int) -> str | None:
        if column in (NAME, PLACE):
            return plain_tip(shown_path(file.path))
        return plain_tip(shown(file.reason)) if column in (STATE, REASON) and file.reason else None

    def _ink(self, file: FileRow, column: int) -> Any:
        if column == STATE and file.state not in GOOD:
            return self._theme.colour("bad")
        return self._theme.colour("ink" if column == NAME else "muted")

    def _repaint(self) -> None:
        if self._total:
            self.dataChanged.emit(self.index(0, 0), self.index(self._total - 1, len(COLUMNS) - 1))

    def _want(self, page: int) -> None:
        self._looked_at = page
        if page in self._fresh or page in self._asking:
            return
        if page in self._wanted:
            self._wanted.remove(page)
        self._wanted = [*self._wanted, page][-QUEUED:]  # what was passed in a quick scroll is not asked for
        if not self._later.isActive():
            self._later.start()

    def _ask_wanted(self) -> None:
        while self._wanted and len(self._asking) < AT_ONCE:
            self._ask(self._wanted.pop())

    def _ask(self, page: int) -> None:
        this = self._round
        self._asking.add(page)
        request = self.listing.page(page * PAGE, PAGE)
        self._client.call(
            LIST_FILES,
            request,
            lambda files: self._take(this, page, files),
            lambda _: self._drop(this, page),
        )

    def _drop(self, this: int, page: int) -> None:
        # the engine is gone; when it is back, everything is asked for again
        if this == self._round:
            self._asking.discard(page)

    def _take(self, this: int, page: int, files: FileList) -> None:
        if this != self._round:
            return
        first = not self._fresh
        self._asking.discard(page)
        self._fresh.add(page)
        if self._another:
            self._begin_another(files.total)
        elif files.total != self._total:
            self._resize(files.total)
        self._keep(page, files.files)
        if first:
            self._repaint()  # the other rows in sight are asked for anew as they are painted
        self.rows_read.emit()
        self._ask_wanted()

    def _begin_another(self, total: int) -> None:
        self._another = False
        self.beginResetModel()
        self._pages, self._total = {}, total
        self.endResetModel()
        self.files_counted.emit(total)

    def _resize(self, total: int) -> None:
        if total > self._total:
            self.beginInsertRows(QModelIndex(), self._total, total - 1)
            self._total = total
            self.endInsertRows()
        else:
            self.beginRemoveRows(QModelIndex(), total, self._total - 1)
            self._total = total
            self.endRemoveRows()
        self.files_counted.emit(total)

    def _keep(self, page: int, files: tuple[FileRow, ...]) -> None:
        before = self._pages.pop(page, ())
        self._pages[page] = files
        while len(self._pages) > KEPT:
            oldest = next(iter(self._pages))
            del self._pages[oldest]
            self._fresh.discard(oldest)
        if files and files != before:
            last = min(page * PAGE + len(files), self._total) - 1
            self.dataChanged.emit(self.index(page * PAGE, 0), self.index(last, len(COLUMNS) - 1))


def column_text(column: int) -> str:
    names = (tr("File"), tr("Folder"), tr("State"), tr("Passages"), tr("Changed"), tr("Size"), tr("Reason"))
    return names[column]


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column in RIGHT else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _cell(file: FileRow, column: int) -> str:
    if column == NAME:
        return file_name(file.path)
    if column == STATE:
        return state_text(file.state)
    if column == SIZE:
        return size_text(file.size)
    if column == PASSAGES:
        return f"{file.passages:,}" if file.passages else "–"
    if column == CHANGED:
        return changed_text(file.modified, date.today())
    happened, more, _ = file.reason.partition(". ")  # what to do about it stands below the table
    return shown(happened + "." if more else happened)
