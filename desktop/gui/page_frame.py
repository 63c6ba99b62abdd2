"""The frame that pages beside the conversation share: a title, a line under it, and one column of a good measure."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.gui.controls import column, label, row
from desktop.gui.theme import MEASURE, grid


class PageFrame(QWidget):
    """`body` takes the page's own parts, `beside_title` the buttons beside its title."""

    def __init__(self, title: str, hint: str, *, wide: bool = False, scrolls: bool = True) -> None:
        super().__init__()
        self.setObjectName("page")
        self.body: QVBoxLayout = column(3)
        self.beside_title: QHBoxLayout = row(2)
        above = row(2)
        above.addWidget(label(title, "title"), 1)
        above.addLayout(self.beside_title)
        inner = column(2, (0, 8, 0, 6))
        inner.addLayout(above)
        inner.addWidget(label(hint, "muted", wrap=True))
        inner.addSpacing(grid(3))
        inner.addLayout(self.body, 1)
        middle = QWidget()
        middle.setLayout(inner)
        middle.setMaximumWidth(MEASURE * 2 if wide else MEASURE)
        across = row(0, (6, 0, 6, 0))
        across.addStretch(1)
        across.addWidget(middle, 1000)
        across.addStretch(1)
        if not scrolls:
            self.setLayout(across)
            return
        inner.addStretch(0)
        scrolled = QWidget()
        scrolled.setObjectName("scrolled")
        scrolled.setLayout(across)
        scroll = QScrollArea()
        scroll.setWidget(scrolled)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setAccessibleName(title)
        whole = column(0)
        whole.addWidget(scroll)
        self.setLayout(whole)
