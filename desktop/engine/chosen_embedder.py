"""Loads the embedder and the reranker that the user chose, and says which tokenizer measures passages.

What is missing or damaged is told in one sentence; search goes on without it, never with another in its place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.domain.errors import EngineProblem
from desktop.embedding.identity import EmbedderIdentity, read_identity
from desktop.engine.index_opening import table_of
from desktop.indexing.splitting import USUAL_SIZES, Sizes, TokenCounter, split_name
from desktop.platform_support.paths import DataFolders
from desktop.settings.store import SettingsFile

if TYPE_CHECKING:
    from desktop.embedding.embedder import Embedder
    from desktop.embedding.reranker import Reranker

DEFAULT_EMBEDDER = "all-MiniLM-L6-v2"
# tokens: an embedder that takes so many takes every passage whole, whichever of the known tokenizers counted it
_ROOMY = 380


@dataclass(frozen=True, slots=True)
class Measure:
    """What passages are measured by. `name` goes with each file, `tokens` None is the embedder's own tokenizer."""

    name: str
    tokens: TokenCounter | None
    sizes: Sizes


@dataclass(frozen=True, slots=True)
class ChosenEmbedder:
    """`identity` and `embedder` are None while search is by words only."""

    identity: EmbedderIdentity | None
    embedder: Embedder | None
    measure: Measure


class ChosenModels:
    """Reads the settings at each call; `tell` gets a sentence for the user when something can't be loaded."""

    def __init__(self, folders: DataFolders, settings: SettingsFile, tell: Callable[[str], None]) -> None:
        self._folders, self._settings, self._tell = folders, settings, tell

    def load_embedder(self) -> ChosenEmbedder:
        from desktop.embedding.embedder import load_embedder

        try:
            folder = _folder(self._folders.embedders, embedder_name(self._settings))
            embedder = load_embedder(folder)
        except EngineProblem as problem:
            self._tell(f"Searching by words only: {problem}")
            return ChosenEmbedder(None, None, self._usual_measure() or Measure("words", None, USUAL_SIZES))
        return ChosenEmbedder(embedder.identity, embedder, self._measure(embedder.identity, embedder.passage_room))

    def load_named(self, name: str) -> Embedder | None:
        """This embedder, whichever is chosen; None when it can't be loaded."""
        from desktop.embedding.embedder import load_embedder

        try:
            return load_embedder(_folder(self._folders.embedders, name))
        except EngineProblem:
            return None

    def tables(self) -> dict[str, str]:
        """By the name of each embedder on the shelf that can be used, the name of its table of vectors."""
        from desktop.embedding.shelf import list_embedders

        shelf = list_embedders(self._folders.embedders)
        return {model.name: table_of(model.revision) for model in shelf if not model.problem}

    def split_by(self, name: str) -> str:
        """What would make the passages of files under this embedder. Raises EngineProblem."""
        from desktop.embedding.embedder import load_tokens

        folder = _folder(self._folders.embedders, name)
        identity = read_identity(folder)
        measure = self._measure(identity, load_tokens(folder).room(identity.passage_prompt))
        return split_name(measure.name)

    def load_reranker(self) -> Reranker | None:
        from desktop.embedding.reranker import load_reranker

        name = reranker_name(self._settings)
        try:
            return load_reranker(_folder(self._folders.rerankers, name)) if name else None
        except EngineProblem as problem:
            self._tell(f"Searching without the reranker: {problem}")
            return None

    def _measure(self, identity: EmbedderIdentity, room: int) -> Measure:
        """The usual embedder's tokenizer where that will do: then a change of embedder leaves every passage as it is.

        So no file is read again, and the vectors that an embedder made before are right when it is chosen again.
        """
        usual = self._usual_measure() if identity.name != DEFAULT_EMBEDDER and room >= _ROOMY else None
        return usual or Measure(identity.revision, None, Sizes(embedded=min(USUAL_SIZES.embedded, room)))

    def _usual_measure(self) -> Measure | None:
        from desktop.embedding.embedder import load_tokens

        folder = self._folders.embedders / DEFAULT_EMBEDDER
        try:
            return Measure(read_identity(folder).revision, load_tokens(folder), USUAL_SIZES)
        except EngineProblem:
            return None


def embedder_name(settings: SettingsFile) -> str:
    """The folder's name of the embedder that is used from the next start on."""
    return str(settings.get("chosen_embedder")) or DEFAULT_EMBEDDER


def reranker_name(settings: SettingsFile) -> str:
    """As `embedder_name`; empty for none."""
    return str(settings.get("chosen_reranker"))


def _folder(shelf: Path, name: str) -> Path:
    if name == DEFAULT_EMBEDDER:
        return shelf / name  # reading it says what to do when it is not there: the set-up brings it
    if Path(name).name != name or not (shelf / name).is_dir():
        raise EngineProblem(
            f"The model {name} is not there any more.", "Add it again, or choose another: footnote embedders list"
        )
    return shelf / name
