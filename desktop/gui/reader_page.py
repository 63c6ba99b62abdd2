"""A page of a PDF, or a picture, with the footnoted words marked on it. Pictures are read off the Qt thread."""

from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, QTimer, Signal
from PySide6.QtGui import (
    QGuiApplication,
    QImage,
    QImageReader,
    QKeyEvent,
    QKeySequence,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QFrame, QScrollArea

from desktop.gui.page_picture import PagePicture
from desktop.gui.source_marks import Mark
from desktop.gui.theme import ZOOMS, Theme, grid
from desktop.gui.translation import tr
from desktop.protocol.engine_messages import SourcePage
from desktop.protocol.reader_messages import TextRange

POINTS_WIDE = 595  # an A4 page; others are scaled to the width there is
SHARPEST = 4.0  # pixels a point
LARGEST = 8000  # pixels a side


class PictureLoader(QObject):
    """Reads PNG files on a thread of its pool. Signals: `picture_read(number, QImage)`, a null one on failure."""

    picture_read = Signal(int, QImage)

    def __init__(self) -> None:
        super().__init__()
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)

    def read(self, number: int, path: Path) -> None:
        self._pool.start(_Reading(self, number, path))

    def wait(self) -> None:
        self._pool.waitForDone()


class _Reading(QRunnable):
    def __init__(self, loader: PictureLoader, number: int, path: Path) -> None:
        super().__init__()
        self._loader, self._number, self._path = loader, number, path

    def run(self) -> None:
        reader = QImageReader(str(self._path), b"png")
        size = reader.size()
        fits = size.isValid() and max(size.width(), size.height()) <= LARGEST
        self._loader.picture_read.emit(self._number, reader.read() if fits else QImage())


class ReaderPage(QScrollArea):
    """Ctrl+C copies the chosen words, Ctrl+A chooses all of the page.

    Signals: `sharper_wanted()` when the size on screen has changed, `page_shown()`.
    """

    sharper_wanted = Signal()
    page_shown = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.picture = PagePicture(theme)
        self.setWidget(self.picture)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setAccessibleName(tr("Page of the file"))
        self._zoom = 1.0
        self._page: SourcePage | None = None
        self._ranges: tuple[TextRange, ...] = ()
        self._number = 0
        self._loader = PictureLoader()
        self._loader.picture_read.connect(self._show_picture)
        self._resized = QTimer(self, singleShot=True, interval=250)
        self._resized.timeout.connect(self.sharper_wanted)

    def scale(self) -> float:
        """Pixels a point that look sharp at the present width and zoom."""
        wide = max(self.viewport().width() - grid(4), grid(40)) * self._zoom * self.devicePixelRatioF()
        return min(round(wide / POINTS_WIDE, 2), SHARPEST)

    def show_page(self, page: SourcePage, ranges: tuple[TextRange, ...]) -> None:
        """`ranges` are those that the page was asked to place."""
        if self._page is None or page.number != self._page.number:
            self.picture.forget_words()
        self._page, self._ranges = page, ranges
        self._number += 1
        self._loader.read(self._number, Path(page.image))

    def zoom(self, step: int) -> None:
        at = min(range(len(ZOOMS)), key=lambda n: abs(ZOOMS[n] - self._zoom))
        self._zoom = ZOOMS[min(max(at + step, 0), len(ZOOMS) - 1)]
        self._fit()
        if self._page is not None:
            self.sharper_wanted.emit()

    def show_marks(self, marks: tuple[Mark, ...]) -> None:
        self.picture.show_marks(marks)

    def forget(self) -> None:
        """Before another file is opened."""
        self._page = None
        self._number += 1
        self.picture.forget_words()
        self.picture.show_picture(QPixmap(), {})

    def take_words(self, page: SourcePage) -> None:
        """The words of the page on screen, asked for apart: whoever only looks needs none."""
        if self._page is not None and page.number == self._page.number:
            self.picture.take_words(page.words, page.width, page.height)

    def chosen_text(self) -> str:
        return self.picture.chosen.text()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            if self.chosen_text():
                QGuiApplication.clipboard().setText(self.chosen_text())
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self.picture.choose_all()
        else:
            super().keyPressEvent(event)

    def finish(self) -> None:
        self._loader.wait()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width() and self._page is not None:
            self._fit()
            self._resized.start()

    def _show_picture(self, number: int, image: QImage) -> None:
        if number != self._number or self._page is None:
            return
        places = zip(self._ranges, self._page.boxes, strict=False)
        self.picture.show_picture(QPixmap.fromImage(image), {(r.start, r.end): boxes for r, boxes in places})
        self.picture.setAccessibleDescription(
            tr("Page {number} of {pages}", number=self._page.number, pages=self._page.pages)
        )
        self._fit()
        self.page_shown.emit()
        QTimer.singleShot(0, self, self._to_mark)

    def _fit(self) -> None:
        shape = self.picture.shape
        if shape.isEmpty():
            return
        wide = (self.viewport().width() - grid(4)) * self._zoom
        self.picture.setFixedSize(int(wide), int(wide * shape.height() / shape.width()))

    def _to_mark(self) -> None:
        marked = self.picture.marked()
        if not marked.isNull():
            middle = marked.center().toPoint()
            self.ensureVisible(middle.x(), middle.y(), grid(10), self.viewport().height() // 3)
