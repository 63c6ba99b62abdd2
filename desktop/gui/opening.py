"""Hands a file or its folder to the system's own apps. Never opens what the system would run instead of show."""

from pathlib import Path, PurePath

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from desktop.gui.source_place import RUNNABLE


def can_open(path: str) -> bool:
    """False for scripts and programs: opening them would run them."""
    return PurePath(path).suffix.lower() not in RUNNABLE


def open_in_app(path: str) -> None:
    if can_open(path):
        QDesktopServices.openUrl(QUrl.fromLocalFile(path))


def show_in_folder(path: str) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(path).parent)))


def open_folder(path: str) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(path))
