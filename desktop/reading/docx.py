"""Word documents (.docx): paragraphs with their headings, list items and table rows in reading order.

Also foot- and endnotes, comments, page headers and footers, once each, after the body. Words deleted in tracked
changes are left out.
"""

from collections.abc import Iterator

from desktop.domain.documents import BlockKind, Document
from desktop.reading.docx_styles import ParagraphStyles
from desktop.reading.markup_trees import Element, Walk, local_name
from desktop.reading.office_package import OfficePackage
from desktop.reading.text_builder import CELL_SEPARATOR, TextBuilder, one_line

KIND = "Word document"
# what belongs to no reader: deleted words, field codes, the older of two forms of the same drawing
SKIPPED = frozenset(("del", "moveFrom", "delText", "instrText", "Fallback", "pPr", "rPr", "sectPr", "tblPr", "tcPr"))
CONTAINERS = frozenset(
    ("sdt", "sdtContent", "customXml", "ins", "moveTo", "AlternateContent", "Choice", "smartTag", "body", "document")
)
CHARACTERS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": "\t"}
NOTE_PARTS = ("footnotes", "endnotes", "comments", "header", "footer")


def read(data: bytes) -> Document:
    """Raises FileProblem when it is damaged, locked, or unpacks to too much."""
    package = OfficePackage(data, KIND)
    main = package.main_part("word/document.xml")
    parts: dict[str, list[str]] = {}
    for relation in package.relations(main):
        parts.setdefault(relation.kind, []).append(relation.target)
    styles = ParagraphStyles(package.tree(parts["styles"][0]) if "styles" in parts else None)
    reader = _BodyReader(styles)
    reader.read_body(package.tree(main))
    for part in NOTE_PARTS:
        for name in parts.get(part, []):
            reader.read_notes(package.tree(name))
    return reader.builder.document("docx", reader.title or package.title())


class _BodyReader:
    """Hands paragraphs and rows to the builder in document order."""

    def __init__(self, styles: ParagraphStyles) -> None:
        self._styles = styles
        self._seen: set[str] = set()
        self.builder = TextBuilder()
        self.title = ""

    def read_body(self, root: Element) -> None:
        for element in _paragraphs_and_tables(root):
            if local_name(element) == "p":
                self._read_paragraph(element)
            else:
                self._read_table(element)

    def read_notes(self, root: Element) -> None:
        """Notes and page headers: each text once, as paragraphs."""
        for element in root.iter():
            if local_name(element) == "p":
                text = paragraph_text(element).strip()
                if text and text not in self._seen:
                    self._seen.add(text)
                    self.builder.add(BlockKind.PARAGRAPH, text)

    def _read_paragraph(self, element: Element) -> None:
        text = paragraph_text(element)
        role = self._styles.role_of(element)
        if role.is_title and not self.title:
            self.title = one_line(text)
        if role.kind is BlockKind.HEADING:
            text = one_line(text)
        self.builder.add(role.kind, text, role.level)
        for box in _text_boxes(element):
            self.read_body(box)

    def _read_table(self, table: Element) -> None:
        for row in _below(table, "tr"):
            cells = [_cell_text(cell) for cell in _below(row, "tc")]
            while cells and not cells[-1]:
                cells.pop()
            self.builder.add(BlockKind.TABLE_ROW, CELL_SEPARATOR.join(cells))
        self.builder.end_table()


def _paragraphs_and_tables(root: Element) -> Iterator[Element]:
    yield from _below(root, "p", "tbl")


def _below(parent: Element, *names: str) -> Iterator[Element]:
    """Elements of these names directly below, or below what merely wraps them."""
    waiting = list(reversed(parent))
    while waiting:
        element = waiting.pop()
        name = local_name(element)
        if name in names:
            yield element
        elif name in CONTAINERS:
            waiting.extend(reversed(element))


def _text_boxes(paragraph: Element) -> Iterator[Element]:
    walk = Walk(paragraph)
    for event, element in walk:
        if event == "start":
            if local_name(element) == "txbxContent":
                yield element
                walk.skip()
            elif local_name(element) in SKIPPED:
                walk.skip()


def paragraph_text(paragraph: Element) -> str:
    """The words of a paragraph without those in its text boxes, tracked deletions and field codes."""
    pieces: list[str] = []
    walk = Walk(paragraph)
    for event, element in walk:
        if event != "start":
            continue
        name = local_name(element)
        if name in SKIPPED or name == "txbxContent":
            walk.skip()
        elif name == "t":
            pieces.append(element.text or "")
        elif name in CHARACTERS:
            pieces.append(CHARACTERS[name])
    return "".join(pieces).replace("\u00ad", "").replace("\u00a0", " ")


def _cell_text(cell: Element) -> str:
    """All paragraphs of a cell, also of tables inside it, in one line."""
    texts = [paragraph_text(element) for element in cell.iter() if local_name(element) == "p"]
    return one_line(" ".join(texts))
