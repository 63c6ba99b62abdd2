"""Every key of the window in one table, and the list of them that F1 shows."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QDialog, QGridLayout, QWidget

from desktop.gui.controls import Button, column, label, row
from desktop.gui.theme import grid
from desktop.gui.translation import tr

if TYPE_CHECKING:
    from desktop.gui.reader_pane import ReaderPane
    from desktop.gui.window import FootnoteWindow

Key = tuple[str, str, Callable[[], object]]


def keys(window: "FootnoteWindow") -> tuple[Key, ...]:
    """(key, what it does, the doing)"""

    def focus_search() -> None:
        window.side.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        window.side.search.selectAll()

    def search_here() -> None:
        reader = window.reader
        if reader is not None and reader.isVisible():
            reader.search()
        else:
            focus_search()

    def in_reader(do: Callable[["ReaderPane"], object]) -> Callable[[], object]:
        return lambda: do(window.reader) if window.reader is not None and window.reader.isVisible() else None

    def focus_question() -> None:
        window.show_page("conversation")
        window.conversation.focus_composer()

    return (
        ("Ctrl+N", tr("New conversation"), window.begin_new),
        ("Ctrl+O", tr("Add a folder"), window.choose_folder),
        ("Ctrl+Shift+O", tr("Add files"), window.choose_files),
        ("Ctrl+K", tr("Search conversations"), focus_search),
        ("Ctrl+F", tr("Search in the open file, or the conversations"), search_here),
        ("Ctrl+L", tr("Write a question"), focus_question),
        ("Ctrl+E", tr("Export the conversation"), window.export_conversation),
        ("F6", tr("Go to the next part of the window"), lambda: cycle(window, 1)),
        ("Shift+F6", tr("Go to the part before"), lambda: cycle(window, -1)),
        ("Ctrl+1", tr("Conversation"), focus_question),
        ("Ctrl+2", tr("Library"), lambda: window.show_page("library")),
        ("Ctrl+3", tr("Models"), lambda: window.show_page("models")),
        ("Ctrl+4", tr("Tones"), lambda: window.show_page("tones")),
        ("Ctrl+5", tr("Settings"), lambda: window.show_page("settings")),
        ("Alt+Left", tr("Footnote before, in the reader"), in_reader(lambda reader: reader.step(-1))),
        ("Alt+Right", tr("Next footnote, in the reader"), in_reader(lambda reader: reader.step(1))),
        ("Ctrl+PgUp", tr("Page before, in the reader"), in_reader(lambda reader: reader.turn(-1))),
        ("Ctrl+PgDown", tr("Next page, in the reader"), in_reader(lambda reader: reader.turn(1))),
        ("Ctrl+T", tr("The file as text and back, in the reader"), in_reader(lambda reader: reader.change_view())),
        ("Ctrl++", tr("Larger, in the reader"), in_reader(lambda reader: reader.zoom(1))),
        ("Ctrl+-", tr("Smaller, in the reader"), in_reader(lambda reader: reader.zoom(-1))),
        (
            "Ctrl+Shift+C",
            tr("Copy words with their source, in the reader"),
            in_reader(lambda reader: reader.copy_with_source()),
        ),
        ("Esc", tr("Stop the answer, or close the sheet or the reader"), window.escape),
        ("F1", tr("This list"), lambda: show_keys(window)),
    )


def bind_shortcuts(window: "FootnoteWindow") -> None:
    for key, _, do in keys(window):
        shortcut = QShortcut(QKeySequence(key), window)
        shortcut.activated.connect(do)


def cycle(window: "FootnoteWindow", step: int) -> None:
    """Moves the focus to the first control of the next pane: side column, page, reader."""
    panes: list[QWidget] = [window.side, window.pages[window.page]]
    if window.reader is not None and window.reader.isVisible():
        panes.append(window.reader)
    focused = QApplication.focusWidget()
    here = next((n for n, pane in enumerate(panes) if focused is not None and pane.isAncestorOf(focused)), -step)
    pane = panes[(here + step) % len(panes)]
    if pane is window.conversation:
        window.conversation.focus_composer()
        return
    target = first_control(pane)
    if target is not None:
        target.setFocus(Qt.FocusReason.ShortcutFocusReason)


def first_control(pane: QWidget) -> QWidget | None:
    """The first thing in the pane that Tab would reach."""
    for widget in pane.findChildren(QWidget):
        if widget.isVisible() and widget.isEnabled() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            return widget
    return None


def show_keys(window: "FootnoteWindow") -> QDialog:
    dialog = QDialog(window)
    dialog.setWindowTitle(tr("Keys"))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    table = QGridLayout()
    table.setHorizontalSpacing(grid(6))
    table.setVerticalSpacing(grid(1.5))
    for line, (key, text, _) in enumerate(keys(window)):
        table.addWidget(label(QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText), "strong"), line, 0)
        table.addWidget(label(text), line, 1)
    whole = column(4, (6, 5, 6, 5))
    whole.addWidget(label(tr("Keys"), "title"))
    whole.addLayout(table)
    below = row(0)
    below.addStretch(1)
    close = Button(tr("Close"), dialog.close, look="primary")
    below.addWidget(close)
    whole.addLayout(below)
    dialog.setLayout(whole)
    dialog.finished.connect(window.activateWindow)
    close.setFocus()
    dialog.open()
    return dialog
