"""Requests about getting embedders: what the catalogue knows, and one download at a time with what is made of it.

The network is only touched by the process that `get_embedder` starts.
"""

import logging
import threading

from desktop.domain.downloads import Download, DownloadState
from desktop.domain.embedders import KnownModel
from desktop.domain.errors import EngineProblem, FootnoteError, UserError
from desktop.download.client import Paused, discard, failed, unfinished
from desktop.download.places import Place
from desktop.embedding.adding import AddingStopped, workshop_is_installed
from desktop.embedding.known import known_embedders
from desktop.embedding.shelf import list_embedders
from desktop.engine.embedder_downloads import EmbedderDownload, known_model, order_id
from desktop.platform_support.paths import DataFolders
from desktop.protocol.common_messages import Nothing
from desktop.protocol.download_messages import FetchProgressed
from desktop.protocol.engine_messages import EmbedderName, EmbedderOffer, EmbedderOffers

log = logging.getLogger("footnote.engine")


class EmbedderGetting:
    """Where an embedder is made is a process of its own too; both end with `stop`."""

    def __init__(self, folders: DataFolders) -> None:
        self._shelf, self._scratch = folders.embedders, folders.cache / "downloads"
        self._lock = threading.Lock()
        self._running: _Running | None = None
        self._failed: Download | None = None

    def list_offers(self, _: Nothing) -> EmbedderOffers:
        here = {model.name for model in list_embedders(self._shelf)}
        offers = tuple(_offer(known) for known in known_embedders() if known.name not in here)
        with self._lock:
            running, broken = self._running, self._failed
        shown = running.shown if running is not None else broken or next(iter(unfinished(self._shelf)), None)
        return EmbedderOffers(offers, shown, running.doing if running is not None else "", workshop_is_installed())

    def get_embedder(self, asked: EmbedderName) -> EmbedderOffers:
        """Begins, or goes on. Raises UserError while another one comes."""
        known = known_model(asked.name, reranker=False)
        with self._lock:
            if self._running is None:
                self._failed = None
                self._running = _Running(known, EmbedderDownload(known, self._shelf, self._scratch))
                self._running.thread = threading.Thread(target=self._run, args=(self._running,), daemon=True)
                self._running.thread.start()
            elif self._running.known != known:
                raise UserError("Another embedder is on its way.", "Wait for it, or pause it.")
        return self.list_offers(Nothing())

    def pause_embedder(self, _: Nothing) -> EmbedderOffers:
        self.stop()
        return self.list_offers(Nothing())

    def discard_embedder(self, asked: EmbedderName) -> EmbedderOffers:
        """Ends it and deletes what came."""
        self.stop()
        with self._lock:
            self._failed = None
        discard(self._shelf, order_id(known_model(asked.name, reranker=False)))
        return self.list_offers(Nothing())

    def stop(self) -> None:
        with self._lock:
            running = self._running
        if running is not None:
            running.stop()

    def _run(self, running: "_Running") -> None:
        failure: FootnoteError | None = None
        try:
            running.run()
        except (Paused, AddingStopped):
            pass
        except FootnoteError as error:
            failure = error
        except Exception as error:
            log.exception("getting an embedder ended with a bug")
            failure = EngineProblem("It ended with an error.", f"The log has it: {type(error).__name__}.")
        order = running.download.order
        with self._lock:
            self._running = None
            if failure is not None:
                done = Place(self._shelf, order.id).done()
                self._failed = failed(order, failure, done, running.shown.origin)


class _Running:
    """One on its way: `shown` is how far it is, `doing` what is made of what came."""

    def __init__(self, known: KnownModel, download: EmbedderDownload) -> None:
        self.known, self.download = known, download
        self.thread = threading.current_thread()
        self.doing = ""
        self._stopped = threading.Event()
        self.shown = Download(download.order.id, known.name, DownloadState.CONNECTING, 0, 0, None, "")

    def run(self) -> None:
        fetched = self.download.fetch(self._follow)
        self.download.add(fetched, self._tell, self._stopped)

    def stop(self) -> None:
        """Returns when its processes and thread are gone."""
        self._stopped.set()
        self.download.pause()
        self.thread.join(10)

    def _follow(self, event: FetchProgressed) -> None:
        state = DownloadState(event.state)
        self.shown = Download(self.shown.id, self.shown.name, state, event.done, event.total, event.origin, "")

    def _tell(self, words: str) -> None:
        self.doing = words


def _offer(known: KnownModel) -> EmbedderOffer:
    return EmbedderOffer(
        known.name, known.repository, known.licence, known.languages, known.parameters, known.tokens, known.about
    )
