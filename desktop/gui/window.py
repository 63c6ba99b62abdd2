"""The window: puts header, side column, pages and reader together and leads signals between them.

Pages other than the conversation are built when they are first wanted.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFileDialog, QMainWindow, QSplitter, QStackedWidget, QWidget

from desktop.domain.answers import Answer, FoundPassage
from desktop.gui.controls import column
from desktop.gui.conversation_export import ConversationExport
from desktop.gui.conversation_page import ConversationPage
from desktop.gui.drop import Drop
from desktop.gui.first_steps import FirstSteps
from desktop.gui.header import Header
from desktop.gui.icons import window_icon
from desktop.gui.messages import MessageBar
from desktop.gui.parts import Parts
from desktop.gui.problem_page import ProblemPage
from desktop.gui.shortcuts import bind_shortcuts
from desktop.gui.side_column import SideColumn
from desktop.gui.theme import PAGE_NARROWEST, WINDOW_LOWEST, WINDOW_NARROWEST
from desktop.gui.translation import tr
from desktop.gui.window_place import give_reader_width, make_room, remember_place, restore_place

if TYPE_CHECKING:
    from desktop.gui.reader_pane import ReaderPane

CONVERSATION, PROBLEM = "conversation", "problem"


class FootnoteWindow(QMainWindow):
    """`pages` holds the pages built so far, by name; `reader` is None until a source was opened."""

    def __init__(self, parts: Parts) -> None:
        super().__init__()
        self.parts = parts
        self.setWindowTitle(tr("Footnote"))
        self.setWindowIcon(window_icon())
        self.setMinimumSize(WINDOW_NARROWEST, WINDOW_LOWEST)
        self.setAcceptDrops(True)
        self.header = Header(parts.theme, parts.state)
        self.side = SideColumn(parts.theme, parts.client, parts.messages)
        steps = FirstSteps(parts.theme, parts.state, parts.memory)
        self.conversation = ConversationPage(parts.theme, parts.client, parts.asking, parts.state, parts.drafts, steps)
        self.pages: dict[str, QWidget] = {CONVERSATION: self.conversation}
        self.reader: ReaderPane | None = None
        self._stack = QStackedWidget()
        self._stack.setMinimumWidth(PAGE_NARROWEST)
        self._stack.addWidget(self.conversation)
        self.splitter = self._split()
        self._set_out()
        self.bar = MessageBar(parts.messages, self)
        self.export = ConversationExport(parts.client, parts.messages)
        self.drop = Drop(parts.theme, parts.client, parts.messages, self)
        self._connect(steps)
        bind_shortcuts(self)
        restore_place(self)

    def show_page(self, name: str) -> None:
        """`name` is conversation, problem, library, models, tones or settings."""
        if name not in self.pages:
            self.pages[name] = self._builders()[name]()
            self._stack.addWidget(self.pages[name])
        self._stack.setCurrentWidget(self.pages[name])
        self.side.show_page(name)

    @property
    def page(self) -> str:
        return next(name for name, page in self.pages.items() if page is self._stack.currentWidget())

    def begin_new(self) -> None:
        self.show_page(CONVERSATION)
        self.conversation.begin_new()
        self.conversation.focus_composer()

    def open_conversation(self, conversation_id: int) -> None:
        self.show_page(CONVERSATION)
        self.conversation.open(conversation_id)

    def choose_folder(self) -> None:
        dialog = QFileDialog(self, tr("Add a folder"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(lambda paths: self.drop.offer(tuple(paths)))
        dialog.open()

    def choose_files(self) -> None:
        dialog = QFileDialog(self, tr("Add files"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(lambda paths: self.drop.offer(tuple(paths)))
        dialog.open()

    def export_conversation(self) -> None:
        """The one on screen."""
        this = self.conversation.conversation_id
        if this is not None:
            self.export.offer(self, this, self.side.shown_title())

    def open_footnote(self, answer: Answer, n: int) -> None:
        self._open_reader().show_footnote(answer, n)

    def open_passage(self, passage: FoundPassage) -> None:
        self._open_reader().show_passage(passage)

    def open_file(self, file_id: int, path: str) -> None:
        self._open_reader().show_file(file_id, path)

    def come_forward(self) -> None:
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def escape(self) -> None:
        """Esc ends the nearest thing: the sheet, the answer under way, the search in the reader, the reader."""
        if self.drop.busy:
            self.drop.cancel()
        elif self.parts.asking.under_way is not None:
            self.parts.asking.stop()
        elif self.reader is not None and self.reader.isVisible():
            self.reader.step_back()

    def _builders(self) -> dict[str, Callable[[], QWidget]]:
        return {
            PROBLEM: self._build_problem,
            "library": self._build_library,
            "models": self._build_models,
            "tones": self._build_tones,
            "settings": self._build_settings,
        }

    def _build_problem(self) -> QWidget:
        page = ProblemPage(self.parts.theme, self.parts.client.log)
        page.try_again_wanted.connect(self._try_again)
        return page

    def _build_library(self) -> QWidget:
        from desktop.gui.library_page import LibraryPage

        page = LibraryPage(self.parts)
        page.folder_wanted.connect(self.choose_folder)
        page.files_wanted.connect(self.choose_files)
        page.file_wanted.connect(self.open_file)
        return page

    def _build_models(self) -> QWidget:
        from desktop.gui.models_page import ModelsPage

        return ModelsPage(self.parts, self.choose_files)

    def _build_tones(self) -> QWidget:
        from desktop.gui.tones_page import TonesPage

        page = TonesPage(self.parts, self.choose_files)
        page.models_wanted.connect(lambda: self.show_page("models"))
        return page

    def _build_settings(self) -> QWidget:
        from desktop.gui.settings_page import SettingsPage

        return SettingsPage(self.parts)

    def _open_reader(self) -> "ReaderPane":
        if self.reader is None:
            from desktop.gui.reader_pane import ReaderPane

            self.reader = ReaderPane(self.parts)
            self.splitter.addWidget(self.reader)
            self.splitter.setCollapsible(2, False)
            self.reader.closed.connect(lambda: make_room(self))
            self.reader.closed.connect(self.conversation.focus_composer)
            self.reader.library_wanted.connect(lambda: self.show_page("library"))
            self.reader.footnote_hovered.connect(self.conversation.light)
            self.reader.hide()
        if not self.reader.isVisible():
            self.reader.show()
            make_room(self)
            give_reader_width(self, self.reader)
        return self.reader

    def _split(self) -> QSplitter:
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setHandleWidth(1)
        splitter.addWidget(self.side)
        splitter.addWidget(self._stack)
        splitter.setCollapsible(0, False)
        splitter.setCollapsible(1, False)
        splitter.setStretchFactor(0, 0)
        splitter.setStretchFactor(1, 1)
        splitter.splitterMoved.connect(lambda *_: remember_place(self))
        return splitter

    def _set_out(self) -> None:
        whole = column(0)
        whole.addWidget(self.header)
        whole.addWidget(self.splitter, 1)
        middle = QWidget()
        middle.setLayout(whole)
        self.setCentralWidget(middle)

    def _connect(self, steps: FirstSteps) -> None:
        parts = self.parts
        client = parts.client
        client.engine_started.connect(lambda _: self._started())
        client.engine_lost.connect(self.header.show_lost)
        client.engine_given_up.connect(self._given_up)
        client.window_wanted.connect(lambda _: self.come_forward())
        client.notice_arrived.connect(lambda notice: parts.messages.say(notice.title, notice.hint))
        parts.asking.other_answer_finished.connect(self.side.reload)
        parts.state.settings_changed.connect(self._follow_settings)
        self.side.new_wanted.connect(self.begin_new)
        self.side.conversation_wanted.connect(self.open_conversation)
        self.side.conversation_deleted.connect(self._forget_conversation)
        self.side.export_wanted.connect(lambda this, title: self.export.offer(self, this, title))
        self.side.page_wanted.connect(self.show_page)
        page = self.conversation
        page.footnote_opened.connect(self.open_footnote)
        page.passage_opened.connect(self.open_passage)
        page.footnotes_lit.connect(lambda answer, numbers: self.reader and self.reader.light(answer, numbers))
        page.answer_shown.connect(parts.sources.prepare)
        page.conversation_shown.connect(self._conversation_shown)
        page.conversations_changed.connect(self.side.reload)
        page.composer.tones_wanted.connect(lambda: self.show_page("tones"))
        page.reading_failed.connect(lambda error: parts.messages.say(error.title, error.hint))
        self.drop.focus_given_up.connect(page.focus_composer)
        steps.folder_wanted.connect(self.choose_folder)
        steps.paths_chosen.connect(self.drop.offer)
        steps.models_wanted.connect(lambda: self.show_page("models"))

    def _started(self) -> None:
        self.header.show_back()
        self.side.reload()
        kept = self.parts.memory.get("conversation")
        if kept and self.conversation.conversation_id is None and not self.conversation.views:
            self.conversation.open(kept)

    def _given_up(self, title: str, hint: str) -> None:
        self.show_page(PROBLEM)
        problem = self.pages[PROBLEM]
        assert isinstance(problem, ProblemPage)
        problem.show_problem(title, hint)
        self.header.show_stopped()

    def _try_again(self) -> None:
        self.header.show_lost()
        self.show_page(CONVERSATION)
        self.parts.client.try_again()

    def _conversation_shown(self, conversation_id: int) -> None:
        self.side.show_conversation(conversation_id)
        self.parts.memory.set("conversation", conversation_id)

    def _forget_conversation(self, conversation_id: int) -> None:
        if self.conversation.conversation_id == conversation_id:
            self.conversation.begin_new()

    def _follow_settings(self) -> None:
        theme = self.parts.state.settings.get("theme", "system")
        self.parts.theme.choose(theme)
        self.parts.memory.set("theme", theme)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        QTimer.singleShot(0, self, self.conversation.focus_composer)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.bar.place()
        self.drop.place()
        make_room(self)
        remember_place(self)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.drop.drag_entered(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.drop.drag_left()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = tuple(str(Path(url.toLocalFile())) for url in event.mimeData().urls() if url.isLocalFile())
        event.acceptProposedAction()
        self.drop.offer(paths)

    def closeEvent(self, event: QCloseEvent) -> None:
        remember_place(self)
        self.bar.put_away()  # what it could still have undone is done now
        self.hide()
        self.parts.close()
        super().closeEvent(event)
