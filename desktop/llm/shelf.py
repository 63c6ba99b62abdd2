"""The models of this user: GGUF files in one folder, and a list of files elsewhere. Models are gigabytes: adding one
notes its place and copies nothing.
"""

import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from desktop.domain.errors import UserError
from desktop.domain.models import Model
from desktop.gguf.remembered import RememberedHeaders
from desktop.llm.description import Read, describe_model

LINKED = "linked.json"
# beside the weights: attention cache, work buffers and the rest of Footnote
_MEMORY_FACTOR, _MEMORY_BESIDE = 1.1, 700 << 20


def list_models(folder: Path, read: Read | None = None) -> tuple[Model, ...]:
    """The models in `folder` and the linked ones, by name. A linked file that is gone says so; tones are left out.

    `read` gives their headers; None reads each file once.
    """
    read = read or RememberedHeaders().read
    inside = _files_in(folder)
    linked = [Path(place) for place in read_links(folder)]
    models = [describe_model(path, read) for path in inside if not _is_tone(path, read)]
    models += [replace(describe_model(path, read), linked=True) for path in linked if not _is_tone(path, read)]
    return tuple(sorted(models, key=lambda model: (model.name.casefold(), model.path)))


def add_model(path: str | Path, folder: Path) -> Model:
    """Notes the file's place, unless it is known. Raises UserError when it can't be used as a model."""
    source = Path(path).absolute()
    model = describe_model(source)
    if model.problem:
        raise UserError("This file can't be used as a model.", model.problem)
    links, linked = read_links(folder), source.parent != folder.absolute()
    if linked and str(source) not in links:
        _write_links(folder, [*links, str(source)])
    return replace(model, linked=linked)


def remove_link(path: str | Path, folder: Path) -> None:
    """Takes a linked file off the list; the file stays where it is."""
    links = read_links(folder)
    if str(path) in links:
        _write_links(folder, [link for link in links if link != str(path)])


def delete_model(path: str | Path, folder: Path) -> None:
    """Deletes the file of a model of `folder`. Raises UserError for a linked one, and when it can't be deleted."""
    place = Path(path)
    if place.parent != folder.absolute():
        raise UserError("This file isn't Footnote's to delete.", "Take the model off the list; its file stays.")
    try:
        place.unlink()
    except OSError as error:
        raise UserError("The model could not be deleted.", f"{place}: {error.strerror}.") from None


def default_model(models: Sequence[Model], free_memory: int) -> Model | None:
    """The largest usable model that fits in `free_memory` bytes, else the smallest; None where there is none.

    One that stopped the model runner is taken only where there is no other: then its reason is told.
    """
    usable = sorted((model for model in models if not model.problem), key=lambda model: model.size)
    usable = [model for model in usable if not model.stopped] or usable
    fitting = [model for model in usable if model.size * _MEMORY_FACTOR + _MEMORY_BESIDE <= free_memory]
    if fitting:
        return fitting[-1]
    return usable[0] if usable else None


def read_links(folder: Path) -> list[str]:
    """Paths of the linked files; none where the list can't be read."""
    try:
        value: Any = json.loads((folder / LINKED).read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return []
    if not isinstance(value, list):
        return []
    return [item for item in cast("list[Any]", value) if isinstance(item, str)]


def _write_links(folder: Path, links: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=".linked-", dir=folder)
    partial = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            json.dump(links, out, indent=1)
            out.flush()
            os.fsync(out.fileno())
        partial.replace(folder / LINKED)
    finally:
        partial.unlink(missing_ok=True)


def _files_in(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return [path for path in folder.iterdir() if path.suffix.lower() == ".gguf" and path.is_file()]


def _is_tone(path: Path, read: Read) -> bool:
    try:
        return read(path).kind == "adapter"
    except UserError:
        return False
