"""The library: its files, and in their place the rules of one folder while they are edited."""

from pathlib import PurePath

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget

from desktop.domain.files import FileRow, FileState, Folder
from desktop.gui.library_files import LibraryFiles
from desktop.gui.messages import Message
from desktop.gui.parts import Parts
from desktop.gui.rule_examples import rule_for
from desktop.gui.rules_page import RulesPage
from desktop.gui.translation import tr
from desktop.protocol.engine_messages import FolderRulesOf


class LibraryPage(QStackedWidget):
    """`rules` is None while no rules are edited.

    Signals: `folder_wanted()`, `files_wanted()`, `file_wanted(file_id, path)` to read it.
    """

    folder_wanted = Signal()
    files_wanted = Signal()
    file_wanted = Signal(int, str)

    def __init__(self, parts: Parts) -> None:
        super().__init__()
        self._parts = parts
        self.rules: RulesPage | None = None
        self.list = LibraryFiles(parts)
        self.addWidget(self.list)
        self.list.folder_wanted.connect(self.folder_wanted)
        self.list.files_wanted.connect(self.files_wanted)
        self.list.file_wanted.connect(self.file_wanted)
        self.list.folders.rules_wanted.connect(self.edit_rules)
        self.list.doing.rules_wanted.connect(self._edit_for)

    def edit_rules(self, folder: Folder, draft: FolderRulesOf | None = None) -> RulesPage:
        """In place of the files, until they are saved or given up."""
        self._close_rules()
        page = self.rules = RulesPage(self._parts, folder, draft)
        page.closed.connect(lambda: self._rules_closed(page, folder))
        self.addWidget(page)
        self.setCurrentWidget(page)
        page.text.setFocus()
        return page

    def _edit_for(self, file: FileRow) -> None:
        status = self._parts.state.status
        folders = status.folders if status is not None else ()
        folder = next((folder for folder in folders if folder.id == file.folder_id and not folder.is_file), None)
        if folder is not None and PurePath(file.path).is_relative_to(folder.path):
            page = self.edit_rules(folder)
            if file.state is FileState.TOO_LARGE:
                page.largest.setFocus()
            else:
                page.add_lines((rule_for(PurePath(file.path).relative_to(folder.path).as_posix()),))

    def _rules_closed(self, page: RulesPage, folder: Folder) -> None:
        if page.given_up and page.changed():
            draft = page.written
            text = tr("The rules were left as they are.")
            self._parts.messages.show(Message(text, tr("Go on editing"), lambda: self.edit_rules(folder, draft)))
        self._close_rules()
        opened_by = self.list.folders.rows.get(folder.id)
        if opened_by is not None:
            opened_by.rules.setFocus()

    def _close_rules(self) -> None:
        page, self.rules = self.rules, None
        if page is not None:
            self.setCurrentWidget(self.list)
            self.removeWidget(page)
            page.hide()
            page.deleteLater()
