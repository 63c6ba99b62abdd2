"""Tells a screen reader what happened without a change of focus. Shows nothing."""

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent


def announce(source: QObject, text: str) -> None:
    QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(source, text))
