"""Web pages: the words a reader sees, as headings, paragraphs, list items, code and table rows. Loads nothing."""

from desktop.domain.documents import BlockKind, Document
from desktop.reading.encodings import decode_web_page
from desktop.reading.markup_trees import Element, Walk, parse_html
from desktop.reading.text_builder import CELL_SEPARATOR, TextBuilder, one_line

SKIPPED_TAGS = (
    "head script style noscript template svg iframe object canvas audio video select button datalist frameset"
)
BLOCK_TAGS = (
    "address article aside blockquote body caption center details dd div dl dt fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 header hr legend li main nav ol p pre section summary table tbody td tfoot th thead tr ul"
)
SKIPPED = frozenset(SKIPPED_TAGS.split())
BLOCKS = frozenset(BLOCK_TAGS.split())
HEADINGS = {f"h{level}": level for level in range(1, 7)}
ITEMS = frozenset(("li", "dt", "dd"))
# a table row with one of these inside is layout, not data
LAYOUT = frozenset(("table", "ul", "ol", "pre", "form", *HEADINGS))
LINE_BREAK = "\v"


def read(data: bytes) -> Document:
    """Raises FileProblem when the page can't be decoded or parsed."""
    builder = TextBuilder()
    title = add_page(builder, decode_web_page(data))
    return builder.document("html", title)


def add_page(builder: TextBuilder, page: str, deeper: int = 0) -> str:
    """Adds the page's blocks, headings `deeper` levels down, and returns its title. Raises FileProblem."""
    root = parse_html(page.replace(LINE_BREAK, " "))
    if root is None:
        return ""
    before = len(builder.blocks)
    _PageReader(builder, True, deeper).read(root)
    if len(builder.blocks) == before:
        # some pages hide everything until their scripts have run
        _PageReader(builder, False, deeper).read(root)
    return _title(root)


def _title(root: Element) -> str:
    for element in root.iter("title"):
        return one_line("".join(element.itertext()))
    return ""


class _PageReader:
    """Collects inline text until a block begins or ends, then hands it on as a block of the innermost kind."""

    def __init__(self, builder: TextBuilder, drop_hidden: bool, deeper: int) -> None:
        self._builder = builder
        self._deeper = deeper
        self._drop_hidden = drop_hidden
        self._inline: list[str] = []
        self._cells: list[str] | None = None
        self._row: Element | None = None
        self._dropped: Element | None = None
        self._open: list[str] = []

    def read(self, root: Element) -> None:
        walk = Walk(root)
        for event, element in walk:
            if event == "start":
                if self._is_dropped(element):
                    walk.skip()
                    self._dropped = element
                else:
                    self._begin(element)
            else:
                self._finish(element)
        self._flush()

    def _is_dropped(self, element: Element) -> bool:
        if element.tag in SKIPPED:
            return True
        if not self._drop_hidden:
            return False
        if element.tag == "nav":
            return True
        if not element.keys():
            return False
        style = (element.get("style") or "").replace(" ", "").lower()
        hidden = element.get("hidden") is not None or "display:none" in style or "visibility:hidden" in style
        return hidden or element.get("role") == "navigation"

    def _begin(self, element: Element) -> None:
        tag = element.tag
        if tag == "br":
            self._inline.append(LINE_BREAK)
        elif tag in BLOCKS:
            self._block_edge()
            self._open.append(tag)
            if tag == "tr" and self._cells is None and not any(e.tag in LAYOUT for e in element.iterdescendants()):
                self._row, self._cells = element, []
        if element.text:
            self._inline.append(element.text)

    def _finish(self, element: Element) -> None:
        tag = element.tag
        if element is self._dropped:
            self._dropped = None
        elif tag in BLOCKS:
            self._end_block(element)
        elif tag in ("img", "area") and element.get("alt"):
            self._inline.append(f" {element.get('alt')} ")
        if element.tail:
            self._inline.append(element.tail)

    def _end_block(self, element: Element) -> None:
        if self._cells is not None and element.tag in ("td", "th"):
            self._cells.append(one_line("".join(self._inline).replace(LINE_BREAK, " ")))
            self._inline.clear()
        elif element is self._row:
            self._add_row()
        else:
            self._block_edge()
        if element.tag == "table":
            self._builder.end_table()
        self._open.pop()

    def _add_row(self) -> None:
        cells, self._cells, self._row = self._cells or [], None, None
        self._inline.clear()
        while cells and not cells[-1]:
            cells.pop()
        self._builder.add(BlockKind.TABLE_ROW, CELL_SEPARATOR.join(cells))

    def _block_edge(self) -> None:
        if self._cells is None:
            self._flush()
        else:
            self._inline.append(" ")

    def _flush(self) -> None:
        if not self._inline:
            return
        text = "".join(self._inline)
        self._inline.clear()
        if "pre" in self._open:
            self._builder.add(BlockKind.CODE, text.replace(LINE_BREAK, "\n").replace("\r\n", "\n"))
            return
        lines = [one_line(line) for line in text.split(LINE_BREAK)]
        kind, level = self._kind()
        joiner = " " if kind is BlockKind.HEADING else "\n"
        # two line breaks in a row are how old pages part paragraphs
        for paragraph in joiner.join(lines).strip().split("\n\n"):
            self._builder.add(kind, paragraph, level)

    def _kind(self) -> tuple[BlockKind, int]:
        for tag in reversed(self._open):
            if tag in HEADINGS:
                return BlockKind.HEADING, HEADINGS[tag] + self._deeper
            if tag in ITEMS:
                return BlockKind.LIST_ITEM, 0
        return BlockKind.PARAGRAPH, 0
