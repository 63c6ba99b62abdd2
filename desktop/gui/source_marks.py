"""What is marked in an open file: the footnoted words, those of the answer's other footnotes, and search hits. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from desktop.protocol.source_messages import WordsHit

CITED, OTHER, LIT, HIT, HERE = "mark", "faint", "lit", "hit", "here"  # colours of the theme
ORDER = (OTHER, CITED, LIT, HIT, HERE)  # drawn one over the other


@dataclass(frozen=True, slots=True)
class Mark:
    """Words [start, end) of the file's text. `look` is a colour of the theme, `n` the footnote's number or 0."""

    start: int
    end: int
    look: str
    n: int = 0
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Marks:
    """`cited` holds the footnotes' words; `at` is the hit that the search is at."""

    cited: tuple[Mark, ...] = ()
    lit: frozenset[int] = field(default=frozenset[int]())
    hits: tuple[WordsHit, ...] = ()
    at: int = -1

    def all(self) -> tuple[Mark, ...]:
        """In the order in which they are drawn."""
        footnotes = (replace(mark, look=LIT) if mark.n and mark.n in self.lit else mark for mark in self.cited)
        hits = (
            Mark(hit.start, hit.end, HERE if number == self.at else HIT, 0, hit.page)
            for number, hit in enumerate(self.hits)
        )
        return tuple(sorted((*footnotes, *hits), key=lambda mark: ORDER.index(mark.look)))

    def main(self) -> Mark | None:
        """The words that the file was opened for."""
        return next((mark for mark in self.cited if mark.look == CITED and mark.start < mark.end), None)

    def on_page(self, number: int) -> tuple[Mark, ...]:
        """Those that begin on this page, or on the one before and so may reach into it."""
        return tuple(mark for mark in self.all() if mark.page in (number, number - 1) and mark.start < mark.end)

    def after_page(self, number: int, end: int) -> "Marks":
        """Footnotes know the page that their passage begins on: words behind the page's end are on the next one."""
        cited = tuple(
            replace(mark, page=number + 1) if mark.page == number and mark.start >= end >= 0 else mark
            for mark in self.cited
        )
        return replace(self, cited=cited)


def note_at(marks: Iterable[Mark], offset: int) -> int:
    """The footnote whose words stand there, the one drawn last of several; 0: none."""
    return next((m.n for m in reversed(tuple(marks)) if m.n and m.start <= offset < m.end), 0)


def inside(marks: Iterable[Mark], start: int, end: int) -> tuple[Mark, ...]:
    """Those that touch [start, end)."""
    return tuple(mark for mark in marks if mark.start < end and mark.end > start and mark.start < mark.end)
