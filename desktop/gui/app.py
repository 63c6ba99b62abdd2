"""Starts the window: one per library, its engine after it is on screen. The only place that makes a QApplication."""

import argparse
import logging
import signal
import sys
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QStyleFactory

from desktop import __version__
from desktop.gui.activity import Activity
from desktop.gui.block_watch import BlockWatch
from desktop.gui.parts import build_parts, engine_command
from desktop.gui.single_instance import FirstInstance, raise_first_window
from desktop.gui.window import FootnoteWindow
from desktop.platform_support.environment import harden
from desktop.platform_support.paths import data_folders


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m desktop", description="Footnote: ask your own files.")
    parser.add_argument("--data", type=Path, metavar="DIR", help="the library's folder (default: the user's own)")
    parser.add_argument("paths", nargs="*", metavar="PATH", help="folders or files to add")
    parser.add_argument("--version", action="version", version=f"footnote {__version__}")
    return parser


def make_application(argv: list[str]) -> QApplication:
    application = QApplication(argv)
    application.setApplicationName("footnote")
    application.setApplicationDisplayName("Footnote")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("footnote")
    application.setStyle(QStyleFactory.create("Fusion"))
    return application


def main(argv: list[str] | None = None) -> int:
    given = arguments().parse_args(argv)
    harden()
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(name)s %(message)s")
    folders = data_folders(given.data)
    application = make_application(sys.argv[:1])
    if raise_first_window(folders.library):
        return 0
    first = FirstInstance(folders.library)
    parts = build_parts(application, folders, engine_command(folders))
    window = FootnoteWindow(parts)
    first.window_wanted.connect(window.come_forward)
    if given.paths:
        paths = tuple(str(Path(path).absolute()) for path in given.paths)
        once = Qt.ConnectionType.SingleShotConnection
        parts.client.engine_started.connect(lambda _: window.drop.offer(paths), once)
    window.show()
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Python would not hear Ctrl+C while Qt waits
    watch = BlockWatch()
    watch.start(application)
    activity = Activity(parts.client)
    QTimer.singleShot(0, parts.client.start)
    code = application.exec()
    activity.deleteLater()
    first.close()
    return code
