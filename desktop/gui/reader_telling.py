"""What a screen reader is told of the reader: the file, the footnote, the page, and where the marked words stand on it.

Pure functions from what is known to translated text.
"""

from desktop.gui.reader_source import ReaderSource
from desktop.gui.source_place import SourcePlace
from desktop.gui.translation import tr
from desktop.gui.wording import file_name, place_text, shown
from desktop.protocol.source_messages import SourceView

LONGEST = 200  # letters of the words


def opened_text(place: SourcePlace, view_text: str) -> str:
    """Said once, when a file is opened on its words: `Footnote 2, lease.pdf. Page 7 of 12. Marked: “three months”`."""
    name = file_name(place.file)
    opened = tr("Footnote {number}, {file}", number=place.n, file=name) if place.n else name
    return f"{opened}. {view_text}" if view_text else opened


def view_text(place: SourcePlace, source: ReaderSource, down: float | None) -> str:
    """What is on screen and what is marked there. `down`: how far down the page the words begin, 0 to 1, if known."""
    main = source.marks.main()
    where = place_text(None, place.heading, place.words)
    marked = main is not None
    if source.view is SourceView.PAGE:
        where = tr("Page {number} of {pages}", number=source.number, pages=source.pages)
        marked = main is not None and main.page == source.number
    elif source.view is SourceView.SLIDE:
        where = tr("Slide {number} of {pages}", number=source.number, pages=source.pages)
        marked = main is not None and main.page in (None, source.number)
    if not marked:
        return where
    words = tr("Marked: “{words}”", words=_short(place.quote))
    placed = f"{words}, {_height_text(down)}" if down is not None and source.view is SourceView.PAGE else words
    return f"{where}. {placed}" if where else placed


def _short(quote: str) -> str:
    words = shown(" ".join(quote.split()))
    return words if len(words) <= LONGEST else f"{words[:LONGEST].rsplit(' ', 1)[0]} …"


def _height_text(down: float) -> str:
    if down < 1 / 3:
        return tr("near the top of the page")
    return tr("in the middle of the page") if down < 2 / 3 else tr("near the bottom of the page")
