"""PDF files as text: pages, paragraphs, and headings by their size. The same text comes out every time."""

from collections import Counter
from collections.abc import Sequence

from desktop.domain.documents import Block, BlockKind, Document, PageSpan
from desktop.reading import problems
from desktop.reading.pdf_layout import PageText, Paragraph, lines_of_page, page_text
from desktop.reading.pdf_pages import PdfFile, PdfPage
from desktop.reading.text_builder import one_line

PAGE_SEPARATOR = "\n\n"
HEADING_SIZE = 1.15
HEADING_SHARE = 0.3
HEADING_LENGTH = 160
HEADING_LINES = 3
HEADING_LEVELS = 4
TITLE_PAGES = 2


def read(data: bytes) -> Document:
    """Raises FileProblem when it is damaged or locked, or has no text."""
    with PdfFile(data) as pdf:
        pages = _all_pages(pdf)
        spans = page_spans([len(page.text) for page in pages])
        if not any(page.text for page in pages):
            raise problems.needs_ocr() if _could_show_words(pdf) else problems.no_text()
    text = PAGE_SEPARATOR.join(page.text for page in pages if page.text)
    blocks = _blocks(text, pages, spans)
    return Document(text, _title(text, blocks, spans), "pdf", False, blocks, spans)


def text_of_page(page: PdfPage | None) -> PageText:
    """A damaged page has no text."""
    if page is None:
        return PageText("", (), ())
    return page_text(lines_of_page(page.characters(), page))


def page_spans(lengths: Sequence[int]) -> tuple[PageSpan, ...]:
    """Where pages of these many characters stand in the text; a page without text takes no room."""
    spans: list[PageSpan] = []
    position = 0
    for number, length in enumerate(lengths, start=1):
        start = position + len(PAGE_SEPARATOR) if position and length else position
        position = start + length
        spans.append(PageSpan(number, start, position))
    return tuple(spans)


def _all_pages(pdf: PdfFile) -> list[PageText]:
    pages: list[PageText] = []
    length = 0
    for number in range(1, pdf.page_count + 1):
        pages.append(_page(pdf, number))
        length += len(pages[-1].text)
        if length > problems.MAX_CHARACTERS:
            raise problems.too_much_text()
    return pages


def _page(pdf: PdfFile, number: int) -> PageText:
    page = pdf.page(number)
    if page is None:
        return text_of_page(None)
    with page:
        found = text_of_page(page)
    return PageText(found.text, (), found.paragraphs)  # the indices of a whole book would fill memory


def _could_show_words(pdf: PdfFile) -> bool:
    for number in range(1, pdf.page_count + 1):
        page = pdf.page(number)
        if page is not None:
            with page:
                if page.could_show_words():
                    return True
    return False


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
