"""PDF files as text: pages, paragraphs, and headings by their size. The same text comes out every time."""

from collections import Counter
from collections.abc import Sequence

from desktop.domain.documents import Block, BlockKind, Document, PageSpan
from desktop.reading import problems
from desktop.reading.page_places import PAGE_SEPARATOR, page_spans
from desktop.reading.pdf_layout import PageText, Paragraph, lines_of_page, page_text
from desktop.reading.pdf_pages import PdfFile, PdfPage
from desktop.reading.pictures import DOTS_AN_INCH, RECOGNISED_PIXELS, PictureReader, none_recognised
from desktop.reading.recognised import RecognisedPage
from desktop.reading.recognised_text import recognised_text
from desktop.reading.text_builder import one_line

HEADING_SIZE = 1.15
HEADING_SHARE = 0.3
HEADING_LENGTH = 160
HEADING_LINES = 3
HEADING_LEVELS = 4
TITLE_PAGES = 2


def read(data: bytes, pictures: PictureReader | None = None) -> Document:
    """Pages without text by what is recognised on them. Raises FileProblem when it is damaged or locked, or empty."""
    pictures = pictures or none_recognised()
    with PdfFile(data) as pdf:
        pages = _all_pages(pdf, pictures)
    spans = page_spans([len(page.text) for page in pages])
    if not any(page.text for page in pages):
        raise problems.no_words_known(not pictures.waiting) if pictures.unread else problems.no_text()
    text = PAGE_SEPARATOR.join(page.text for page in pages if page.text)
    blocks = _blocks(text, pages, spans)
    return Document(text, _title(text, blocks, spans), "pdf", False, blocks, spans, note=_note(pictures))


def text_of_page(page: PdfPage | None) -> PageText:
    """A damaged page has no text."""
    if page is None:
        return PageText("", (), ())
    return page_text(lines_of_page(page.characters(), page))


def recognised_page(page: PdfPage, number: int, pictures: PictureReader) -> RecognisedPage | None:
    """What a page without text shows, where that is known."""
    if not page.could_show_words():
        return None
    scale = page.fitting_scale(DOTS_AN_INCH / 72, RECOGNISED_PIXELS)
    return pictures.page(number, lambda: page.render(scale))


def _all_pages(pdf: PdfFile, pictures: PictureReader) -> list[PageText]:
    pages: list[PageText] = []
    length = 0
    for number in range(1, pdf.page_count + 1):
        pages.append(_page(pdf, number, pictures))
        length += len(pages[-1].text)
        if length > problems.MAX_CHARACTERS:
            raise problems.too_much_text()
    return pages


def _page(pdf: PdfFile, number: int, pictures: PictureReader) -> PageText:
    page = pdf.page(number)
    if page is None:
        return text_of_page(None)
    with page:
        found = text_of_page(page)
        if not found.text and (recognised := recognised_page(page, number, pictures)) is not None:
            found = recognised_text(recognised)
    return PageText(found.text, (), found.paragraphs)  # the indices of a whole book would fill memory


def _note(pictures: PictureReader) -> str:
    if not pictures.unread:
        return ""
    pages = "page is a picture" if pictures.unread == 1 else "pages are pictures"
    return f"{pictures.unread:,} {pages} whose words are not recognised."


def _blocks(text: str, pages: Sequence[PageText], spans: Sequence[PageSpan]) -> tuple[Block, ...]:
    levels = _heading_levels([paragraph for page in pages for paragraph in page.paragraphs])
    blocks: list[Block] = []
    for page, span in zip(pages, spans, strict=True):
        for paragraph in page.paragraphs:
            start, end = span.start + paragraph.start, span.start + paragraph.end
            level = levels.get(_rounded(paragraph.size), 0)
            if level and _could_be_heading(text[start:end], paragraph):
                blocks.append(Block(BlockKind.HEADING, start, end, level))
            else:
                blocks.append(Block(BlockKind.PARAGRAPH, start, end))
    return tuple(blocks)


def _heading_levels(paragraphs: Sequence[Paragraph]) -> dict[float, int]:
    """Level by size, for sizes clearly above that of most characters and seldom used."""
    weights: Counter[float] = Counter()
    for paragraph in paragraphs:
        if paragraph.size:
            weights[_rounded(paragraph.size)] += paragraph.end - paragraph.start
    if not weights:
        return {}
    body = weights.most_common(1)[0][0]
    seldom = HEADING_SHARE * weights.total()
    larger = sorted((s for s, weight in weights.items() if s > body * HEADING_SIZE and weight < seldom), reverse=True)
    return {size: min(level, HEADING_LEVELS) for level, size in enumerate(larger, start=1)}


def _rounded(size: float) -> float:
    return round(size * 2) / 2


def _could_be_heading(text: str, paragraph: Paragraph) -> bool:
    letters = sum(character.isalpha() for character in text)
    return (
        letters >= 3
        and letters > len(text) / 3
        and len(text) <= HEADING_LENGTH
        and paragraph.lines <= HEADING_LINES
        and text[-1] not in ",;"
    )


def _title(text: str, blocks: Sequence[Block], spans: Sequence[PageSpan]) -> str:
    """The highest heading on the first pages. Titles in the file's properties are too often those of another file."""
    end = spans[min(TITLE_PAGES, len(spans)) - 1].end
    headings = [block for block in blocks if block.kind is BlockKind.HEADING and block.end <= end]
    if not headings:
        return ""
    top = min(headings, key=lambda block: block.level)
    return one_line(text[top.start : top.end].replace("\n", " "))
