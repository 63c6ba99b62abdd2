"""Parses HTML and XML: no network, no entities that grow. The one module that knows lxml."""

from collections.abc import Iterator
from typing import Any, Literal

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  # compiled, comes without stubs

from desktop.domain.errors import FileProblem
from desktop.reading import problems

Element = Any  # lxml has no types of its own; what is used of it: tag, text, tail, get, iteration
Step = tuple[Literal["start", "end"], Element]


class Walk:
    """Goes through a tree in document order without recursion; `skip` leaves out what is inside the last start."""

    def __init__(self, root: Element) -> None:
        self._walk = etree.iterwalk(root, events=("start", "end"))

    def __iter__(self) -> Iterator[Step]:
        return iter(self._walk)

    def skip(self) -> None:
        self._walk.skip_subtree()


def parse_html(text: str) -> Element:
    """The root, or None when there is nothing in it. Raises FileProblem when it can't be parsed at all."""
    # huge_tree: else the rest of a page with 256 unclosed tags is lost; HTML has no entities that could grow
    parser = etree.HTMLParser(
        encoding="utf-8", recover=True, no_network=True, huge_tree=True, remove_comments=True, remove_pis=True
    )
    return _parse(text.replace("\0", " ").encode("utf-8", "replace"), parser, "web page")


def parse_xml(data: bytes, kind: str) -> Element:
    """The root. Raises FileProblem, naming the `kind` of file, when it can't be parsed."""
    parser = etree.XMLParser(
        recover=True,
        no_network=True,
        huge_tree=False,
        resolve_entities=False,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )
    root = _parse(data, parser, kind)
    if root is None:
        raise problems.damaged(kind)
    return root


def _parse(data: bytes, parser: Any, kind: str) -> Element:
    try:
        return etree.fromstring(data, parser)
    except (etree.LxmlError, ValueError) as error:
        raise _translated(error, kind) from None


def _translated(error: Exception, kind: str) -> FileProblem:
    if "memory" in str(error).lower():
        return problems.out_of_memory()
    return problems.damaged(kind)


def local_name(element: Element) -> str:
    """The tag without its namespace: old and new ("strict") Word documents differ in nothing else."""
    return str(element.tag).rpartition("}")[2]


def local_attribute(element: Element, name: str) -> str:
    """The attribute of this name in any namespace, else empty."""
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(value)
    return ""
