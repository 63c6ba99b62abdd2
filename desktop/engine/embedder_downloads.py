"""Gets an embedder or reranker that the catalogue knows: its files by the download process, then onto the shelf by the
same check as a folder of the user's own. Connects to nothing itself.
"""

import threading
from collections.abc import Callable
from pathlib import Path

from desktop.domain.downloads import FetchSource, Order
from desktop.domain.embedders import KnownModel
from desktop.domain.errors import UserError
from desktop.download.client import ModelDownload, discard, unfinished_order
from desktop.embedding.adding import add_embedder, add_reranker, require_workshop
from desktop.embedding.foreign_folder import KNOWN_FILES
from desktop.embedding.known import known_embedders, known_rerankers
from desktop.embedding.layout import WEIGHTS_FILE
from desktop.protocol.download_messages import Fetched, FetchProgressed


class EmbedderDownload:
    """One of them, onto `shelf`. `fetch` and `add` are called one after the other; `add` alone when all is here."""

    def __init__(self, known: KnownModel, shelf: Path, scratch: Path) -> None:
        self._known, self._shelf = known, shelf
        self.order = unfinished_order(shelf, order_id(known)) or order_of(known)
        self._download = ModelDownload(self.order, shelf, scratch)

    def fetch(self, on_progress: Callable[[FetchProgressed], None]) -> Fetched:
        """The files, where they wait to be added. Raises what `ModelDownload.run` raises.

        Before anything is sent: EngineProblem where nothing could be made of them, UserError where it is here already.
        """
        require_workshop()
        if (self._shelf / self._known.name).exists():
            raise UserError(f"“{self._known.name}” is here already.", "footnote embedders list shows it.")
        return self._download.run(on_progress)

    def pause(self) -> None:
        """From any thread; what came is kept."""
        self._download.pause()

    def add(self, fetched: Fetched, on_words: Callable[[str], None], stop: threading.Event | None = None) -> Path:
        """Its folder on the shelf. Raises as `add_embedder`; what came is kept then, and deleted after."""
        add = add_embedder if self._known.dimension else add_reranker
        made = add(Path(fetched.path), self._shelf, on_words, stop)
        discard(self._shelf, self.order.id)
        return made


def known_model(name: str, *, reranker: bool) -> KnownModel:
    """By its name or its repository. Raises UserError for one that the catalogue doesn't know."""
    known = known_rerankers() if reranker else known_embedders()
    found = next(
        (model for model in known if name.casefold() in (model.name.casefold(), model.repository.casefold())), None
    )
    if found is None:
        kind = "reranker" if reranker else "embedder"
        raise UserError(f"The catalogue has no {kind} “{name}”.", "footnote embedders known lists them.")
    return found


def order_id(known: KnownModel) -> str:
    return f"{'embedder' if known.dimension else 'reranker'}-{known.name}"


def order_of(known: KnownModel) -> Order:
    source = FetchSource("folder", known.repository, WEIGHTS_FILE, wanted=KNOWN_FILES)
    return Order(order_id(known), known.name, known.name, (source,))
