"""What Word and PowerPoint documents have in common: a zip of XML parts that name each other by relations.

Knows nothing of what stands in the parts.
"""

import posixpath
from dataclasses import dataclass

from desktop.reading import problems
from desktop.reading.markup_trees import Element, local_attribute, local_name, parse_xml
from desktop.reading.text_builder import one_line
from desktop.reading.zip_archive import ZipArchive


@dataclass(frozen=True, slots=True)
class Relation:
    """From one part to another that is there. `kind` such as "styles", "slide"; `target` is the member's name."""

    id: str
    kind: str
    target: str


class OfficePackage:
    """`kind` is what people call the document, as in "Word document". Raises FileProblem when it is no sound zip."""

    def __init__(self, data: bytes, kind: str) -> None:
        self._archive = ZipArchive(data, kind)
        self._kind = kind

    def main_part(self, usual: str) -> str:
        """The part that the package names first. Raises FileProblem when it is no such document at all."""
        if self._archive.has("_rels/.rels"):
            for relation in self.tree("_rels/.rels"):
                if local_attribute(relation, "Type").endswith("/officeDocument"):
                    return local_attribute(relation, "Target").lstrip("/")
        if self._archive.has(usual):
            return usual
        raise problems.misnamed(f"a {self._kind}", "a packed file of another kind")

    def tree(self, part: str) -> Element:
        return parse_xml(self._archive.read(part), self._kind)

    def relations(self, part: str) -> list[Relation]:
        """In the order of the file."""
        folder, name = posixpath.split(part)
        source = posixpath.join(folder, "_rels", name + ".rels")
        if not self._archive.has(source):
            return []
        found: list[Relation] = []
        for element in self.tree(source):
            target = posixpath.normpath(posixpath.join(folder, local_attribute(element, "Target")))
            if local_attribute(element, "TargetMode") != "External" and self._archive.has(target):
                kind = local_attribute(element, "Type").rpartition("/")[2]
                found.append(Relation(local_attribute(element, "Id"), kind, target))
        return found

    def title(self) -> str:
        """As its properties say, or empty."""
        if self._archive.has("docProps/core.xml"):
            for element in self.tree("docProps/core.xml").iter():
                if local_name(element) == "title":
                    return one_line(element.text or "")
        return ""
