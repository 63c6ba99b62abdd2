"""A page of a PDF, or a picture, with the footnoted words marked on it. Pictures are read off the Qt thread."""

from pathlib import Path

from PySide6.QtCore import QObject, QRectF, QRunnable, QSize, Qt, QThreadPool, QTimer, Signal
from PySide6.QtGui import QImage, QImageReader, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from desktop.gui.source_marks import CITED, HERE, Mark
from desktop.gui.theme import ZOOMS, Theme, grid
from desktop.gui.translation import tr
from desktop.protocol.engine_messages import SourcePage
from desktop.protocol.reader_messages import Box, TextRange

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


class PagePicture(QWidget):
    """Draws the page and its marks at the size the widget has."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._picture = QPixmap()
        self._placed: dict[tuple[int, int], tuple[Box, ...]] = {}
        self._marks: tuple[Mark, ...] = ()
        self.setAccessibleName(tr("Page of the file"))

    @property
    def boxes(self) -> tuple[Box, ...]:
        """Of the words that the page was opened for."""
        return self._boxes_of(CITED)

    @property
    def shape(self) -> QSize:
        return self._picture.size()

    def show_picture(self, picture: QPixmap, placed: dict[tuple[int, int], tuple[Box, ...]]) -> None:
        """`placed` has the boxes of each range that may be marked."""
        self._picture, self._placed = picture, placed
        self.update()

    def show_marks(self, marks: tuple[Mark, ...]) -> None:
        self._marks = marks
        self.update()

    def marked(self) -> QRectF:
        """The first words to look at, in the widget's own pixels."""
        boxes = self._boxes_of(HERE) or self._boxes_of(CITED)
        return self._on_screen(boxes[0]) if boxes and not self._picture.isNull() else QRectF()

    def _boxes_of(self, look: str) -> tuple[Box, ...]:
        marks = [mark for mark in self._marks if mark.look == look]
        return tuple(box for mark in marks for box in self._placed.get((mark.start, mark.end), ()))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._picture.isNull():
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(self.rect(), self._picture)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Multiply)
        for mark in self._marks:
            for box in self._placed.get((mark.start, mark.end), ()):
                painter.fillRect(self._on_screen(box).adjusted(-1, -1, 1, 1), self._theme.page_mark(mark.look))
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        painter.setPen(self._theme.colour("line"))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _on_screen(self, box: Box) -> QRectF:
        across = self.width() / max(1, self._picture.width())
        down = self.height() / max(1, self._picture.height())
        return QRectF(box.left * across, box.top * down, (box.right - box.left) * across, (box.bottom - box.top) * down)


class ReaderPage(QScrollArea):
    """Signals: `sharper_wanted()` when the size on screen has changed, `page_shown()`."""

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
        self.picture.show_picture(QPixmap(), {})

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
