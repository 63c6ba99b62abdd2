"""Asks before an address that stands in a file is opened, and shows the whole of it. Opens nothing else."""

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QDialog, QWidget

from desktop.gui.controls import Button, column, label, row
from desktop.gui.source_layout import OPENED
from desktop.gui.theme import SHEET_WIDTH
from desktop.gui.translation import tr


def ask_to_open(parent: QWidget, address: str) -> QDialog | None:
    """None for whatever is not an address of the web or of a mailbox: that is never opened."""
    if not address.lower().startswith(OPENED):
        return None
    dialog = QDialog(parent.window())
    dialog.setWindowTitle(tr("Open this address?"))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setFixedWidth(SHEET_WIDTH)
    whole = column(3, (6, 5, 6, 5))
    whole.addWidget(label(tr("Open this address?"), "title"))
    whole.addWidget(label(tr("The file names it. Your browser or mail program would open it."), "muted", wrap=True))
    named = label(broken_up(address), "code", wrap=True)
    named.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    named.setAccessibleName(address)
    whole.addWidget(named)
    below = row(2)
    below.addWidget(Button(tr("Copy"), lambda: _copy(dialog, address)))
    below.addStretch(1)
    cancel = Button(tr("Cancel"), dialog.reject)
    below.addWidget(cancel)
    below.addWidget(Button(tr("Open"), lambda: _open(dialog, address), look="primary"))
    whole.addLayout(below)
    dialog.setLayout(whole)
    dialog.finished.connect(parent.activateWindow)
    cancel.setFocus()
    dialog.open()
    return dialog


def broken_up(address: str) -> str:
    """With places to break the line, so that none of it is out of sight; letters of other scripts are told apart."""
    plain = QUrl(address).toString(QUrl.ComponentFormattingOption.FullyEncoded) or address
    return "\u200b".join(plain[at : at + 8] for at in range(0, len(plain), 8))


def _open(dialog: QDialog, address: str) -> None:
    dialog.accept()
    QDesktopServices.openUrl(QUrl(address))


def _copy(dialog: QDialog, address: str) -> None:
    QGuiApplication.clipboard().setText(address)
    dialog.accept()
