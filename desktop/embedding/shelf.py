"""The embedders and rerankers on this disk: one folder each. Lists and removes; adding is another module's."""

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from desktop.domain.embedders import ShelvedModel
from desktop.domain.errors import EngineProblem, UserError
from desktop.embedding.identity import FAST_FOLDER, GRAPH_FILE, read_form, read_identity
from desktop.embedding.layout import WEIGHTS_FILE
from desktop.embedding.pair_layout import read_pair_layout


def list_embedders(shelf: Path) -> tuple[ShelvedModel, ...]:
    """By name. Reads small files only."""
    return _list(shelf, _embedder)


def list_rerankers(shelf: Path) -> tuple[ShelvedModel, ...]:
    """As `list_embedders`."""
    return _list(shelf, _reranker)


def find_model(models: Iterable[ShelvedModel], name: str) -> ShelvedModel:
    """The one that can be used. Raises UserError when there is none of this name, or it can't."""
    model = next((model for model in models if model.name == name), None)
    if model is None:
        raise UserError(f"There is no “{name}” in the list.", "footnote embedders list shows what there is.")
    if model.problem:
        raise UserError(f"“{name}” can't be used.", model.problem)
    return model


def remove_model(shelf: Path, name: str) -> None:
    """Deletes the folder. Raises UserError when there is none of this name, or it can't be deleted now."""
    if name not in {folder.name for folder in _folders(shelf)}:
        raise UserError(f"There is no “{name}” in the list.", "footnote embedders list shows what there is.")
    try:
        shutil.rmtree(shelf / name)
    except OSError as error:
        raise UserError(f"“{name}” can't be deleted now.", f"Close Footnote and try again. ({error})") from error


def _list(shelf: Path, describe: Callable[[Path], ShelvedModel]) -> tuple[ShelvedModel, ...]:
    return tuple(_described(folder, describe) for folder in _folders(shelf))


def _folders(shelf: Path) -> list[Path]:
    try:
        return sorted(path for path in shelf.iterdir() if path.is_dir() and not path.name.startswith("."))
    except OSError:
        return []


def _described(folder: Path, describe: Callable[[Path], ShelvedModel]) -> ShelvedModel:
    try:
        for file in (WEIGHTS_FILE, GRAPH_FILE):
            if not (folder / FAST_FOLDER / file).is_file():
                raise EngineProblem(f"{FAST_FOLDER}/{file} is missing.", "Remove it and add it again.")
        return describe(folder)
    except EngineProblem as problem:
        return ShelvedModel(folder.name, "", 0, 0, "", "", "", _size(folder), str(problem))


def _embedder(folder: Path) -> ShelvedModel:
    found = read_identity(folder)
    prompts = found.query_prompt, found.passage_prompt
    return ShelvedModel(
        found.name, found.revision, found.dimension, found.max_tokens, found.pooling, *prompts, _size(folder), ""
    )


def _reranker(folder: Path) -> ShelvedModel:
    tokens, revision = read_pair_layout(folder).max_tokens, read_form(folder).revision
    return ShelvedModel(folder.name, revision, 0, tokens, "", "", "", _size(folder), "")


def _size(folder: Path) -> int:
    """Of the weights, which stand on the disk once though two folders name them."""
    file = folder / WEIGHTS_FILE
    return file.stat().st_size if file.is_file() else 0
