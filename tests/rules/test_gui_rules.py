"""Rules of the window: looks live in the theme, visible texts go through `tr`, controls have names."""

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QSpinBox,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.gui.conftest import OpenWindow, calls, open_window  # noqa: F401  # fixtures
from tests.support.project import ROOT, modules, shown, tree_of

HEX = re.compile(r"#[0-9a-fA-F]{3,8}\b")
FONTS = {
    "QFont",
    "QColor",
    "setPointSize",
    "setPointSizeF",
    "setPixelSize",
    "setFamily",
    "setFamilies",
    "setStyleSheet",
}
SIZES = {
    "setFixedSize",
    "setFixedWidth",
    "setFixedHeight",
    "setMinimumWidth",
    "setMinimumHeight",
    "setMaximumWidth",
    "setMaximumHeight",
    "setMinimumSize",
    "setContentsMargins",
    "setSpacing",
    "setMargin",
    "addSpacing",
    "setDocumentMargin",
    "setHorizontalSpacing",
    "setVerticalSpacing",
}
SPEAKING = {
    "QLabel",
    "QPushButton",
    "QCheckBox",
    "QAction",
    "label",
    "Button",
    "IconButton",
    "ElidedLabel",
    "setText",
    "setToolTip",
    "setAccessibleName",
    "setAccessibleDescription",
    "setPlaceholderText",
    "setWindowTitle",
    "setSpecialValueText",
    "addAction",
    "addItem",
    "show_whole",
    "say",
    "rename",
}
INTERACTIVE = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QSpinBox,
    QTextEdit,
)
# not words: how the installer is called, and the names of looks and icons
NOT_WORDS = {"python3 -m installer run"}


def gui_modules() -> list[Path]:
    return [path for path in modules("desktop/gui") if path.name != "theme.py"]


def calls_in(path: Path) -> Iterator[tuple[ast.Call, str]]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            yield node, name


def place(path: Path, node: ast.expr) -> str:
    return f"{path.relative_to(ROOT)}:{node.lineno}"


def test_colours_stand_in_the_theme_alone() -> None:
    found = [
        f"{place(path, node)}: {node.value}"
        for path in gui_modules()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and HEX.search(node.value)
    ]
    assert not found, shown(found)


def test_fonts_are_made_in_the_theme_alone() -> None:
    found = [f"{place(path, node)}: {name}" for path in gui_modules() for node, name in calls_in(path) if name in FONTS]
    assert not found, shown(found)


def test_sizes_are_steps_of_the_grid() -> None:
    """A number of pixels over 1 is written as `grid(…)` or comes from the theme."""
    found = [
        f"{place(path, node)}: {name}"
        for path in gui_modules()
        for node, name in calls_in(path)
        if name in SIZES
        for given in node.args
        if isinstance(given, ast.Constant) and isinstance(given.value, int | float) and given.value > 1
    ]
    assert not found, shown(found)


def test_the_style_sheet_names_roles_only() -> None:
    text = (ROOT / "resources" / "theme" / "window.qss").read_text(encoding="utf-8")
    rules = re.sub(r"/\*.*?\*/|[\w#\[\]=\":,.> -]+(?=\{)", "", text, flags=re.S)
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b|\d+(?:px|pt|em)\b|rgba?\(", rules)


def test_visible_texts_are_translated() -> None:
    found = [
        f"{place(path, node)}: {given.value!r}"
        for path in gui_modules()
        for node, name in calls_in(path)
        if name in SPEAKING
        for given in node.args[:1]
        if isinstance(given, ast.Constant)
        and isinstance(given.value, str)
        and re.search(r"[^\W\d]", given.value)
        and given.value not in NOT_WORDS
    ]
    assert not found, f"say it with tr(…):{shown(found)}"


def test_no_text_for_tr_is_put_together_first() -> None:
    """An f-string can't be looked up in a translation."""
    found = [
        place(path, node)
        for path in gui_modules()
        for node, name in calls_in(path)
        if name == "tr" and node.args and isinstance(node.args[0], ast.JoinedStr | ast.BinOp)
    ]
    assert not found, shown(found)


def nameless(window: QWidget) -> list[str]:
    found: list[str] = []
    for widget in window.findChildren(QWidget):
        own = not isinstance(widget, QScrollBar) and not widget.objectName().startswith("qt_")
        if own and isinstance(widget, INTERACTIVE) and not widget.accessibleName() and not inner(widget):
            found.append(f"{type(widget).__name__} {widget.objectName()} in {type(widget.parent()).__name__}")
    return found


def inner(widget: QWidget) -> bool:
    """Parts that Qt makes inside one control: the list of a chooser, the field of a number, headers of a table."""
    if type(widget).__name__ in ("QAbstractButton", "QToolButton", "QHeaderView", "QTableCornerButton"):
        return True
    outer = (widget.parent(), widget.parent().parent())
    return any(isinstance(parent, QComboBox | QSpinBox | QAbstractItemView) for parent in outer)


@pytest.mark.parametrize("words", [(), ("empty",), ("busy", "problems")], ids=["full", "first run", "busy"])
def test_every_control_has_a_name(qtbot: QtBot, open_window: OpenWindow, words: tuple[str, ...]) -> None:  # noqa: F811  # fixture
    window = open_window(*words)
    for page in ("library", "models", "tones", "settings", "problem"):
        window.show_page(page)
    window.show_page("conversation")
    if not words:
        window.open_conversation(1)
        qtbot.waitUntil(lambda: len(window.conversation.views) == 1)
        window.conversation.views[0].entries[3].click()
        qtbot.waitUntil(lambda: window.reader is not None and bool(window.reader.marked_words()))
    window.drop.offer(("/x",))
    qtbot.waitUntil(lambda: window.drop.add is not None)
    window.parts.messages.say("Something was said.")
    assert not nameless(window), shown(nameless(window))
