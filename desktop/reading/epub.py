"""E-books (.epub): the chapters in reading order, each read as the web page that it is."""

import posixpath
from urllib.parse import unquote

from desktop.domain.documents import Document
from desktop.reading import html, problems
from desktop.reading.encodings import decode_web_page
from desktop.reading.markup_trees import Element, local_attribute, local_name, parse_xml
from desktop.reading.text_builder import TextBuilder, one_line
from desktop.reading.zip_archive import ZipArchive

KIND = "e-book"
CONTAINER = "META-INF/container.xml"
ENCRYPTION = "META-INF/encryption.xml"


def read(data: bytes) -> Document:
    """Raises FileProblem when it is damaged or its chapters are locked."""
    archive = ZipArchive(data, KIND)
    package = _package_name(archive)
    root = parse_xml(archive.read(package), KIND)
    chapters = [name for name in _chapters(root, posixpath.dirname(package)) if archive.has(name)]
    if _locked_members(archive) & {name.lower() for name in chapters}:
        raise problems.password_needed()
    builder = TextBuilder()
    for chapter in chapters:
        html.add_page(builder, decode_web_page(archive.read(chapter)))
    return builder.document("epub", _title(root))


def _package_name(archive: ZipArchive) -> str:
    if not archive.has(CONTAINER):
        raise problems.misnamed("an e-book", "a packed file of another kind")
    for element in parse_xml(archive.read(CONTAINER), KIND).iter():
        if local_name(element) == "rootfile":
            return local_attribute(element, "full-path")
    raise problems.damaged(KIND)


def _chapters(root: Element, folder: str) -> list[str]:
    """Names of members, in the order of the spine, each once."""
    items: dict[str, str] = {}
    order: list[str] = []
    for element in root.iter():
        if local_name(element) == "item":
            items[local_attribute(element, "id")] = unquote(local_attribute(element, "href"))
        elif local_name(element) == "itemref":
            order.append(local_attribute(element, "idref"))
    names = (posixpath.normpath(posixpath.join(folder, items[key])) for key in order if key in items)
    return list(dict.fromkeys(names))


def _locked_members(archive: ZipArchive) -> set[str]:
    """Many books lock nothing but their fonts."""
    if not archive.has(ENCRYPTION):
        return set()
    elements = parse_xml(archive.read(ENCRYPTION), KIND).iter()
    return {
        unquote(local_attribute(element, "URI")).lower()
        for element in elements
        if local_name(element) == "CipherReference"
    }


def _title(root: Element) -> str:
    for element in root.iter():
        if local_name(element) == "title":
            return one_line("".join(element.itertext()))
    return ""
