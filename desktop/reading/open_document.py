"""OpenDocument files (.odt, .ods, .odp): text with its headings, sheets by row, presentations by slide.

Foot- and endnotes and comments follow the paragraph they belong to. Deleted words of tracked changes are left out.
"""

from collections.abc import Iterator

from desktop.domain.documents import BlockKind, Document
from desktop.reading import problems
from desktop.reading.cell_names import cells_at
from desktop.reading.markup_trees import Element, Walk, local_attribute, local_name, parse_xml
from desktop.reading.text_builder import CELL_SEPARATOR, TextBuilder, one_line
from desktop.reading.zip_archive import ZipArchive

KIND = "OpenDocument file"
SKIPPED = frozenset(("tracked-changes", "sequence-decls", "forms", "settings", "date-time-decl", "footer-decl"))
# they stand in the middle of a paragraph, and are blocks of their own
ASIDE = frozenset(("note-body", "annotation", "text-box"))
CHARACTERS = {"tab": "\t", "line-break": "\n"}
MAX_REPEATED = 100
HEADING_LEVELS = 9


def read(data: bytes) -> Document:
    """Raises FileProblem when it is damaged or locked."""
    archive = ZipArchive(data, KIND)
    if not archive.has("content.xml"):
        raise problems.misnamed("an OpenDocument file", "a packed file of another kind")
    if archive.has("META-INF/manifest.xml") and b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise problems.password_needed()
    reader = _ContentReader()
    reader.read(parse_xml(archive.read("content.xml"), KIND))
    return reader.builder.document("odf", reader.title or _title(archive))


def _title(archive: ZipArchive) -> str:
    if archive.has("meta.xml"):
        for element in parse_xml(archive.read("meta.xml"), KIND).iter():
            if local_name(element) == "title":
                return one_line(element.text or "")
    return ""


class _ContentReader:
    """Hands paragraphs, rows and slides to the builder in document order."""

    def __init__(self) -> None:
        self.builder = TextBuilder()
        self.title = ""
        self._title_styles = {"Title"}

    def read(self, root: Element) -> None:
        self._title_styles |= {
            local_attribute(style, "name")
            for style in root.iter()
            if local_name(style) == "style" and local_attribute(style, "parent-style-name") == "Title"
        }
        body = next((e for e in root.iter() if local_name(e) == "body"), root)
        for content in body:
            if local_name(content) == "spreadsheet":
                self._read_sheets(content)
            elif local_name(content) in ("presentation", "drawing"):
                self._read_slides(content)
            else:
                self._read_text(content)

    def _read_text(self, root: Element) -> None:
        walk, lists = Walk(root), 0
        for event, element in walk:
            name = local_name(element)
            if name == "list":
                lists += 1 if event == "start" else -1
            elif event == "end":
                continue
            elif name in SKIPPED:
                walk.skip()
            elif name in ("p", "h"):
                self._read_paragraph(element, BlockKind.LIST_ITEM if lists else BlockKind.PARAGRAPH)
                walk.skip()
            elif name == "table":
                self._read_rows(element)
                walk.skip()

    def _read_paragraph(self, element: Element, kind: BlockKind) -> None:
        text = paragraph_text(element)
        if local_name(element) == "h":
            level = local_attribute(element, "outline-level")
            depth = min(int(level), HEADING_LEVELS) if level.isdecimal() else 1
            self.builder.add(BlockKind.HEADING, one_line(text), max(depth, 1))
        else:
            self._add_text(element, kind, text)
        walk = Walk(element)
        for event, inner in walk:
            if event == "start" and local_name(inner) in ASIDE:
                self._read_text(inner)
                walk.skip()

    def _add_text(self, element: Element, kind: BlockKind, text: str) -> None:
        if text and not self.title and local_attribute(element, "style-name") in self._title_styles:
            self.title = one_line(text)
            self.builder.add(BlockKind.HEADING, self.title, 1)
        else:
            self.builder.add(kind, text)

    def _read_rows(self, table: Element, sheet: str = "") -> None:
        """Adds the rows, below the sheet's name where it is one."""
        named = not sheet
        for number, cells in rows_of(table):
            row = CELL_SEPARATOR.join(cells)
            if not named:
                named = True
                self.builder.add(BlockKind.HEADING, sheet, 1)
            at = cells_at(sheet, number, 0, len(cells) - 1) if sheet else None
            self.builder.add(BlockKind.TABLE_ROW, row, at=at)
        self.builder.end_table()

    def _read_sheets(self, content: Element) -> None:
        for sheet in content:
            if local_name(sheet) == "table":
                self._read_rows(sheet, one_line(local_attribute(sheet, "name")))

    def _read_slides(self, content: Element) -> None:
        for slide in content:
            if local_name(slide) != "page":
                continue
            before = len(self.builder.blocks)
            frames = list(slide)
            titles = [frame for frame in frames if local_attribute(frame, "class") == "title"]
            for frame in titles:
                texts = (paragraph_text(e) for e in frame.iter() if local_name(e) == "p")
                self.builder.add(BlockKind.HEADING, one_line(" ".join(texts)), 1)
            for frame in frames:
                if frame not in titles:
                    self._read_text(frame)
            self.builder.end_page(before)


