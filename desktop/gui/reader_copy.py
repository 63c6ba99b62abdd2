"""Copies words of a file together with where they stand. Shows nothing."""

from PySide6.QtGui import QGuiApplication

from desktop.gui.source_place import SourcePlace
from desktop.gui.translation import tr
from desktop.gui.wording import file_name, place_text
from desktop.protocol.source_messages import SourceView


def copy_words(place: SourcePlace, chosen: str, view: SourceView, number: int) -> bool:
    """The chosen words, or else the cited ones. Returns whether there were any."""
    words = chosen or place.quote
    if not words.strip():
        return False
    paged = view in (SourceView.PAGE, SourceView.SLIDE)
    page = number if paged and chosen else place.page
    QGuiApplication.clipboard().setText(with_source(words, place.file, page, "" if chosen else place.heading))
    return True


def with_source(words: str, path: str, page: int | None, heading: str) -> str:
    where = ", ".join(part for part in (file_name(path), place_text(page, heading)) if part)
    return tr("“{words}” ({where})", words=words.strip(), where=where)
