"""The library: its folders, and every file with its state and the reason for it."""

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QFrame, QHeaderView, QLineEdit, QTableView

from desktop.domain.files import FileState
from desktop.gui.controls import Button, label, row
from desktop.gui.file_table import NAME, PASSAGES, REASON, SIZE, STATE, FileTable
from desktop.gui.folder_rows import FolderRows
from desktop.gui.page_frame import PageFrame
from desktop.gui.parts import Parts
from desktop.gui.theme import FIELD_WIDTH, grid
from desktop.gui.translation import tr
from desktop.gui.wording import files_text, state_text
from desktop.protocol.common_messages import Nothing
from desktop.protocol.engine_messages import RESCAN, RETRY_FILE, FileId

REST = 200  # milliseconds without a key before the list is filtered
RETRIED = (FileState.FAILED, FileState.QUARANTINED, FileState.LOCKED, FileState.TOO_LARGE)


class LibraryPage(PageFrame):
    """Signals: `folder_wanted()`, `files_wanted()`, `file_wanted(file_id, path)` to read it."""

    folder_wanted = Signal()
    files_wanted = Signal()
    file_wanted = Signal(int, str)

    def __init__(self, parts: Parts) -> None:
        hint = tr("Footnote reads these files where they are, follows their changes, and never writes to them.")
        super().__init__(tr("Library"), hint, wide=True, scrolls=False)
        self._parts = parts
        self.table = FileTable(parts.theme, parts.client)
        self.beside_title.addWidget(Button(tr("Add folder…"), self.folder_wanted.emit, look="primary"))
        self.beside_title.addWidget(Button(tr("Add files…"), self.files_wanted.emit))
        self.body.addWidget(FolderRows(parts))
        self._add_filter()
        self._add_table()
        parts.state.files_changed.connect(self.table.reload)
        self.table.files_counted.connect(lambda total: self._count.setText(files_text(total)))
        self.table.reload()

    def _add_filter(self) -> None:
        self.states = QComboBox()
        self.states.setAccessibleName(tr("Show files in this state"))
        self.states.addItem(tr("All states"), "")
        for state in FileState:
            self.states.addItem(state_text(state), state.value)
        self.containing = QLineEdit()
        self.containing.setPlaceholderText(tr("Find a file…"))
        self.containing.setAccessibleName(tr("Find a file by its name or folder"))
        self.containing.setClearButtonEnabled(True)
        self.containing.setMaximumWidth(FIELD_WIDTH)
        self._count = label("", "muted")
        rescan = Button(tr("Look again"), self._rescan, look="plain", theme=self._parts.theme, icon_name="refresh")
        rescan.setToolTip(tr("Looks for changes in all folders now"))
        self.retry = Button(tr("Try this file again"), self._retry, look="plain")
        self.retry.hide()
        line = row(2, (0, 3, 0, 0))
        for part in (self.containing, self.states, self._count):
            line.addWidget(part)
        line.addStretch(1)
        line.addWidget(self.retry)
        line.addWidget(rescan)
        self.body.addLayout(line)
        self._later = QTimer(self, singleShot=True, interval=REST)
        self._later.timeout.connect(self._filter)
        self.containing.textChanged.connect(lambda _: self._later.start())
        self.states.activated.connect(lambda _: self._filter())

    def _add_table(self) -> None:
        view = self.view = QTableView()
        view.setModel(self.table)
        view.setAccessibleName(tr("Files"))
        view.setFrameShape(QFrame.Shape.NoFrame)
        view.setShowGrid(False)
        view.setTabKeyNavigation(False)
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        view.setWordWrap(False)
        view.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        view.verticalHeader().hide()
        view.verticalHeader().setDefaultSectionSize(grid(8))
        header = view.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(REASON, QHeaderView.ResizeMode.Stretch)
        for section, wide in ((STATE, 26), (SIZE, 22), (PASSAGES, 22)):
            header.resizeSection(section, grid(wide))
        view.activated.connect(self._open)
        view.selectionModel().currentRowChanged.connect(lambda index, _: self._offer_retry(index))
        self.body.addWidget(view, 1)

    def _filter(self) -> None:
        self.table.filter(self.states.currentData(), self.containing.text().strip())

    def _rescan(self) -> None:
        self._parts.client.call(RESCAN, Nothing(), None, lambda e: self._parts.messages.say(e.title, e.hint))

    def _open(self, index: QModelIndex) -> None:
        file = self.table.file(index)
        if file is not None and file.passages:
            self.file_wanted.emit(file.id, file.path)

    def _offer_retry(self, index: QModelIndex) -> None:
        file = self.table.file(index)
        self.retry.setVisible(file is not None and file.state in RETRIED)

    def _retry(self) -> None:
        file = self.table.file(self.view.currentIndex())
        if file is not None:
            self._parts.client.call(
                RETRY_FILE, FileId(file.id), None, lambda e: self._parts.messages.say(e.title, e.hint)
            )
