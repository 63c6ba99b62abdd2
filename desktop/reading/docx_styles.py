"""What a Word paragraph is by its style: heading, list item or plain. Follows styles to those they are based on."""

import re
from dataclasses import dataclass

from desktop.domain.documents import BlockKind
from desktop.reading.markup_trees import Element, local_attribute, local_name

MAX_CHAIN = 20
BODY_OUTLINE = 9
_HEADING = re.compile(r"heading ?([1-9])$", re.IGNORECASE)
_LIST = re.compile(r"list (bullet|number|continue)|list paragraph", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Role:
    kind: BlockKind
    level: int = 0
    is_title: bool = False


PLAIN = Role(BlockKind.PARAGRAPH)
ITEM = Role(BlockKind.LIST_ITEM)
TITLE = Role(BlockKind.HEADING, 1, is_title=True)


class ParagraphStyles:
    """The styles of one document; `root` is its styles part, or None when it has none."""

    def __init__(self, root: Element | None) -> None:
        self._roles: dict[str, Role | None] = {}
        self._based_on: dict[str, str] = {}
        for style in [] if root is None else root:
            if local_name(style) == "style":
                self._add(style)

    def role_of(self, paragraph: Element) -> Role:
        """Its own outline level or numbering goes before its style's."""
        properties = _child(paragraph, "pPr")
        if properties is None:
            return PLAIN
        own = _role_by_properties(properties)
        style = _child(properties, "pStyle")
        by_style = self._role_of_style(local_attribute(style, "val")) if style is not None else None
        if by_style is not None and by_style.kind is BlockKind.HEADING:
            return by_style  # numbered headings carry a numbering too
        return own or by_style or PLAIN

    def _add(self, style: Element) -> None:
        identifier = local_attribute(style, "styleId")
        name, based_on, properties = (_child(style, tag) for tag in ("name", "basedOn", "pPr"))
        role = _role_by_name(local_attribute(name, "val") if name is not None else identifier)
        if role is None and properties is not None:
            role = _role_by_properties(properties)
        self._roles[identifier] = role
        if based_on is not None:
            self._based_on[identifier] = local_attribute(based_on, "val")

    def _role_of_style(self, identifier: str) -> Role | None:
        for _ in range(MAX_CHAIN):
            role = self._roles.get(identifier)
            if role is not None:
                return role
            if identifier not in self._based_on:
                break
            identifier = self._based_on[identifier]
        return _role_by_name(identifier)


def _role_by_name(name: str) -> Role | None:
    if match := _HEADING.match(name):
        return Role(BlockKind.HEADING, int(match.group(1)))
    if name.lower() == "title":
        return TITLE
    return ITEM if _LIST.match(name) else None


def _role_by_properties(properties: Element) -> Role | None:
    outline = _child(properties, "outlineLvl")
    if outline is not None:
        level = local_attribute(outline, "val")
        if level.isdecimal() and int(level) < BODY_OUTLINE:
            return Role(BlockKind.HEADING, int(level) + 1)
    numbering = _child(properties, "numPr")
    if numbering is not None:
        identifier = _child(numbering, "numId")
        if identifier is None or local_attribute(identifier, "val") != "0":  # 0 takes a numbering away
            return ITEM
    return None


def _child(element: Element, name: str) -> Element | None:
    return next((child for child in element if local_name(child) == name), None)
