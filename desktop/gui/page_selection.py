"""Words of a page that are chosen with the pointer, in the order of the text. Draws and asks for nothing."""

from PySide6.QtCore import QPointF, QRectF

from desktop.protocol.reader_messages import PageWord

# a word beside the pointer is nearer than one of another line
_DOWN = 4.0


class PageSelection:
    """On one page. Places are shares of it, 0 to 1 across and down. The words may come after the choosing has begun."""

    def __init__(self) -> None:
        self._words: tuple[PageWord, ...] = ()
        self._boxes: tuple[tuple[QRectF, ...], ...] = ()
        self._first: QPointF | None = None
        self._last: QPointF | None = None
        self._all = False
        self.known = False

    def take(self, words: tuple[PageWord, ...], width: int, height: int) -> None:
        """The words of the page, placed on a picture of that size."""
        across, down = 1 / max(1, width), 1 / max(1, height)
        self._words = words
        self._boxes = tuple(
            tuple(
                QRectF(b.left * across, b.top * down, (b.right - b.left) * across, (b.bottom - b.top) * down)
                for b in word.boxes
            )
            for word in words
        )
        self.known = True

    def begin(self, place: QPointF) -> None:
        self._first, self._last, self._all = place, None, False

    def extend(self, place: QPointF) -> None:
        self._last = place

    def choose_word(self, place: QPointF) -> None:
        self._first = self._last = place

    def choose_all(self) -> None:
        self._all = True

    def text(self) -> str:
        first, end = self._range()
        return "".join(word.text for word in self._words[first:end]).strip()

    def boxes(self) -> list[QRectF]:
        """Of the chosen words, and of the gaps between those of one line, as shares of the page."""
        first, end = self._range()
        lines: list[QRectF] = []
        for box in (box for boxes in self._boxes[first:end] for box in boxes):
            last = lines[-1] if lines else QRectF()
            if lines and last.left() <= box.left() and last.top() < box.center().y() < last.bottom():
                lines[-1] = last.united(box)
            else:
                lines.append(box)
        return lines

    def is_on_word(self, place: QPointF) -> bool:
        return any(box.contains(place) for boxes in self._boxes for box in boxes)

    def _range(self) -> tuple[int, int]:
        """The first of the chosen words, and the one after the last."""
        if self._all:
            return 0, len(self._words)
        if self._first is None or self._last is None or not self._words:
            return 0, 0
        one, other = self._nearest(self._first), self._nearest(self._last)
        return min(one, other), max(one, other) + 1

    def _nearest(self, place: QPointF) -> int:
        def distance(number: int) -> float:
            return min((_distance(box, place) for box in self._boxes[number]), default=1e9)

        return min(range(len(self._words)), key=distance)


def _distance(box: QRectF, place: QPointF) -> float:
    across = max(box.left() - place.x(), 0.0, place.x() - box.right())
    down = max(box.top() - place.y(), 0.0, place.y() - box.bottom())
    return across + _DOWN * down
