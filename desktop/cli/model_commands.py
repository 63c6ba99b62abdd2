"""`footnote models known` and `footnote models get`: what the catalogue offers, and getting it. No engine is started;
only `get` connects, by a process of its own.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

from desktop.cli import json_output, text_output
from desktop.cli.download_line import DownloadLine
from desktop.cli.machine_fits import machine_fits, with_fits
from desktop.cli.printing import print_line, say
from desktop.domain.downloads import Order
from desktop.domain.errors import FootnoteError, UserError
from desktop.download.catalogue import CatalogueModel, read_catalogue
from desktop.download.client import ModelDownload, order_for, unfinished_order
from desktop.engine.model_fits import installed_path
from desktop.llm.description import describe_model
from desktop.platform_support.paths import DataFolders, data_folders
from desktop.protocol.codec import encode
from desktop.protocol.download_messages import Fetched

REFUSED, INTERRUPTED = 1, 130


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
    line = DownloadLine(order.name)
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
