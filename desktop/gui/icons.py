"""Draws the project's own SVG icons in a colour of the theme. Keeps nothing and knows no widget."""

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from desktop.gui.theme import ICON, Theme
from desktop.platform_support.paths import project_data

SHARPNESS = 2  # pictures hold twice the pixels, for screens that show them


def icon(theme: Theme, name: str, role: str = "muted") -> QIcon:
    """The icon `resources/icons/NAME.svg` in the colour of `role`; muted while its button is disabled."""
    made = QIcon(_drawn(theme, name, role))
    made.addPixmap(_drawn(theme, name, "muted"), QIcon.Mode.Disabled)
    return made


def _drawn(theme: Theme, name: str, role: str) -> QPixmap:
    svg = project_data("resources", "icons", f"{name}.svg").read_text(encoding="utf-8")
    coloured = svg.replace("currentColor", getattr(theme.colours, role))
    picture = QPixmap(ICON * SHARPNESS, ICON * SHARPNESS)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    QSvgRenderer(QByteArray(coloured.encode())).render(painter, QRectF(picture.rect()))
    painter.end()
    picture.setDevicePixelRatio(SHARPNESS)
    return picture


def window_icon() -> QIcon:
    return QIcon(str(project_data("resources", "icons", "footnote.svg")))
