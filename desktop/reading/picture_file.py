"""Pictures of any usual format (scans, photographs, screenshots) as pages of recognised words.

Each picture of a TIFF file is a page; of moving pictures the first is read.
"""

from typing import TYPE_CHECKING

from desktop.domain.documents import Block, BlockKind, Document
from desktop.reading import problems
from desktop.reading.page_places import PAGE_SEPARATOR, page_spans
from desktop.reading.pdf_layout import PageText
from desktop.reading.pictures import RECOGNISED_PIXELS, PictureReader, none_recognised
from desktop.reading.recognised_text import recognised_text

if TYPE_CHECKING:
    from desktop.reading.picture_decoding import PictureFile

SMALLEST_SIDE = 16  # pixels; no words fit on less


def read(data: bytes, pictures: PictureReader | None = None) -> Document:
    """Raises FileProblem when it is damaged, shows no words, or can't be recognised."""
    pictures = pictures or none_recognised()
    from desktop.reading.picture_decoding import PictureFile

    with PictureFile(data) as file:
        pages = [_page(file, number, pictures) for number in range(1, file.page_count + 1)]
        note = _note(len(pages), file.pages_left_out)
    if not any(page.text for page in pages):
        raise problems.no_words_known(not pictures.waiting) if pictures.unread else problems.no_text()
    spans = page_spans([len(page.text) for page in pages])
    blocks = [
        Block(BlockKind.PARAGRAPH, span.start + paragraph.start, span.start + paragraph.end)
        for page, span in zip(pages, spans, strict=True)
        for paragraph in page.paragraphs
    ]
    text = PAGE_SEPARATOR.join(page.text for page in pages if page.text)
    return Document(text, "", "image", False, tuple(blocks), spans, note=note)


def _note(read: int, left_out: int) -> str:
    whole = read + left_out
    return f"Only the first {read:,} of its {whole:,} pages are read. Split it to have all read." if left_out else ""


def _page(file: "PictureFile", number: int, pictures: PictureReader) -> PageText:
    if min(file.size_of(number)) < SMALLEST_SIDE:
        return PageText("", (), ())
    found = pictures.page(number, lambda: file.picture(number, RECOGNISED_PIXELS))
    return recognised_text(found) if found is not None else PageText("", (), ())
