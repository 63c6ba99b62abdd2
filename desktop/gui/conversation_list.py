"""The list of conversations, grouped by day, as a model of rows. Pages come from the engine as one scrolls."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal

from desktop.domain.answers import Conversation
from desktop.gui.engine_client import EngineClient
from desktop.gui.theme import Text, Theme, grid
from desktop.gui.translation import tr
from desktop.gui.wording import day_group, shown
from desktop.protocol import engine_messages as messages

PAGE = 100
ROW_HEIGHT, HEADING_HEIGHT = grid(7), grid(8)
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Row:
    """A group's heading, or a conversation."""

    heading: str
    conversation: Conversation | None


def rows_of(conversations: list[Conversation], today: date) -> list[Row]:
    made: list[Row] = []
    group = ""
    for conversation in conversations:
        name = day_group(datetime.fromtimestamp(conversation.updated_at).date(), today)
        if name != group:
            group = name
            made.append(Row(name, None))
        made.append(Row("", conversation))
    return made


class ConversationList(QAbstractListModel):
    """Signals: `renamed(conversation_id, title)` after an edit in place, `list_read()`."""

    renamed = Signal(int, str)
    list_read = Signal()

    def __init__(self, theme: Theme, client: EngineClient) -> None:
        super().__init__()
        self._theme, self._client = theme, client
        self._containing = ""
        self._conversations: list[Conversation] = []
        self._rows: list[Row] = []
        self._total = 0
        self._asked = 0
        theme.changed.connect(lambda: self.layoutChanged.emit())

    def search(self, containing: str) -> None:
        self._containing = containing
        self.reload()

    def reload(self) -> None:
        self._read(0, max(PAGE, len(self._conversations)))

    def conversation(self, index: Index) -> Conversation | None:
        return self._rows[index.row()].conversation if 0 <= index.row() < len(self._rows) else None

    def index_of(self, conversation_id: int) -> QModelIndex:
        for place, one in enumerate(self._rows):
            if one.conversation is not None and one.conversation.id == conversation_id:
                return self.index(place)
        return QModelIndex()

    def rowCount(self, parent: Index | None = None) -> int:
        return len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        one = self._rows[index.row()]
        if one.conversation is not None:
            return self._conversation_data(one.conversation, role)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return one.heading
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._theme.colour("muted")
        if role == Qt.ItemDataRole.FontRole:
            return self._theme.font(Text.CAPTION)
        if role == Qt.ItemDataRole.SizeHintRole:
            return QSize(0, HEADING_HEIGHT)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft
        return None

    def _conversation_data(self, conversation: Conversation, role: int) -> Any:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole, Qt.ItemDataRole.AccessibleTextRole):
            return shown(" ".join(conversation.title.split())) or tr("Untitled")
        if role == Qt.ItemDataRole.SizeHintRole:
            return QSize(0, ROW_HEIGHT)
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        conversation = self.conversation(index)
        title = str(value).strip()
        if conversation is None or not title or title == conversation.title:
            return False
        self.renamed.emit(conversation.id, title)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        if self.conversation(index) is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEditable

    def canFetchMore(self, parent: Index) -> bool:
        return len(self._conversations) < self._total and self._asked == len(self._conversations)

    def fetchMore(self, parent: Index) -> None:
        self._read(len(self._conversations), PAGE)

    def _read(self, offset: int, limit: int) -> None:
        self._asked = offset + limit
        containing = self._containing
        self._client.call(
            messages.LIST_CONVERSATIONS,
            messages.ListConversations(containing, offset, limit),
            lambda read: self._take(containing, offset, read),
        )

    def _take(self, containing: str, offset: int, read: messages.ConversationList) -> None:
        if containing != self._containing:
            return  # the search has gone on meanwhile
        self.beginResetModel()
        self._conversations[offset:] = read.conversations
        self._total = read.total
        self._asked = len(self._conversations)
        self._rows = rows_of(self._conversations, date.today())
        self.endResetModel()
        self.list_read.emit()
