"""The library's first view: its folders, the summary, and the table of files with what can be done with them."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from desktop.domain.files import FileState
from desktop.gui.controls import Button, column, label, row
from desktop.gui.file_actions import FileActions
from desktop.gui.file_details import FileDetails
from desktop.gui.file_listing import Listing
from desktop.gui.file_table import FileTable
from desktop.gui.file_view import FileView
from desktop.gui.folder_rows import FolderRows
from desktop.gui.library_summary import LibrarySummary
from desktop.gui.page_frame import PageFrame
from desktop.gui.parts import Parts
from desktop.gui.theme import FIELD_WIDTH, grid
from desktop.gui.translation import tr
from desktop.gui.wording import files_text, state_text
from desktop.protocol.common_messages import Nothing
from desktop.protocol.engine_messages import RESCAN

REST = 200  # milliseconds without a key before the list is filtered
ROOM = grid(200)  # the width from which on the tools say their names


class LibraryFiles(PageFrame):
    """Signals: `folder_wanted()`, `files_wanted()`, `file_wanted(file_id, path)` to read it."""

    folder_wanted = Signal()
    files_wanted = Signal()
    file_wanted = Signal(int, str)

    def __init__(self, parts: Parts) -> None:
        hint = tr("Footnote reads these files where they are, follows their changes, and never writes to them.")
        super().__init__(tr("Library"), hint, wide=True, scrolls=False)
        self._parts = parts
        self.table = FileTable(parts.theme, parts.client)
        self.view = FileView(self.table)
        self.doing = FileActions(parts, self.view)
        self.folders = FolderRows(parts)
        self.summary = LibrarySummary()
        self.states = QComboBox()
        self.containing = QLineEdit()
        self._count = label("", "muted")
        self._none = label("", "muted", wrap=True)
        self.show_all = Button(tr("Show all files"), self._show_all)
        self.details = FileDetails(self.doing.for_chosen)
        self._later = QTimer(self, singleShot=True, interval=REST)
        self._outdated = True
        self._tools = self._make_tools()
        self._listed = QWidget()
        self._set_out()
        self._connect()
        self._show_status()

    def _make_tools(self) -> dict[Button, str]:
        """Buttons and what they say where there is room."""
        theme = self._parts.theme
        tools = (
            ("pause", tr("Pause reading"), self._toggle_pause),
            ("refresh", tr("Look again"), self._rescan),
            ("copy", tr("Copy list"), self.doing.copy_or_stop),
        )
        made = {Button(text, do, look="plain", theme=theme, icon_name=name): text for name, text, do in tools}
        self.pause, self.rescan, self.copy = made
        self.rescan.setToolTip(tr("Looks for changes in all folders now"))
        self.copy.setToolTip(tr("Copies this list as CSV, for a spreadsheet  (Ctrl+Shift+C)"))
        return made

    def _set_out(self) -> None:
        self.beside_title.addWidget(Button(tr("Add folder…"), self.folder_wanted.emit, look="primary"))
        self.beside_title.addWidget(Button(tr("Add files…"), self.files_wanted.emit))
        self.states.setAccessibleName(tr("Show files in this state"))
        self.containing.setPlaceholderText(tr("Find a file…"))
        self.containing.setAccessibleName(tr("Find a file by its name or folder"))
        self.containing.setClearButtonEnabled(True)
        self.containing.setMaximumWidth(FIELD_WIDTH)
        self.containing.setMinimumWidth(FIELD_WIDTH // 2)
        line = row(2, (0, 1, 0, 0))
        line.addWidget(self.containing, 2)
        for part in (self.states, self._count):
            line.addWidget(part)
        line.addStretch(1)
        for tool in self._tools:
            line.addWidget(tool)
        nothing = column(2, (1, 4, 0, 0))
        nothing.addWidget(self._none)
        nothing.addWidget(self.show_all, 0, Qt.AlignmentFlag.AlignLeft)
        nothing.addStretch(1)
        self._nothing = QWidget()
        self._nothing.setLayout(nothing)
        listed = column(2, (0, 2, 0, 0))
        listed.addWidget(self.summary)
        listed.addLayout(line)
        listed.addWidget(self._nothing, 1)
        listed.addWidget(self.view, 1)
        listed.addWidget(self.details)
        self._listed.setLayout(listed)
        self.body.addWidget(self.folders)
        self.body.addWidget(self._listed, 1)
        self.body.addStretch(0)
        self._nothing.hide()
        self.details.hide()

    def _connect(self) -> None:
        state = self._parts.state
        state.status_changed.connect(self._show_status)
        state.files_changed.connect(self._reload)
        state.progress_changed.connect(self._show_pause)
        self._later.timeout.connect(self._filter)
        self.containing.textChanged.connect(lambda _: self._later.start())
        self.containing.returnPressed.connect(self.view.setFocus)
        self.states.activated.connect(lambda _: self._filter())
        self.summary.state_wanted.connect(self._show_state)
        self.view.order_wanted.connect(self._order)
        self.view.choice_changed.connect(self._show_choice)
        self.table.files_counted.connect(self._show_count)
        self.doing.read_wanted.connect(self.file_wanted)
        copying = self.doing.copying
        copying.progressed.connect(self._show_copying)
        for ended in (copying.copied, copying.stopped, copying.failed):
            ended.connect(lambda *_: self._fit_tools())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._outdated:
            self._reload()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_tools()

    def _fit_tools(self) -> None:
        for tool, text in self._tools.items():
            tool.setText(text if self.width() >= ROOM else "")
            tool.setAccessibleName(text)

    def _reload(self) -> None:
        """What nobody looks at is not asked for."""
        self._outdated = not self.isVisible()
        if not self._outdated:
            self.table.reload()

    def _filter(self) -> None:
        kept = self.table.listing
        self.table.show_listing(
            Listing(self.states.currentData(), self.containing.text().strip(), kept.order, kept.descending)
        )
        self.summary.show_chosen(self.states.currentData())

    def _show_state(self, state: str) -> None:
        self.states.setCurrentIndex(max(0, self.states.findData(state)))
        self._filter()

    def _show_all(self) -> None:
        self.containing.clear()
        self._show_state("")
        self.containing.setFocus()

    def _order(self, order: str, descending: bool) -> None:
        kept = self.table.listing
        self.table.show_listing(Listing(kept.state, kept.containing, order, descending))

    def _show_status(self) -> None:
        status = self._parts.state.status
        if status is None:
            return
        self.table.show_folders({folder.id: folder.path for folder in status.folders})
        self.summary.show_counts(status.counts)
        self._show_states(status.counts)
        self._listed.setVisible(bool(status.folders or status.counts))
        self._show_pause()

    def _show_states(self, counts: dict[str, int]) -> None:
        """The states that occur, and the one that is chosen."""
        if self.states.view().isVisible():
            return
        chosen = self.states.currentData() or ""
        entries = [("", tr("All states"))]
        entries += [(s.value, state_text(s)) for s in FileState if counts.get(s) or s.value == chosen]
        counted = [(data, f"{text} ({counts[data]:,})" if counts.get(data) else text) for data, text in entries]
        if counted == [(self.states.itemData(n), self.states.itemText(n)) for n in range(self.states.count())]:
            return
        self.states.clear()
        for data, text in counted:
            self.states.addItem(text, data)
        self.states.setCurrentIndex(max(0, self.states.findData(chosen)))

    def _show_count(self, total: int) -> None:
        listing = self.table.listing
        self._count.setText(files_text(total) if listing.filtered else "")
        nothing = total == 0 and listing.filtered
        self._none.setText(
            tr("No file has “{text}” in its name or folder.", text=listing.containing)
            if not listing.state
            else tr("None of the files in this state has “{text}” in its name or folder.", text=listing.containing)
            if listing.containing
            else tr("No file is in this state now.")
        )
        self._nothing.setVisible(nothing)
        self.view.setVisible(not nothing)

    def _show_choice(self) -> None:
        count, file = self.view.chosen_count(), self.view.current_file()
        if count > 1:
            self.details.show_many(count, can_retry=self.doing.retry.isEnabled())
        elif count == 1 and file is not None:
            self.details.show_file(file, paused=self._parts.state.paused)
        first = self.details.isHidden() and count > 0
        self.details.setVisible(count > 1 or (count == 1 and file is not None))
        if first:
            QTimer.singleShot(0, self.view, lambda: self.view.scrollTo(self.view.currentIndex()))

    def _show_pause(self) -> None:
        progress, paused = self._parts.state.progress, self._parts.state.paused
        self.pause.setVisible(progress is not None and progress.phase != "idle")
        text = tr("Go on reading") if paused else tr("Pause reading")
        if self._tools[self.pause] != text:
            self._tools[self.pause] = text
            self.pause.show_icon("resume" if paused else "pause")
            self._fit_tools()

    def _show_copying(self, done: int, total: int) -> None:
        share = f"{100 * done // max(total, 1)} %"
        self.copy.setAccessibleName(tr("Stop copying, {share} done", share=share))
        self.copy.setText(tr("Stop ({share})", share=share))

    def _toggle_pause(self) -> None:
        self._parts.state.pause(not self._parts.state.paused)

    def _rescan(self) -> None:
        said = self._parts.messages
        self._parts.client.call(RESCAN, Nothing(), None, lambda error: said.say(error.title, error.hint))
