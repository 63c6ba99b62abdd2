"""`footnote models known` and `footnote models get`: what the catalogue offers, and getting it. No engine is started;
only `get` connects, by a process of its own.
"""

import argparse
import sys
import time
from pathlib import Path
from typing import Any

from desktop.cli import json_output, text_output
from desktop.cli.machine_fits import machine_fits, with_fits
from desktop.cli.printing import print_line, say
from desktop.domain.downloads import DownloadState, Order
from desktop.domain.errors import FootnoteError, UserError
from desktop.download.catalogue import CatalogueModel, read_catalogue
from desktop.download.client import ModelDownload, order_for, unfinished_order
from desktop.engine.model_fits import installed_path
from desktop.llm.description import describe_model
from desktop.platform_support.paths import DataFolders, data_folders
from desktop.protocol.codec import encode
from desktop.protocol.download_messages import Fetched, FetchProgressed

REFUSED, INTERRUPTED = 1, 130
EVERY = 5.0  # seconds between two lines where no terminal shows one line growing


def models_known(options: argparse.Namespace) -> int:
    """With how each fits this computer."""
    folders = data_folders(options.data)
    fits = machine_fits(folders)
    fits.measured()
    offers = [fits.offered(model, installed_path(model, folders.models)) for model in read_catalogue().models]
    if options.json:
        print_line(json_output.line_of({"models": [encode(offer) for offer in offers]}))
    else:
        say(line for offer in offers for line in text_output.offer_lines(offer))
    return 0


def models_get(options: argparse.Namespace) -> int:
    """Ctrl-C pauses; the same command goes on. What is refused ends with its reason and exit code 1."""
    folders = data_folders(options.data)
    model = _entry(options.name)
    present = installed_path(model, folders.models)
    if present:
        return _show(options, Path(present), None)
    order = unfinished_order(folders.models, model.id) or order_for(model, folders.models)
    if not options.json:
        facts = model.facts
        say([f"{model.name} ({facts.licence}), from {model.sources[0].where}. Ctrl-C pauses."])
    try:
        fetched = _download(folders, order)
    except KeyboardInterrupt:
        sys.stderr.write("\nPaused. The same command goes on with it.\n")
        return INTERRUPTED
    except FootnoteError as error:
        return _refuse(options, model, error)
    return _show(options, Path(fetched.path), fetched)


def _download(folders: DataFolders, order: Order) -> Fetched:
    line = _ProgressLine(order.name)
    try:
        return ModelDownload(order, folders.models, folders.cache / "downloads").run(line.show)
    finally:
        line.end()


def _entry(name: str) -> CatalogueModel:
    """By its id, its name or its file's name."""
    wanted = name.casefold()
    for model in read_catalogue().models:
        if wanted in (model.id.casefold(), model.name.casefold(), model.file.path.casefold()):
            return model
    raise UserError(f"The catalogue has no model “{name}”.", "footnote models known lists them.")


def _show(options: argparse.Namespace, path: Path, fetched: Fetched | None) -> int:
    (model,) = with_fits([describe_model(path)], data_folders(options.data))
    if options.json:
        found: dict[str, Any] = json_output.model_object(model)
        origin = fetched.origin if fetched is not None else None
        found |= {"origin": None if origin is None else encode(origin)}
        print_line(json_output.line_of(found))
        return 0
    say(text_output.model_lines(model))
    if fetched is None:
        say(["It is here already."])
    else:
        origin = fetched.origin
        mirror = ", a mirror" if origin.mirror else ""
        say([f"From {origin.source}{mirror}; its SHA-256 is right: {origin.sha256}", "Choose it in the window."])
    return 0


def _refuse(options: argparse.Namespace, model: CatalogueModel, error: FootnoteError) -> int:
    if options.json:
        print_line(json_output.line_of({"name": model.id, "problem": str(error)}))
    else:
        print(f"footnote: {text_output.plain(str(error))}", file=sys.stderr)
    return REFUSED


class _ProgressLine:
    """One growing line on a terminal, else a line every five seconds; on standard error."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._last, self._state, self._open = 0.0, "", False

    def show(self, event: FetchProgressed) -> None:
        text = _progress_text(self._name, event)
        if sys.stderr.isatty():
            sys.stderr.write(f"\r\x1b[K{text}")
            self._open = True
        elif event.state != self._state or time.monotonic() - self._last >= EVERY or event.done == event.total:
            self._last, self._state = time.monotonic(), event.state
            sys.stderr.write(f"{text}\n")
        sys.stderr.flush()

    def end(self) -> None:
        if self._open:
            sys.stderr.write("\n")


def _progress_text(name: str, event: FetchProgressed) -> str:
    if event.state == DownloadState.CONNECTING or not event.total:
        return f"{name}: asking for it"
    share = 100 * event.done // event.total
    where = f" from {event.origin.source}" if event.origin is not None else ""
    doing = "checking" if event.state == DownloadState.CHECKING else f"{event.done / 1e6:,.0f} of"
    return f"{name}: {doing} {event.total / 1e6:,.0f} MB ({share} %){where}"
