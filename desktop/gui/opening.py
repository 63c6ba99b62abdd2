"""Hands a file or its folder to the system's own apps. Never opens what the system would run instead of show."""

import os
import sys
from pathlib import Path, PurePath

from PySide6.QtCore import QProcess, QUrl
from PySide6.QtGui import QDesktopServices

from desktop.gui.source_place import RUNNABLE


def can_open(path: str) -> bool:
    """False for scripts and programs: opening them would run them."""
    return PurePath(path).suffix.lower() not in RUNNABLE


def open_in_app(path: str) -> None:
    if can_open(path):
        QDesktopServices.openUrl(QUrl.fromLocalFile(path))


def show_in_folder(path: str) -> None:
    """Opens the file's folder with the file chosen in it, where the system's file manager can do that."""
    if not Path(path).exists() or not _reveal(path):
        open_folder(str(Path(path).parent))


def open_folder(path: str) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(path))


def reveal_command(path: str, platform: str) -> tuple[str, list[str]] | None:
    """(program, arguments) that choose the file in its folder; None where there is no such program."""
    if platform == "darwin":
        return "open", ["-R", path]
    if platform == "win32":
        return "explorer", ["/select,", path.replace("/", "\\")]
    return None


def _reveal(path: str) -> bool:
    command = reveal_command(path, sys.platform)
    if command is not None:
        program, arguments = command
        return QProcess.startDetached(program, arguments)[0]
    return _reveal_by_bus(path)


def _reveal_by_bus(path: str) -> bool:
    """Asks the desktop's file manager (freedesktop FileManager1). False where no session bus runs: none is started."""
    if not os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return False
    from PySide6.QtDBus import QDBusConnection, QDBusMessage

    bus = QDBusConnection.sessionBus()
    if not bus.isConnected():
        return False
    names = bus.interface()
    name = "org.freedesktop.FileManager1"
    if not names.isServiceRegistered(name).value() and name not in names.activatableServiceNames().value():
        return False
    message = QDBusMessage.createMethodCall(name, "/org/freedesktop/FileManager1", name, "ShowItems")
    message.setArguments([[QUrl.fromLocalFile(path).toString()], ""])
    return bus.send(message)
