"""Reads `models/catalogue.json`: which models and embedders there are, where they come from, what they must hash to."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from desktop.platform_support.paths import project_data

FORMAT = 1


@dataclass(frozen=True, slots=True)
class PackageSource:
    """Wheels that carry the file, in the order in which their parts are joined; `member` is a pattern inside each."""

    packages: tuple[str, ...]
    version: str
    member: str

    @property
    def where(self) -> str:
        """To be shown."""
        return "the Python package index (a mirror)"


@dataclass(frozen=True, slots=True)
class HuggingFaceSource:
    """One file of one repository on huggingface.co."""

    repository: str
    file: str

    @property
    def where(self) -> str:
        """To be shown."""
        return f"huggingface.co/{self.repository}"

    @property
    def url(self) -> str:
        return f"https://huggingface.co/{self.repository}/resolve/main/{self.file}"


Source = PackageSource | HuggingFaceSource


@dataclass(frozen=True, slots=True)
class CatalogueFile:
    """A file below a folder: path with `/`, size in bytes, SHA-256 in hexadecimal.

    Both stand here only where this project computed them from bytes it had; else they are 0 and empty, and are asked
    of the source when the file is got. `member` is its name in the wheel, where that is another.
    """

    path: str
    size: int = 0
    sha256: str = ""
    member: str = ""


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What a person wants to know before getting a model.

    `weights` is the number of its parameters, `cache` the bytes that one token takes in memory beside them (float16).
    """

    licence: str = ""
    about: str = ""
    languages: tuple[str, ...] = ()
    context: int = 0
    template: str = ""
    quantisation: str = ""
    parameters: str = ""
    weights: int = 0
    cache: int = 0


@dataclass(frozen=True, slots=True)
class CatalogueModel:
    """A language model: one GGUF file."""

    id: str
    name: str
    file: CatalogueFile
    sources: tuple[Source, ...]
    facts: ModelFacts = ModelFacts()

    @property
    def is_starter(self) -> bool:
        """Known to the byte, and carried by the package index as well."""
        return bool(self.file.sha256) and any(isinstance(source, PackageSource) for source in self.sources)


@dataclass(frozen=True, slots=True)
class CatalogueEmbedder:
    """An embedder, or the networks of text recognition: a folder of files that lie together in one wheel."""

    id: str
    name: str
    files: tuple[CatalogueFile, ...]
    source: PackageSource

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What Footnote can fetch by itself."""

    models: tuple[CatalogueModel, ...]
    embedders: tuple[CatalogueEmbedder, ...]
    recognition: CatalogueEmbedder

    def model(self, model_id: str) -> CatalogueModel:
        return next(model for model in self.models if model.id == model_id)


def read_catalogue(path: Path | None = None) -> Catalogue:
    """Raises ValueError or KeyError for a file that this version can't read: that is a mistake in the project."""
    content = _entry(json.loads((path or project_data("models", "catalogue.json")).read_text(encoding="utf-8")))
    if content["format"] != FORMAT:
        raise ValueError(f"models/catalogue.json has format {content['format']}, expected {FORMAT}")
    return Catalogue(
        models=tuple(_model(entry) for entry in _entries(content["models"])),
        embedders=tuple(_embedder(entry) for entry in _entries(content["embedders"])),
        recognition=_embedder(_entry(content["recognition"])),
    )


def _model(entry: dict[str, object]) -> CatalogueModel:
    return CatalogueModel(
        id=_text(entry["id"]),
        name=_text(entry["name"]),
        file=CatalogueFile(_text(entry["file"]), _number(entry.get("size", 0)), _text(entry.get("sha256", ""))),
        sources=tuple(_source(source) for source in _entries(entry["sources"])),
        facts=ModelFacts(
            licence=_text(entry["licence"]),
            about=_text(entry["about"]),
            languages=tuple(_text(language) for language in cast("list[object]", entry["languages"])),
            context=_number(entry["context"]),
            template=_text(entry["template"]),
            quantisation=_text(entry["quantisation"]),
            parameters=_text(entry["parameters"]),
            weights=_number(entry["weights"]),
            cache=_number(entry["cache"]),
        ),
    )


def _embedder(entry: dict[str, object]) -> CatalogueEmbedder:
    files = [
        CatalogueFile(_text(file["path"]), _number(file["size"]), _text(file["sha256"]), _text(file.get("member", "")))
        for file in _entries(entry["files"])
    ]
    sources = [_source(source) for source in _entries(entry["sources"])]
    source = next(source for source in sources if isinstance(source, PackageSource))
    return CatalogueEmbedder(_text(entry["id"]), _text(entry["name"]), tuple(files), source)


def _source(entry: dict[str, object]) -> Source:
    kind = entry["kind"]
    if kind == "package-index":
        packages = tuple(_text(name) for name in cast("list[object]", entry["packages"]))
        return PackageSource(packages, _text(entry["version"]), _text(entry["member"]))
    if kind == "hugging-face":
        return HuggingFaceSource(_text(entry["repository"]), _text(entry["file"]))
    raise ValueError(f"unknown kind of source: {kind}")


def _entries(value: object) -> list[dict[str, object]]:
    return [_entry(item) for item in cast("list[object]", value)]


def _entry(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise ValueError(f"expected an object: {value!r}")
    return cast("dict[str, object]", value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"expected text: {value!r}")
    return value


def _number(value: object) -> int:
    if not isinstance(value, int):
        raise ValueError(f"expected a number: {value!r}")
    return value
