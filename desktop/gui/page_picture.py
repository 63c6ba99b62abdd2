"""One page as a picture, with the footnoted words marked; words of it are chosen with the pointer. Reads nothing."""

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QEnterEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from desktop.gui.page_selection import PageSelection
from desktop.gui.source_marks import CITED, HERE, Mark
from desktop.gui.theme import Theme
from desktop.gui.translation import tr
from desktop.protocol.reader_messages import Box, PageWord

CHOSEN = 0.3  # of the accent is laid over chosen words


class PagePicture(QWidget):
    """Draws the page, its marks and what is chosen of its words, at the size the widget has.

    Signals: `words_wanted()` when the words of the page may be chosen from soon.
    """

    words_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.chosen = PageSelection()
        self._pressed = QPointF()
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

    def marked_at(self) -> float | None:
        """How far down the page they begin, 0 to 1; None where nothing is marked."""
        marked = self.marked()
        return None if marked.isNull() else marked.top() / max(1, self.height())

    def choose_all(self) -> None:
        self.want_words()
        self.chosen.choose_all()
        self.update()

    def forget_words(self) -> None:
        """Before another page is shown."""
        self.chosen = PageSelection()

    def take_words(self, words: tuple[PageWord, ...], width: int, height: int) -> None:
        """All words of the page, placed on a picture of that size."""
        self.chosen.take(words, width, height)
        self.update()

    def want_words(self) -> None:
        if not self.chosen.known and not self._picture.isNull():
            self.words_wanted.emit()

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.want_words()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)  # goes on to the view, which takes the focus
        if event.button() is Qt.MouseButton.LeftButton:
            self.want_words()
            self.chosen.begin(self._on_page(event))
            self._pressed = event.position()
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        moved = (event.position() - self._pressed).manhattanLength()
        if event.buttons() & Qt.MouseButton.LeftButton and moved >= QApplication.startDragDistance():
            self.chosen.extend(self._on_page(event))
            self.update()
        over = self.chosen.is_on_word(self._on_page(event))
        self.setCursor(Qt.CursorShape.IBeamCursor if over else Qt.CursorShape.ArrowCursor)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(event)
        self.chosen.choose_word(self._on_page(event))
        self.update()

    def note_at(self, point: QPoint) -> int:
        """The footnote whose words are there, 0 for none."""
        for mark in reversed(self._marks):
            boxes = self._placed.get((mark.start, mark.end), ()) if mark.n else ()
            if any(self._on_screen(box).contains(QPointF(point)) for box in boxes):
                return mark.n
        return 0

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
        chosen = self._theme.page_mark("accent")
        chosen.setAlphaF(CHOSEN)
        for share in self.chosen.boxes():
            corner = QPointF(share.left() * self.width(), share.top() * self.height())
            painter.fillRect(
                QRectF(corner, QSizeF(share.width() * self.width(), share.height() * self.height())), chosen
            )
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        painter.setPen(self._theme.colour("line"))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _on_page(self, event: QMouseEvent) -> QPointF:
        """As shares of the page."""
        place = event.position()
        return QPointF(place.x() / max(1, self.width()), place.y() / max(1, self.height()))

    def _on_screen(self, box: Box) -> QRectF:
        across = self.width() / max(1, self._picture.width())
        down = self.height() / max(1, self._picture.height())
        return QRectF(box.left * across, box.top * down, (box.right - box.left) * across, (box.bottom - box.top) * down)
