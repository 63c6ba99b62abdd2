"""Requests about getting models: what the catalogue offers, and each download's thread. The network is only touched by
the process that `get_model` starts.
"""

import logging
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

from desktop.domain.downloads import Download, DownloadState, Order, Origin
from desktop.domain.errors import EngineProblem, FootnoteError, UserError
from desktop.download.catalogue import CatalogueModel, read_catalogue
from desktop.download.client import (
    ModelDownload,
    Paused,
    copy_order,
    discard,
    failed,
    order_for,
    unfinished,
    unfinished_order,
)
from desktop.download.places import Place
from desktop.engine.broadcast import Broadcast, Merged
from desktop.engine.model_fits import ModelFits, installed_path
from desktop.platform_support.paths import DataFolders
from desktop.protocol.common_messages import Nothing, PathOnly
from desktop.protocol.download_messages import FetchProgressed
from desktop.protocol.engine_messages import Downloads, DownloadsChanged, ModelId, Offers

log = logging.getLogger("footnote.engine")


class DownloadRequests:
    """`on_arrival` gets the path of a model that has come whole; `on_measured`: what fits is known anew."""

    def __init__(
        self,
        folders: DataFolders,
        broadcast: Broadcast,
        fits: ModelFits,
        on_arrival: Callable[[str], object],
        on_measured: Callable[[], object],
    ) -> None:
        self._folder, self._scratch = folders.models, folders.cache / "downloads"
        self._merged = Merged(broadcast)
        self._fits, self._on_arrival, self._on_measured = fits, on_arrival, on_measured
        self._lock, self._telling = threading.Lock(), threading.Lock()
        self._running: dict[str, _Running] = {}
        self._failed: dict[str, Download] = {}

    def list_offers(self, _: Nothing) -> Offers:
        before = self._fits.speed()
        speed = self._fits.measured()
        if speed != before:
            self._on_measured()
        offers = tuple(self._fits.offered(model, installed_path(model, self._folder)) for model in self._catalogue())
        return Offers(offers, self._downloads(), self._free_disk(), speed)

    def list_downloads(self, _: Nothing) -> Downloads:
        return Downloads(self._downloads(), self._free_disk())

    def get_model(self, asked: ModelId) -> Downloads:
        """Begins a download, or goes on with one that was paused or failed."""
        order = unfinished_order(self._folder, asked.id) or self._order(asked.id)
        return self._start(order)

    def copy_model(self, asked: PathOnly) -> Downloads:
        """Copies a model file into Footnote's own folder, beside everything else."""
        return self._start(copy_order(Path(asked.path)))

    def pause_download(self, asked: ModelId) -> Downloads:
        with self._lock:
            running = self._running.get(asked.id)
        if running is not None:
            running.stop()
        return self.list_downloads(Nothing())

    def discard_download(self, asked: ModelId) -> Downloads:
        """Ends it and deletes what came. Raises UserError while another process downloads it."""
        self.pause_download(asked)
        with self._lock:
            self._failed.pop(asked.id, None)
        try:
            discard(self._folder, asked.id)
        finally:
            downloads = self._changed()
        return downloads

    def stop(self) -> None:
        with self._lock:
            running = list(self._running.values())
        for each in running:
            each.stop()

    def _catalogue(self) -> tuple[CatalogueModel, ...]:
        return read_catalogue().models

    def _order(self, model_id: str) -> Order:
        model = next((model for model in self._catalogue() if model.id == model_id), None)
        if model is None:
            raise UserError(f"The catalogue has no model “{model_id}”.", "footnote models known lists them.")
        return order_for(model, self._folder)

    def _start(self, order: Order) -> Downloads:
        with self._lock:
            if order.id not in self._running:
                self._failed.pop(order.id, None)
                running = _Running(order, ModelDownload(order, self._folder, self._scratch))
                running.thread = threading.Thread(target=self._run, args=(running,), name="download", daemon=True)
                self._running[order.id] = running
                running.thread.start()
        return self._changed()

    def _run(self, running: "_Running") -> None:
        def follow(event: FetchProgressed) -> None:
            running.latest = event
            self._changed()

        path, failure = "", None
        try:
            path = running.download.run(follow).path
        except Paused:
            pass
        except FootnoteError as error:
            failure = self._failure(running, error)
        except Exception as error:
            log.exception("a download ended with a bug")
            bug = EngineProblem("The download ended with an error.", f"The log has it: {type(error).__name__}.")
            failure = self._failure(running, bug)
        with self._lock:
            del self._running[running.order.id]
            if failure is not None:
                self._failed[running.order.id] = failure
        try:
            if path:
                self._on_arrival(path)
        finally:
            self._changed()

    def _failure(self, running: "_Running", error: FootnoteError) -> Download:
        return failed(running.order, error, Place(self._folder, running.order.id).done(), running.origin)

    def _changed(self) -> Downloads:
        with self._telling:  # what was looked up first must not be told last
            downloads = self.list_downloads(Nothing())
            self._merged.send(DownloadsChanged(downloads))
        return downloads

    def _downloads(self) -> tuple[Download, ...]:
        """Those under way, then those that failed here, then those that an earlier start left."""
        with self._lock:
            found = {id: running.shown() for id, running in self._running.items()}
            found |= {id: download for id, download in self._failed.items() if id not in found}
        waiting = [download for download in unfinished(self._folder) if download.id not in found]
        return (*found.values(), *waiting)

    def _free_disk(self) -> int:
        place = next(place for place in (self._folder, *self._folder.parents) if place.exists())
        return shutil.disk_usage(place).free


class _Running:
    """A download and the last that was heard of it."""

    def __init__(self, order: Order, download: ModelDownload) -> None:
        self.order, self.download = order, download
        self.thread = threading.current_thread()
        self.latest: FetchProgressed | None = None

    @property
    def origin(self) -> Origin | None:
        return self.latest.origin if self.latest is not None else None

    def shown(self) -> Download:
        order, latest = self.order, self.latest
        if latest is None:
            return Download(order.id, order.name, DownloadState.CONNECTING, 0, order.size, None, "")
        total = latest.total or order.size
        return Download(order.id, order.name, DownloadState(latest.state), latest.done, total, latest.origin, "")

    def stop(self) -> None:
        """Returns when its process and thread are gone."""
        self.download.pause()
        self.thread.join(10)
