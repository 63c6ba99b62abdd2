"""The library's files as a table that asks the engine only for the rows that are looked at."""

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, QTimer, Signal

from desktop.domain.files import FileRow, FileState
from desktop.gui.engine_client import EngineClient
from desktop.gui.theme import Theme
from desktop.gui.translation import tr
from desktop.gui.wording import file_name, shown, size_text, state_text
from desktop.protocol.engine_messages import LIST_FILES, FileList, ListFiles

PAGE = 200
NAME, STATE, SIZE, PASSAGES, REASON = range(5)
GOOD = (FileState.INDEXED, FileState.EMPTY, FileState.WAITING, FileState.READING)
Index = QModelIndex | QPersistentModelIndex


class FileTable(QAbstractTableModel):
    """Signals: `files_counted(total)`."""

    files_counted = Signal(int)

    def __init__(self, theme: Theme, client: EngineClient) -> None:
        super().__init__()
        self._theme, self._client = theme, client
        self._state, self._containing = "", ""
        self._rows: dict[int, FileRow] = {}
        self._wanted: set[int] = set()
        self._asked: set[int] = set()
        self._total = 0
        self._round = 0
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self._ask_wanted)

    def filter(self, state: str, containing: str) -> None:
        self._state, self._containing = state, containing
        self.reload()

    def reload(self) -> None:
        """Asks again; what is shown stays until the answer is there."""
        self._round += 1
        self._asked = set()
        self._ask(0, fresh=True)

    def file(self, index: Index) -> FileRow | None:
        return self._rows.get(index.row())

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else self._total

    def columnCount(self, parent: Index | None = None) -> int:
        return 5

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (tr("File"), tr("State"), tr("Size"), tr("Passages"), tr("Reason"))[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(index.column())
        row = self._rows.get(index.row())
        if row is None:
            if role == Qt.ItemDataRole.DisplayRole:
                self._want(index.row())
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return _text(row, index.column())
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._ink(row, index.column())
        return None

    def _ink(self, row: FileRow, column: int) -> Any:
        if column == STATE and row.state not in GOOD:
            return self._theme.colour("bad")
        return self._theme.colour("ink" if column == NAME else "muted")

    def _want(self, row: int) -> None:
        page = row // PAGE
        if page not in self._asked:
            self._wanted.add(page)
            if not self._later.isActive():
                self._later.start()

    def _ask_wanted(self) -> None:
        wanted, self._wanted = self._wanted, set()
        for page in sorted(wanted):
            self._ask(page, fresh=False)

    def _ask(self, page: int, *, fresh: bool) -> None:
        self._asked.add(page)
        this = self._round
        request = ListFiles(self._state, self._containing, page * PAGE, PAGE)
        self._client.call(LIST_FILES, request, lambda files: self._take(this, page, files, fresh=fresh))

    def _take(self, this: int, page: int, files: FileList, *, fresh: bool) -> None:
        if this != self._round:
            return
        if fresh or files.total != self._total:
            self.beginResetModel()
            if fresh:
                self._rows = {}
            self._total = files.total
            self.endResetModel()
            self.files_counted.emit(files.total)
        first = page * PAGE
        self._rows.update({first + n: row for n, row in enumerate(files.files)})
        if files.files:
            self.dataChanged.emit(self.index(first, 0), self.index(first + len(files.files) - 1, 4))


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column in (SIZE, PASSAGES) else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _text(row: FileRow, column: int) -> str:
    if column == NAME:
        return file_name(row.path)
    if column == STATE:
        return state_text(row.state)
    if column == SIZE:
        return size_text(row.size)
    if column == PASSAGES:
        return f"{row.passages:,}" if row.passages else "–"
    return shown(row.reason)
