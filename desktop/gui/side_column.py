"""The left column: new conversation, search, the list of conversations, and the ways to the other pages."""

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QLineEdit, QListView, QMenu, QWidget

from desktop.domain.answers import Conversation
from desktop.gui.controls import Button, column, label
from desktop.gui.conversation_list import ConversationList
from desktop.gui.engine_client import EngineClient
from desktop.gui.messages import Message, Messages
from desktop.gui.theme import SIDE_NARROWEST, Theme, grid
from desktop.gui.translation import tr
from desktop.protocol import engine_messages as messages

REST = 150  # milliseconds without a key before a search
PAGES = ("library", "models", "tones", "settings")


class Conversations(QListView):
    """Enter opens, F2 renames, Delete deletes. Signals: `open_wanted(index)`, `delete_wanted(index)`."""

    open_wanted = Signal(object)
    delete_wanted = Signal(object)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        editing = self.state() == QAbstractItemView.State.EditingState
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not editing:
            self.open_wanted.emit(self.currentIndex())
        elif event.key() == Qt.Key.Key_Delete and not editing:
            self.delete_wanted.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)


class SideColumn(QWidget):
    """Signals: `new_wanted()`, `conversation_wanted(id)`, `conversation_deleted(id)`, `export_wanted(id, title)`,
    `page_wanted(name)`.
    """

    new_wanted = Signal()
    conversation_wanted = Signal(int)
    conversation_deleted = Signal(int)
    export_wanted = Signal(int, str)
    page_wanted = Signal(str)

    def __init__(self, theme: Theme, client: EngineClient, said: Messages) -> None:
        super().__init__()
        self.setObjectName("side")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(SIDE_NARROWEST)
        self._client, self._said = client, said
        self._shown = 0
        self.list = ConversationList(theme, client)
        self.new = Button(tr("New"), self.new_wanted.emit, look="entry", theme=theme, icon_name="new")
        self.new.setToolTip(tr("New conversation (Ctrl+N)"))
        self.new.setAccessibleName(tr("New conversation"))
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search conversations…"))
        self.search.setAccessibleName(tr("Search conversations"))
        self.search.setClearButtonEnabled(True)
        self.view = self._make_view()
        self._none = label("", "caption", wrap=True)
        self._none.setContentsMargins(grid(2.75), 0, 0, 0)
        self.pages = self._make_pages(theme)
        self._set_out()
        self._connect()

    def show_conversation(self, conversation_id: int) -> None:
        """Marks it in the list; 0 marks none."""
        self._shown = conversation_id
        self._mark()

    def show_page(self, name: str) -> None:
        for page, button in self.pages.items():
            button.setChecked(page == name)

    def shown_title(self) -> str:
        """Of the conversation that is marked."""
        conversation = self.list.conversation(self.list.index_of(self._shown))
        return conversation.title if conversation is not None else ""

    def reload(self) -> None:
        self.list.reload()

    def _make_view(self) -> Conversations:
        view = Conversations()
        view.setModel(self.list)
        view.setFrameShape(QFrame.Shape.NoFrame)
        view.setAccessibleName(tr("Conversations"))
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        return view

    def _make_pages(self, theme: Theme) -> dict[str, Button]:
        names = {"library": tr("Library"), "models": tr("Models"), "tones": tr("Tones"), "settings": tr("Settings")}
        icons = {"library": "library", "models": "model", "tones": "tone", "settings": "settings"}
        buttons: dict[str, Button] = {}
        for number, page in enumerate(PAGES, 2):
            button = Button(
                names[page], lambda p=page: self.page_wanted.emit(p), look="entry", theme=theme, icon_name=icons[page]
            )
            button.setCheckable(True)
            button.setToolTip(f"{names[page]} (Ctrl+{number})")
            buttons[page] = button
        return buttons

    def _set_out(self) -> None:
        whole = column(1, (2, 3, 2, 3))
        whole.addWidget(self.new)
        whole.addWidget(self.search)
        whole.addWidget(self._none)
        whole.addWidget(self.view, 1)
        for button in self.pages.values():
            whole.addWidget(button)
        self.setLayout(whole)

    def _connect(self) -> None:
        self._later = QTimer(self, singleShot=True, interval=REST)
        self._later.timeout.connect(lambda: self.list.search(self.search.text().strip()))
        self.search.textChanged.connect(lambda _: self._later.start())
        self.search.returnPressed.connect(self.view.setFocus)
        self.view.clicked.connect(self._open)
        self.view.open_wanted.connect(self._open)
        self.view.delete_wanted.connect(self._delete)
        self.view.customContextMenuRequested.connect(self._offer)
        self.list.renamed.connect(self._rename)
        self.list.list_read.connect(self._mark)

    def _mark(self) -> None:
        searching = bool(self.search.text().strip())
        empty = self.list.rowCount() == 0
        self._none.setText(
            tr("No conversation has these words.") if searching else tr("Your conversations will be here.")
        )
        self._none.setVisible(empty)
        index = self.list.index_of(self._shown)
        if index.isValid():
            self.view.setCurrentIndex(index)
        else:
            self.view.clearSelection()

    def _open(self, index: QModelIndex) -> None:
        conversation = self.list.conversation(index)
        if conversation is not None:
            self.conversation_wanted.emit(conversation.id)

    def _offer(self, place: QPoint) -> None:
        index = self.view.indexAt(place)
        conversation = self.list.conversation(index)
        if conversation is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(tr("Rename")).triggered.connect(lambda: self.view.edit(index))
        this, title = conversation.id, conversation.title
        menu.addAction(tr("Export…")).triggered.connect(lambda: self.export_wanted.emit(this, title))
        menu.addAction(tr("Delete")).triggered.connect(lambda: self._delete(index))
        menu.popup(self.view.viewport().mapToGlobal(place))

    def _rename(self, conversation_id: int, title: str) -> None:
        self._client.call(
            messages.RENAME_CONVERSATION,
            messages.RenameConversation(conversation_id, title),
            lambda _: self.reload(),
            lambda error: self._said.say(error.title, error.hint),
        )

    def _delete(self, index: QModelIndex) -> None:
        conversation = self.list.conversation(index)
        if conversation is None:
            return
        self._client.call(
            messages.DELETE_CONVERSATION,
            messages.ConversationId(conversation.id),
            lambda _: self._deleted(conversation),
            lambda error: self._said.say(error.title, error.hint),
        )

    def _deleted(self, conversation: Conversation) -> None:
        self.reload()
        self.conversation_deleted.emit(conversation.id)
        text = tr("“{title}” was deleted.", title=conversation.title)
        self._said.show(Message(text, tr("Undo"), lambda: self._restore(conversation)))

    def _restore(self, conversation: Conversation) -> None:
        self._client.call(
            messages.RESTORE_CONVERSATION,
            messages.ConversationId(conversation.id),
            lambda _: self._restored(conversation),
            lambda error: self._said.say(error.title, error.hint),
        )

    def _restored(self, conversation: Conversation) -> None:
        self.reload()
        self.conversation_wanted.emit(conversation.id)
