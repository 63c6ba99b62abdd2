"""PowerPoint presentations (.pptx): one page a slide, its title as a heading, then text, tables, notes and comments.

Left out: dates, footers and slide numbers that every slide repeats, charts, and what stands on masters only.
"""

from collections.abc import Iterator, Mapping

from desktop.domain.documents import BlockKind, Document
from desktop.reading.markup_trees import Element, Walk, local_attribute, local_name
from desktop.reading.office_package import OfficePackage
from desktop.reading.text_builder import CELL_SEPARATOR, TextBuilder, one_line

KIND = "PowerPoint presentation"
REPEATED = frozenset(("dt", "ftr", "sldNum", "hdr"))
TITLES = frozenset(("title", "ctrTitle"))
BESIDE_THE_SLIDE: Mapping[str, str] = {"diagramData": "pt", "notesSlide": "sp", "comments": "cm", "comment": "cm"}


def read(data: bytes) -> Document:
    """Raises FileProblem when it is damaged or locked."""
    package = OfficePackage(data, KIND)
    builder = TextBuilder()
    for slide in _slides(package):
        first = len(builder.blocks)
        _add_shapes(builder, package.tree(slide))
        for relation in package.relations(slide):
            if relation.kind in BESIDE_THE_SLIDE:
                _add_beside(builder, package.tree(relation.target), BESIDE_THE_SLIDE[relation.kind])
        builder.end_page(first)
    return builder.document("pptx", package.title())


def _slides(package: OfficePackage) -> Iterator[str]:
    """In the order in which they are shown."""
    main = package.main_part("ppt/presentation.xml")
    targets = {relation.id: relation.target for relation in package.relations(main) if relation.kind == "slide"}
    for element in package.tree(main).iter():
        if local_name(element) == "sldId":
            # it has an id of its own beside that of the relation
            ids = [str(value) for key, value in element.attrib.items() if str(key).endswith("}id")]
            yield from (targets[found] for found in ids if found in targets)


def _add_shapes(builder: TextBuilder, slide: Element) -> None:
    """The title first, wherever it stands in the file."""
    shapes = list(_shapes(slide))
    for shape in [s for s in shapes if _placeholder(s) in TITLES]:
        builder.add(BlockKind.HEADING, one_line(" ".join(_paragraphs(shape))), 1)
    for shape in shapes:
        placeholder = _placeholder(shape)
        if local_name(shape) == "tbl":
            _add_table(builder, shape)
        elif placeholder is None:
            builder.add(BlockKind.PARAGRAPH, "\n".join(_paragraphs(shape)))
        elif placeholder not in TITLES and placeholder not in REPEATED:
            texts = _paragraphs(shape)
            for text in texts:
                builder.add(BlockKind.LIST_ITEM if len(texts) > 1 else BlockKind.PARAGRAPH, text)


def _shapes(root: Element) -> Iterator[Element]:
    """Shapes and tables; of two forms of the same shape the newer one."""
    walk = Walk(root)
    for event, element in walk:
        if event == "start":
            name = local_name(element)
            if name in ("sp", "tbl"):
                yield element
                walk.skip()
            elif name == "Fallback":
                walk.skip()


def _placeholder(shape: Element) -> str | None:
    """What the shape is in the layout, such as "title"; None for one that somebody drew."""
    for element in shape.iter():
        if local_name(element) == "ph":
            return local_attribute(element, "type") or "body"
        if local_name(element) == "txBody":
            break
    return None


def _add_table(builder: TextBuilder, table: Element) -> None:
    for row in (element for element in table.iter() if local_name(element) == "tr"):
        cells = [one_line(" ".join(_paragraphs(cell))) for cell in row if local_name(cell) == "tc"]
        while cells and not cells[-1]:
            cells.pop()
        builder.add(BlockKind.TABLE_ROW, CELL_SEPARATOR.join(cells))
    builder.end_table()


def _add_beside(builder: TextBuilder, root: Element, wanted: str) -> None:
    """Notes, comments and the words of diagrams."""
    for element in root.iter():
        if local_name(element) == wanted and _placeholder(element) not in (REPEATED | {"sldImg"}):
            texts = _paragraphs(element) or [e.text or "" for e in element.iter() if local_name(e) == "text"]
            builder.add(BlockKind.PARAGRAPH, "\n".join(texts))


def _paragraphs(root: Element) -> list[str]:
    texts = (_paragraph_text(element) for element in root.iter() if local_name(element) == "p")
    return [text for text in texts if text]


def _paragraph_text(paragraph: Element) -> str:
    pieces: list[str] = []
    for element in paragraph.iter():
        name = local_name(element)
        if name == "t":
            pieces.append(element.text or "")
        elif name == "br":
            pieces.append("\n")
        elif name == "tab":
            pieces.append("\t")
    lines = (one_line(line) for line in "".join(pieces).replace("\v", "\n").split("\n"))
    return "\n".join(line for line in lines if line)