def paragraph_text(paragraph: Element) -> str:
    """The words without those of notes, comments and text boxes."""
    pieces = [paragraph.text or ""]
    walk = Walk(paragraph)
    for event, element in walk:
        if element is paragraph:
            continue
        name = local_name(element)
        if event == "end":
            pieces.append(element.tail or "")
        elif name in ASIDE or name == "note-citation":
            walk.skip()
        elif name == "s":
            pieces.append(" ")
        elif name in CHARACTERS:
            pieces.append(CHARACTERS[name])
        else:
            pieces.append(element.text or "")
    lines = (one_line(line) for line in _unwrapped(pieces).split("\v"))
    return "\n".join(lines).strip()


def _unwrapped(pieces: list[str]) -> str:
    """Line ends of the file are spaces; those of the writer become a mark."""
    return "".join("\v" if piece == "\n" else piece.replace("\n", " ") for piece in pieces)


def rows_of(table: Element) -> Iterator[tuple[int, list[str]]]:
    """Rows that hold something, with their numbers from 1.

    A row or cell may stand for many; empty ones at the end often do for a million.
    """
    number = 1
    for row in (element for element in table.iter() if local_name(element) == "table-row"):
        cells: list[str] = []
        for cell in row:
            if local_name(cell) in ("table-cell", "covered-table-cell"):
                text = cell_text(cell)
                repeated = _repeated(cell, "number-columns-repeated")
                cells.extend([text] * repeated)
        while cells and not cells[-1]:
            cells.pop()
        repeated = _repeats(row, "number-rows-repeated")
        if cells:
            for further in range(min(repeated, MAX_REPEATED)):
                yield number + further, cells
        number += repeated


def _repeated(element: Element, attribute: str) -> int:
    return min(_repeats(element, attribute), MAX_REPEATED)


def _repeats(element: Element, attribute: str) -> int:
    value = local_attribute(element, attribute)
    return int(value) if value.isdecimal() and len(value) < 10 else 1


def cell_text(cell: Element) -> str:
    """Dates by ISO 8601, everything else as the cell shows it."""
    date = local_attribute(cell, "date-value")
    if date:
        return date.replace("T00:00:00", "").replace("T", " ")
    return one_line(
        " ".join(paragraph_text(e) for e in cell.iter() if local_name(e) == "p" and not _in_comment(e, cell))
    )


def _in_comment(element: Element, cell: Element) -> bool:
    parent = element.getparent()
    while parent is not None and parent is not cell:
        if local_name(parent) == "annotation":
            return True
        parent = parent.getparent()
    return False
